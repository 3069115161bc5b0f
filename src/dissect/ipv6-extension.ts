/** IPv6 extension headers one by one; `Ipv6ExtensionCursor` knows how long they are. @module */
import { formatIpv6, IPV6_LENGTH } from '../base/address.ts';
import { readU8, readU32 } from '../base/bytes.ts';
import { IpProtocol } from '../base/protocol-numbers.ts';
import { Ipv6ExtensionCursor, Ipv6FragmentView, isIpv6Extension } from '../wire/ipv6-extension.ts';
import { hexOf } from './hex.ts';
import type { Ipv4Option } from './layer-internet.ts';
import type { Network } from './network.ts';
import { type LayerList, type Region, wireLengthOf } from './region.ts';

/** Where an extension header ends and what it announces. */
export interface ExtensionEnd {
  readonly nextHeader: number;
  readonly end: number;
  readonly isLaterFragment: boolean;
  /** The packet as the layers above see it, where the header changes that. */
  readonly network?: Network;
}

const cursor = new Ipv6ExtensionCursor();
const fragmentView = new Ipv6FragmentView();

const OPTION_PAD1 = 0;
/** Routing types that list addresses: source route, mobility, segment routing (RFC 5095, RFC 6275, RFC 8754). */
const ADDRESS_ROUTING_TYPES = [0, 2, 4] as const;

/** True for the headers that are walked: AH in both versions of IP, the others in IPv6 only. */
export function isDissectedExtension(protocol: number, network: Network): boolean {
  return protocol === IpProtocol.ah || (network.version === 6 && isIpv6Extension(protocol));
}

/** Reads the header of kind `protocol` at the beginning of `region`; undefined: it is cut, or too deep. */
export function dissectExtension(
  list: LayerList,
  region: Region,
  protocol: number,
  network: Network,
): ExtensionEnd | undefined {
  const { bytes } = list;
  const { start } = region;
  cursor.begin(bytes, start, region.end, protocol);
  if (!cursor.next()) {
    list.truncated(truncatedName(protocol), region);
    return undefined;
  }
  const headerLength = cursor.length;
  const end: ExtensionEnd = { nextHeader: readU8(bytes, start), end: start + headerLength, isLaterFragment: false };
  switch (protocol) {
    case IpProtocol.fragment:
      return addFragment(list, region, end, network);
    case IpProtocol.routing:
      return addRouting(list, start, end, network);
    default: {
      const extension = protocol === IpProtocol.hopByHop ? 'hop-by-hop' : 'destination';
      const options = readOptions(bytes, start + 2, end.end);
      return list.add({ kind: 'ipv6-options', start, headerLength, extension, options }) ? end : undefined;
    }
  }
}

function truncatedName(protocol: number): string {
  if (protocol === IpProtocol.fragment) return 'frag';
  if (protocol === IpProtocol.routing) return 'srcrt';
  return protocol === IpProtocol.hopByHop ? 'hbhopt' : 'dstopt';
}

function addFragment(list: LayerList, region: Region, end: ExtensionEnd, network: Network): ExtensionEnd | undefined {
  const { start } = region;
  fragmentView.wrap(list.bytes, start, end.end);
  const { fragmentOffset, hasMoreFragments, identification } = fragmentView;
  const headerLength = end.end - start;
  const payloadLength = Math.max(0, wireLengthOf(region) - headerLength);
  const fields = { fragmentOffset, hasMoreFragments, identification, payloadLength };
  if (!list.add({ kind: 'ipv6-fragment', start, headerLength, ...fields })) return undefined;
  return { ...end, isLaterFragment: fragmentOffset !== 0, network: { ...network, isFragment: true } };
}

function addRouting(list: LayerList, start: number, end: ExtensionEnd, network: Network): ExtensionEnd | undefined {
  const { bytes } = list;
  const routingType = readU8(bytes, start + 2);
  const segmentsLeft = readU8(bytes, start + 3);
  const addressStarts: number[] = [];
  if (ADDRESS_ROUTING_TYPES.some((type) => type === routingType)) {
    for (let at = start + 8; at + IPV6_LENGTH <= end.end; at += IPV6_LENGTH) addressStarts.push(at);
  }
  const isDeeper = list.add({
    kind: 'ipv6-routing',
    start,
    headerLength: end.end - start,
    routingType,
    segmentsLeft,
    lengthField: readU8(bytes, start + 1),
    reserved: readU32(bytes, start + 4),
    addresses: addressStarts.map((at) => formatIpv6(bytes, at)),
  });
  if (!isDeeper) return undefined;
  // The checksum covers the last address while the packet is under way to it; segment routing lists it first.
  const last = routingType === 4 ? addressStarts[0] : addressStarts.at(-1);
  if (segmentsLeft === 0 || last === undefined) return end;
  return { ...end, network: { ...network, finalDestinationStart: last } };
}

/** Options of RFC 8200, 4.2; a length that does not fit ends the list. */
function readOptions(bytes: Uint8Array, start: number, end: number): Ipv4Option[] {
  const options: Ipv4Option[] = [];
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
    options.push({ type, data: hexOf(bytes, at + 2, next) });
    at = next;
  }
  return options;
}
