/** ICMP, and ICMPv6 with neighbour discovery. @module */
import { formatIpv4, formatIpv6, formatMac, IPV6_LENGTH } from '../base/address.ts';
import { readU8, readU16 } from '../base/bytes.ts';
import { EtherType, IpProtocol } from '../base/protocol-numbers.ts';
import { QuoteView } from '../wire/icmp-quote.ts';
import { Icmp4Type, Icmp6Type, isIcmp4Error, isIcmp6Error } from '../wire/icmp-types.ts';
import { Icmp4View } from '../wire/icmp4.ts';
import { Icmp6View } from '../wire/icmp6.ts';
import { IPV4_HEADER_LENGTH } from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../wire/ipv6.ts';
import { NeighborDiscoveryView, NeighborOption, NeighborOptionView } from '../wire/neighbor-discovery.ts';
import { hexOf } from './hex.ts';
import type { Icmp4Layer, Icmp6Layer, NeighborOptionField, QuotedPacket } from './layer-transport.ts';
import { readListenerRecords } from './listener.ts';
import { type Network, pseudoSum } from './network.ts';
import { after, type LayerList, type Region, wireLengthOf } from './region.ts';

const CHECKSUM = 2;

const icmp4 = new Icmp4View();
const icmp6 = new Icmp6View();
const neighbor = new NeighborDiscoveryView();
const neighborOption = new NeighborOptionView();
const quote = new QuoteView();

type Changeable<T> = { -readonly [Key in keyof T]: T[Key] };

/** RFC 792 and its successors. */
export function dissectIcmp4(list: LayerList, region: Region, network: Network): void {
  const { bytes } = list;
  const { start, end } = region;
  if (!icmp4.wrap(bytes, start, end)) {
    list.truncated('icmp', region);
    return;
  }
  const { type, code } = icmp4;
  const layer: Changeable<Icmp4Layer> = {
    kind: 'icmp4',
    start,
    headerLength: 8,
    type,
    code,
    checksum: icmp4.checksum,
    length: wireLengthOf(region),
    ...expectedChecksum(list, region, network, 0),
  };
  addFields4(layer, bytes);
  addMessage(list, layer, after(region, start + 8), isIcmp4Error(type) ? 4 : undefined);
}

function addFields4(layer: Changeable<Icmp4Layer>, bytes: Uint8Array): void {
  switch (layer.type) {
    case Icmp4Type.echoRequest:
    case Icmp4Type.echoReply:
      addIdentity(layer, icmp4);
      break;
    case Icmp4Type.timestampRequest:
    case Icmp4Type.timestampReply:
      addIdentity(layer, icmp4);
      if (icmp4.hasTimes) layer.times = [icmp4.originate, icmp4.receive, icmp4.transmit];
      break;
    case Icmp4Type.redirect:
      layer.gateway = formatIpv4(bytes, icmp4.gatewayAt);
      break;
    case Icmp4Type.destinationUnreachable:
      layer.nextHopMtu = icmp4.nextHopMtu;
      break;
    case Icmp4Type.parameterProblem:
      layer.pointer = icmp4.pointer;
      break;
    case Icmp4Type.maskReply:
      layer.mask = icmp4.mask;
      break;
    case Icmp4Type.routerAdvertisement:
      layer.lifetime = icmp4.lifetime;
      break;
    default:
  }
}

function addIdentity(layer: Changeable<Icmp4Layer | Icmp6Layer>, view: Icmp4View | Icmp6View): void {
  layer.identifier = view.identifier;
  layer.sequence = view.sequence;
}

/** Adds a message, then its data, or the layers of the packet that it quotes: one of the error's own version. */
function addMessage(
  list: LayerList,
  layer: Changeable<Icmp4Layer | Icmp6Layer>,
  body: Region,
  quotes: 4 | 6 | undefined,
): void {
  if (quotes !== undefined) Object.assign(layer, quotedAt(list.bytes, body.start, body.end, quotes));
  if (!list.add(layer)) return;
  if (quotes === undefined || !list.add({ kind: 'quote', start: body.start, headerLength: 0 })) {
    list.data(body);
    return;
  }
  // The quoted header tells how long its packet was; that the quote is shorter is no flaw of the packet.
  const length = quotedLength(list.bytes, body, quotes === 4);
  const quoted = { ...body, wireEnd: Math.max(body.end, body.start + length) };
  list.tunnels.etherType(list, quoted, quotes === 4 ? EtherType.ipv4 : EtherType.ipv6);
}

function quotedLength(bytes: Uint8Array, body: Region, isIpv4: boolean): number {
  if (isIpv4) return body.start + IPV4_HEADER_LENGTH <= body.end ? readU16(bytes, body.start + 2) : 0;
  return body.start + IPV6_HEADER_LENGTH <= body.end ? IPV6_HEADER_LENGTH + readU16(bytes, body.start + 4) : 0;
}

/** What an error says about the packet that caused it: the error's own version, whatever the quote claims to be. */
function quotedAt(bytes: Uint8Array, start: number, end: number, version: 4 | 6): { readonly quoted?: QuotedPacket } {
  const isIpv4 = version === 4;
  if (end - start < (isIpv4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH)) return {};
  const source = isIpv4 ? formatIpv4(bytes, start + 12) : formatIpv6(bytes, start + 8);
  const destination = isIpv4 ? formatIpv4(bytes, start + 16) : formatIpv6(bytes, start + 24);
  const packet = { version, source, destination, protocol: readU8(bytes, start + (isIpv4 ? 9 : 6)) };
  if (!quote.wrap(bytes, start, end) || quote.version !== version) return { quoted: packet };
  const { protocol, transportAt } = quote;
  if (quote.isLaterFragment || transportAt + 4 > end) return { quoted: { ...packet, protocol } };
  return { quoted: { ...packet, protocol, destinationPort: readU16(bytes, transportAt + 2) } };
}

/** RFC 4443; bodies of neighbour discovery (RFC 4861) and listener discovery (RFC 2710, RFC 3810). */
export function dissectIcmp6(list: LayerList, region: Region, network: Network): void {
  const { bytes } = list;
  const { start, end } = region;
  if (!icmp6.wrap(bytes, start, end)) {
    list.truncated('icmp6', region);
    return;
  }
  const { type } = icmp6;
  const layer: Changeable<Icmp6Layer> = {
    kind: 'icmp6',
    start,
    headerLength: 8,
    type,
    code: icmp6.code,
    checksum: icmp6.checksum,
    length: wireLengthOf(region),
    ...expectedChecksum(list, region, network, IpProtocol.icmp6),
  };
  addFields6(layer, bytes, region);
  if (neighbor.wrap(bytes, start, end)) addNeighborFields(layer, bytes);
  addMessage(list, layer, after(region, start + 8), isIcmp6Error(type) ? 6 : undefined);
}

function addFields6(layer: Changeable<Icmp6Layer>, bytes: Uint8Array, region: Region): void {
  const { start, end } = region;
  switch (layer.type) {
    case Icmp6Type.echoRequest:
    case Icmp6Type.echoReply:
      addIdentity(layer, icmp6);
      break;
    case Icmp6Type.packetTooBig:
      layer.mtu = icmp6.mtu;
      break;
    case Icmp6Type.parameterProblem:
      layer.pointer = icmp6.pointer;
      break;
    case Icmp6Type.listenerQuery:
    case Icmp6Type.listenerReport:
    case Icmp6Type.listenerDone:
      if (icmp6.groupAt + IPV6_LENGTH > end) break;
      layer.maximumResponseDelay = icmp6.maximumResponseDelay;
      layer.group = formatIpv6(bytes, icmp6.groupAt);
      layer.isListenerVersion2 = layer.type === Icmp6Type.listenerQuery && layer.length >= 28; // RFC 3810, 8.1
      break;
    case Icmp6Type.listenerReport2:
      layer.groupCount = readU16(bytes, start + 6);
      layer.groups = readListenerRecords(bytes, start + 8, end, IPV6_LENGTH, layer.groupCount);
      break;
    default:
  }
}

function addNeighborFields(layer: Changeable<Icmp6Layer>, bytes: Uint8Array): void {
  switch (layer.type) {
    case Icmp6Type.routerAdvertisement:
      layer.router = {
        hopLimit: neighbor.currentHopLimit,
        flags: neighbor.routerFlags,
        lifetime: neighbor.routerLifetime,
        reachableTime: neighbor.reachableTime,
        retransmitTimer: neighbor.retransmitTimer,
      };
      break;
    case Icmp6Type.neighborAdvertisement: {
      const { isRouter, isSolicited, isOverride } = neighbor;
      layer.neighborFlags = { isRouter, isSolicited, isOverride };
      layer.target = formatIpv6(bytes, neighbor.targetAt);
      break;
    }
    case Icmp6Type.neighborSolicitation:
      layer.target = formatIpv6(bytes, neighbor.targetAt);
      break;
    case Icmp6Type.redirect:
      layer.target = formatIpv6(bytes, neighbor.targetAt);
      layer.destination = formatIpv6(bytes, neighbor.destinationAt);
      break;
    default:
  }
  layer.options = readNeighborOptions(bytes);
}

function readNeighborOptions(bytes: Uint8Array): NeighborOptionField[] {
  const options: NeighborOptionField[] = [];
  const view = neighborOption;
  for (let isThere = view.wrap(bytes, neighbor.optionsAt, neighbor.end); isThere; isThere = view.next()) {
    const { type, length, start, valueAt } = view;
    const option = { type, length, data: hexOf(bytes, valueAt, start + length) };
    if (view.isPrefix) options.push({ ...option, prefix: readPrefix(bytes) });
    else if (type === NeighborOption.mtu) options.push({ ...option, mtu: view.mtu });
    else if (type === NeighborOption.sourceLinkAddress || type === NeighborOption.targetLinkAddress) {
      options.push({ ...option, linkAddress: formatMac(bytes, valueAt, length - 2) });
    } else options.push(option);
  }
  return options;
}

function readPrefix(bytes: Uint8Array): NonNullable<NeighborOptionField['prefix']> {
  return {
    address: formatIpv6(bytes, neighborOption.prefixAt),
    length: neighborOption.prefixLength,
    flags: neighborOption.prefixFlags,
    validLifetime: neighborOption.validLifetime,
    preferredLifetime: neighborOption.preferredLifetime,
  };
}

/** @param protocol of the pseudo header; 0: there is none, as in ICMPv4 */
function expectedChecksum(
  list: LayerList,
  region: Region,
  network: Network,
  protocol: number,
): { readonly expectedChecksum?: number } {
  const { start, end } = region;
  const length = wireLengthOf(region);
  if (!list.checksums || network.isFragment || start + length > end) return {};
  const initial = protocol === 0 ? 0 : pseudoSum(list.bytes, network, protocol, length);
  return { expectedChecksum: list.checksumWithout(start, start + length, start + CHECKSUM, initial) };
}
