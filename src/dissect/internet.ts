/** IPv4 and IPv6, and which decoder goes on. @module */
import { formatIpv4, formatIpv6 } from '../base/address.ts';
import { readU8 } from '../base/bytes.ts';
import { IpProtocol } from '../base/protocol-numbers.ts';
import { Ipv4View } from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH, Ipv6View } from '../wire/ipv6.ts';
import { OptionCursor } from '../wire/option-cursor.ts';
import { hexOf } from './hex.ts';
import { dissectIcmp4, dissectIcmp6 } from './icmp.ts';
import { dissectIgmp } from './igmp.ts';
import { dissectExtension, isDissectedExtension } from './ipv6-extension.ts';
import type { BadIpLayer, Ipv4Option } from './layer-internet.ts';
import type { Network } from './network.ts';
import { after, type LayerList, type Region, wireLengthOf } from './region.ts';
import { dissectAuthentication, dissectEsp, dissectGre } from './security-tunnel.ts';
import { dissectSctp, dissectTcp, dissectUdp } from './transport.ts';

const ipv4 = new Ipv4View();
const ipv6 = new Ipv6View();
const optionCursor = new OptionCursor();

/** Either version, told apart by the first half byte. */
export function dissectIp(list: LayerList, region: Region): void {
  if (region.end <= region.start) {
    list.truncated('ip', region);
    return;
  }
  const version = readU8(list.bytes, region.start) >>> 4;
  if (version === 4) dissectIpv4(list, region);
  else if (version === 6) dissectIpv6(list, region);
  else bad(list, region, 4, 'version', version);
}

function bad(list: LayerList, region: Region, version: 4 | 6, reason: BadIpLayer['reason'], value: number): void {
  list.add({ kind: 'bad-ip', start: region.start, headerLength: 0, version, reason, value });
}

/** A packet whose link layer says that it is IPv4. */
export function dissectIpv4(list: LayerList, region: Region): void {
  const { bytes } = list;
  const { start, end } = region;
  if (!ipv4.wrap(bytes, start, end)) {
    list.truncated('ip', region);
    return;
  }
  const { version, headerLength, totalLength, protocol, fragmentOffset, sourceStart } = ipv4;
  if (version !== 4) {
    bad(list, region, 4, 'version', version);
    return;
  }
  if (headerLength < 20) {
    bad(list, region, 4, 'header length', headerLength);
    return;
  }
  const available = wireLengthOf(region);
  // A total length of 0 is a large segment that the interface was to cut itself: it has what the link carried.
  const length = totalLength === 0 ? available : totalLength;
  if (length < headerLength) {
    bad(list, region, 4, 'total length', totalLength);
    return;
  }
  const options = readOptions(bytes, ipv4.optionsStart, Math.min(ipv4.payloadStart, end));
  const isDeeper = list.add({
    kind: 'ipv4',
    start,
    headerLength,
    source: formatIpv4(bytes, sourceStart),
    destination: formatIpv4(bytes, ipv4.destinationStart),
    protocol,
    timeToLive: ipv4.timeToLive,
    typeOfService: ipv4.typeOfService,
    identification: ipv4.identification,
    isReservedFlagSet: ipv4.isReservedFlagSet,
    isDontFragment: ipv4.isDontFragment,
    hasMoreFragments: ipv4.hasMoreFragments,
    fragmentOffset,
    totalLength,
    payloadLength: length - headerLength,
    missingLength: Math.max(0, totalLength - available),
    checksum: ipv4.checksum,
    ...options,
    ...expectedHeaderChecksum(list, start, headerLength, end),
  });
  if (!isDeeper) return;
  const payload = {
    start: start + headerLength,
    end: Math.max(start, Math.min(end, start + length)),
    wireEnd: start + length,
  };
  const network: Network = {
    version: 4,
    sourceStart,
    isFragment: ipv4.isFragment,
    finalDestinationStart: ipv4.destinationStart,
  };
  if (fragmentOffset !== 0) list.data(payload);
  else dissectProtocol(list, payload, protocol, network);
}

function readOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly options: readonly Ipv4Option[]; readonly areOptionsMalformed: boolean } {
  const options: Ipv4Option[] = [];
  optionCursor.begin(bytes, start, end);
  while (optionCursor.next()) {
    const { kind, length, dataStart } = optionCursor;
    options.push({ type: kind, data: length > 2 ? hexOf(bytes, dataStart, optionCursor.start + length) : '' });
    if (kind === 0) break;
  }
  return { options, areOptionsMalformed: optionCursor.isMalformed };
}

function expectedHeaderChecksum(
  list: LayerList,
  start: number,
  headerLength: number,
  end: number,
): { readonly expectedChecksum?: number } {
  if (!list.checksums || start + headerLength > end) return {};
  return { expectedChecksum: list.checksumWithout(start, start + headerLength, start + 10, 0) };
}

/** A packet whose link layer says that it is IPv6. */
export function dissectIpv6(list: LayerList, region: Region): void {
  const { bytes } = list;
  const { start, end } = region;
  if (!ipv6.wrap(bytes, start, end)) {
    list.truncated('ip6', region);
    return;
  }
  const { version, payloadLength, nextHeader, sourceStart, destinationStart } = ipv6;
  if (version !== 6) {
    bad(list, region, 6, 'version', version);
    return;
  }
  const available = Math.max(0, wireLengthOf(region) - IPV6_HEADER_LENGTH);
  const length = payloadLength === 0 ? available : payloadLength;
  const isDeeper = list.add({
    kind: 'ipv6',
    start,
    headerLength: IPV6_HEADER_LENGTH,
    source: formatIpv6(bytes, sourceStart),
    destination: formatIpv6(bytes, destinationStart),
    nextHeader,
    hopLimit: ipv6.hopLimit,
    trafficClass: ipv6.trafficClass,
    flowLabel: ipv6.flowLabel,
    payloadLength,
    missingLength: Math.max(0, payloadLength - available),
  });
  if (!isDeeper) return;
  const payloadStart = start + IPV6_HEADER_LENGTH;
  const payload = { start: payloadStart, end: Math.min(end, payloadStart + length), wireEnd: payloadStart + length };
  const network: Network = { version: 6, sourceStart, isFragment: false, finalDestinationStart: destinationStart };
  dissectProtocol(list, payload, nextHeader, network);
}

/** Follows extension headers, then whatever stands behind them. Each turn adds a layer, so it ends. */
function dissectProtocol(list: LayerList, region: Region, protocol: number, network: Network): void {
  let rest = region;
  let next = protocol;
  let place = network;
  while (isDissectedExtension(next, place)) {
    const extension =
      next === IpProtocol.ah ? dissectAuthentication(list, rest) : dissectExtension(list, rest, next, place);
    if (extension === undefined) return;
    next = extension.nextHeader;
    rest = after(rest, extension.end);
    place = extension.network ?? place;
    if (extension.isLaterFragment) {
      list.data(rest);
      return;
    }
  }
  dissectUpper(list, rest, next, place);
}

function dissectUpper(list: LayerList, region: Region, protocol: number, network: Network): void {
  switch (protocol) {
    case IpProtocol.tcp:
      dissectTcp(list, region, network);
      break;
    case IpProtocol.udp:
      dissectUdp(list, region, network);
      break;
    case IpProtocol.sctp:
      dissectSctp(list, region);
      break;
    case IpProtocol.icmp:
      if (network.version === 4) dissectIcmp4(list, region, network);
      else unknownProtocol(list, region, protocol);
      break;
    case IpProtocol.icmp6:
      if (network.version === 6) dissectIcmp6(list, region, network);
      else unknownProtocol(list, region, protocol);
      break;
    case IpProtocol.igmp:
      dissectIgmp(list, region);
      break;
    case IpProtocol.ipv4:
      dissectIpv4(list, region);
      break;
    case IpProtocol.ipv6:
      dissectIpv6(list, region);
      break;
    case IpProtocol.gre:
      dissectGre(list, region);
      break;
    case IpProtocol.esp:
      dissectEsp(list, region);
      break;
    default:
      unknownProtocol(list, region, protocol);
  }
}

function unknownProtocol(list: LayerList, region: Region, protocol: number): void {
  const length = wireLengthOf(region);
  list.add({ kind: 'ip-protocol', start: region.start, headerLength: 0, protocol, length });
}
