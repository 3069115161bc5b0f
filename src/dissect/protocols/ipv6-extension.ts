/** Extension headers of IPv6 (RFC 8200, 4), save AH and ESP, which IPv4 carries too. @module */
import { formatIpv6, IPV6_LENGTH } from '../../base/address.ts';
import { readU8, readU32 } from '../../base/bytes.ts';
import { hexDigits } from '../../base/hex.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { Ipv6ExtensionCursor, Ipv6FragmentView } from '../../wire/ipv6-extension.ts';
import { decodeIpPayload, type IpOption } from '../ip.ts';
import type { LayerPlace } from '../layer.ts';
import type { Binding, DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region, wireLengthOf } from '../region.ts';

/** Hop-by-hop and destination options (RFC 8200, 4.3 and 4.6). */
export interface Ipv6OptionsLayer extends LayerPlace {
  readonly kind: 'ipv6-options';
  readonly extension: 'hop-by-hop' | 'destination';
  readonly options: readonly IpOption[];
}

/** Routing header (RFC 8200, 4.4). */
export interface Ipv6RoutingLayer extends LayerPlace {
  readonly kind: 'ipv6-routing';
  readonly routingType: number;
  readonly segmentsLeft: number;
  /** The length field: units of eight bytes, the first not counted. */
  readonly lengthField: number;
  readonly reserved: number;
  /** Routing types 0, 2 and 4. */
  readonly addresses: readonly string[];
}

/** Fragment header (RFC 8200, 4.5). */
export interface Ipv6FragmentLayer extends LayerPlace {
  readonly kind: 'ipv6-fragment';
  /** In bytes. */
  readonly fragmentOffset: number;
  readonly hasMoreFragments: boolean;
  readonly identification: number;
  /** Bytes of this fragment. */
  readonly payloadLength: number;
}

type ExtensionLayer = Ipv6OptionsLayer | Ipv6RoutingLayer | Ipv6FragmentLayer;

/** Mobility (RFC 6275), HIP (RFC 7401) and Shim6 (RFC 5533) headers: decoded like destination options. */
const OTHER_EXTENSIONS = [135, 139, 140] as const;
const OPTION_PAD1 = 0;
/** Routing types that list addresses: source route, mobility, segment routing (RFC 5095, RFC 6275, RFC 8754). */
const ADDRESS_ROUTING_TYPES: readonly number[] = [0, 2, 4];
const SEGMENT_ROUTING = 4;

const cursor = new Ipv6ExtensionCursor();
const fragment = new Ipv6FragmentView();

export const ipv6Extension: Protocol<Ipv6OptionsLayer | Ipv6RoutingLayer | Ipv6FragmentLayer> = {
  numbers: {
    ipv6Protocol: [
      IpProtocol.hopByHop,
      IpProtocol.routing,
      IpProtocol.fragment,
      IpProtocol.destinationOptions,
      ...OTHER_EXTENSIONS,
    ],
  },
  decode: decodeExtension,
};

function decodeExtension(context: DecodeContext<ExtensionLayer>, region: Region, { number }: Binding): void {
  const { bytes } = context;
  const { start } = region;
  cursor.begin(bytes, start, region.end, number);
  if (!cursor.next()) {
    context.truncated(truncatedName(number), region);
    return;
  }
  const end = start + cursor.length;
  const nextHeader = readU8(bytes, start);
  const rest = after(region, end);
  if (number === IpProtocol.fragment && addFragment(context, region, end)) {
    context.data(rest);
    return;
  }
  if (number === IpProtocol.routing) addRouting(context, start, end);
  else if (number !== IpProtocol.fragment) {
    const extension = number === IpProtocol.hopByHop ? 'hop-by-hop' : 'destination';
    const options = readOptions(bytes, start + 2, end);
    context.add({ kind: 'ipv6-options', start, headerLength: end - start, extension, options });
  }
  decodeIpPayload(context, rest, nextHeader);
}

function truncatedName(number: number): string {
  if (number === IpProtocol.fragment) return 'frag';
  if (number === IpProtocol.routing) return 'srcrt';
  return number === IpProtocol.hopByHop ? 'hbhopt' : 'dstopt';
}

/** @returns true for a fragment other than the first, which begins with no header */
function addFragment(context: DecodeContext<ExtensionLayer>, region: Region, end: number): boolean {
  const { start } = region;
  fragment.wrap(context.bytes, start, end);
  const { fragmentOffset, hasMoreFragments, identification } = fragment;
  const headerLength = end - start;
  const payloadLength = Math.max(0, wireLengthOf(region) - headerLength);
  const fields = { fragmentOffset, hasMoreFragments, identification, payloadLength };
  context.add({ kind: 'ipv6-fragment', start, headerLength, ...fields });
  if (context.network !== undefined) context.network = { ...context.network, isFragment: true };
  return fragmentOffset !== 0;
}

function addRouting(context: DecodeContext<ExtensionLayer>, start: number, end: number): void {
  const { bytes, network } = context;
  const routingType = readU8(bytes, start + 2);
  const segmentsLeft = readU8(bytes, start + 3);
  const addressStarts: number[] = [];
  if (ADDRESS_ROUTING_TYPES.includes(routingType)) {
    for (let at = start + 8; at + IPV6_LENGTH <= end; at += IPV6_LENGTH) addressStarts.push(at);
  }
  context.add({
    kind: 'ipv6-routing',
    start,
    headerLength: end - start,
    routingType,
    segmentsLeft,
    lengthField: readU8(bytes, start + 1),
    reserved: readU32(bytes, start + 4),
    addresses: addressStarts.map((at) => formatIpv6(bytes, at)),
  });
  // On the way, checksums cover the last address of the route, which segment routing lists first.
  const last = routingType === SEGMENT_ROUTING ? addressStarts[0] : addressStarts.at(-1);
  if (segmentsLeft === 0 || last === undefined || network === undefined) return;
  context.network = { ...network, finalDestinationStart: last };
}

/** Options of RFC 8200, 4.2; the list ends at a length that does not fit. */
function readOptions(bytes: Uint8Array, start: number, end: number): IpOption[] {
  const options: IpOption[] = [];
  for (let at = start; at < end; ) {
    const type = readU8(bytes, at);
    if (type === OPTION_PAD1) {
      options.push({ type, data: '' });
      at += 1;
      continue;
    }
    if (at + 2 > end) break;
    const next = at + 2 + readU8(bytes, at + 1);
    if (next > end) break;
    options.push({ type, data: hexDigits(bytes, at + 2, next) });
    at = next;
  }
  return options;
}
