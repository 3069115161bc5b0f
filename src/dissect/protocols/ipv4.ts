/** IPv4 headers (RFC 791). @module */
import { formatIpv4 } from '../../base/address.ts';
import { hexDigits } from '../../base/hex.ts';
import { LinkType } from '../../base/link-type.ts';
import { EtherType, IpProtocol } from '../../base/protocol-numbers.ts';
import { IPV4_HEADER_LENGTH, Ipv4View } from '../../wire/ipv4.ts';
import { OptionCursor } from '../../wire/option-cursor.ts';
import { type ExpectedChecksum, expectedChecksum } from '../checksum.ts';
import { addBadIp, type BadIpLayer, decodeIpPayload, type IpOption } from '../ip.ts';
import type { LayerPlace, Mutable } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { type Region, wireLengthOf } from '../region.ts';

export interface Ipv4Layer extends LayerPlace, ExpectedChecksum {
  readonly kind: 'ipv4';
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly timeToLive: number;
  readonly typeOfService: number;
  readonly identification: number;
  readonly isReservedFlagSet: boolean;
  readonly isDontFragment: boolean;
  readonly hasMoreFragments: boolean;
  /** In bytes. */
  readonly fragmentOffset: number;
  /** Value of the header field. */
  readonly totalLength: number;
  readonly payloadLength: number;
  /** Bytes by which the total length exceeds what the link carried; 0 for a complete packet. */
  readonly missingLength: number;
  readonly checksum: number;
  readonly options: readonly IpOption[];
  readonly areOptionsMalformed: boolean;
}

const CHECKSUM = 10;
/** PPP protocol "Internet Protocol version 4" (RFC 1332). */
const PPP_IPV4 = 0x0021;

const view = new Ipv4View();
const cursor = new OptionCursor();

export const ipv4: Protocol<Ipv4Layer | BadIpLayer> = {
  numbers: {
    linkType: [LinkType.ipv4],
    etherType: [EtherType.ipv4],
    ppp: [PPP_IPV4],
    ipv4Protocol: [IpProtocol.ipv4],
    ipv6Protocol: [IpProtocol.ipv4],
  },
  decode: decodeIpv4,
};

function decodeIpv4(context: DecodeContext<Ipv4Layer | BadIpLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  if (!view.wrap(bytes, start, end)) {
    context.truncated('ip', region);
    return;
  }
  const { version, headerLength, totalLength, protocol, fragmentOffset, sourceStart } = view;
  if (version !== 4) {
    addBadIp(context, region, 4, 'version', version);
    return;
  }
  if (headerLength < IPV4_HEADER_LENGTH) {
    addBadIp(context, region, 4, 'header length', headerLength);
    return;
  }
  const available = wireLengthOf(region);
  // Total length 0 marks a large segment that the interface was to split (TSO): the link's length counts.
  const length = totalLength === 0 ? available : totalLength;
  if (length < headerLength) {
    addBadIp(context, region, 4, 'total length', totalLength);
    return;
  }
  const { options, areMalformed } = readOptions(bytes, view.optionsStart, Math.min(view.payloadStart, end));
  const layer: Mutable<Ipv4Layer> = {
    kind: 'ipv4',
    start,
    headerLength,
    source: formatIpv4(bytes, sourceStart),
    destination: formatIpv4(bytes, view.destinationStart),
    protocol,
    timeToLive: view.timeToLive,
    typeOfService: view.typeOfService,
    identification: view.identification,
    isReservedFlagSet: view.isReservedFlagSet,
    isDontFragment: view.isDontFragment,
    hasMoreFragments: view.hasMoreFragments,
    fragmentOffset,
    totalLength,
    payloadLength: length - headerLength,
    missingLength: Math.max(0, totalLength - available),
    checksum: view.checksum,
    options,
    areOptionsMalformed: areMalformed,
  };
  const expected = expectedChecksum(context, region, headerLength, CHECKSUM);
  if (expected !== undefined) layer.expectedChecksum = expected;
  context.add(layer);
  const payload = {
    start: start + headerLength,
    end: Math.max(start, Math.min(end, start + length)),
    wireEnd: start + length,
  };
  context.network = {
    version: 4,
    sourceStart,
    finalDestinationStart: view.destinationStart,
    isFragment: view.isFragment,
  };
  if (fragmentOffset === 0) decodeIpPayload(context, payload, protocol);
  else context.data(payload);
}

function readOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly options: readonly IpOption[]; readonly areMalformed: boolean } {
  const options: IpOption[] = [];
  cursor.begin(bytes, start, end);
  while (cursor.next()) {
    const { kind, length, dataStart } = cursor;
    options.push({ type: kind, data: length > 2 ? hexDigits(bytes, dataStart, cursor.start + length) : '' });
    if (kind === 0) break;
  }
  return { options, areMalformed: cursor.isMalformed };
}
