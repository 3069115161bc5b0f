/** From the link type inwards: Ethernet, tags, cooked and loopback headers, LLC, MPLS, PPPoE. @module */
import { formatMac } from '../base/address.ts';
import { LinkType } from '../base/link-type.ts';
import { EtherType, MAX_802_3_LENGTH } from '../base/protocol-numbers.ts';
import { EthernetView, isVlanEtherType, VlanView } from '../wire/ethernet.ts';
import { COOKED_ADDRESS_LENGTH, Sll2View, SllView } from '../wire/linux-cooked.ts';
import { LoopbackView } from '../wire/loopback.ts';
import { dissectArp } from './arp.ts';
import { dissectIp, dissectIpv4, dissectIpv6 } from './internet.ts';
import { dissectMpls, dissectPppoe } from './label.ts';
import { dissectLlc } from './llc.ts';
import { after, type LayerList, type Region, wireLengthOf } from './region.ts';

/** Version 1 gives these EtherTypes to frames of 802.2 and of Novell's raw 802.3 (`linux/if_ether.h`). */
const ETH_P_802_3 = 1;
const ETH_P_802_2 = 4;
const TRANSPARENT_ETHERNET_BRIDGING = 0x6558;

const ethernet = new EthernetView();
const vlan = new VlanView();
const sll = new SllView();
const sll2 = new Sll2View();
const loopback = new LoopbackView();

/** Takes a whole frame apart. */
export function dissectLink(list: LayerList, region: Region, linkType: LinkType): void {
  switch (linkType) {
    case LinkType.ethernet:
      dissectEthernet(list, region);
      break;
    case LinkType.linuxSll:
      dissectSll(list, region);
      break;
    case LinkType.linuxSll2:
      dissectSll2(list, region);
      break;
    case LinkType.null:
    case LinkType.loop:
      dissectLoopback(list, region);
      break;
    case LinkType.raw:
      dissectIp(list, region);
      break;
    case LinkType.ipv4:
      dissectIpv4(list, region);
      break;
    case LinkType.ipv6:
      dissectIpv6(list, region);
      break;
    default:
      list.unknown(region, 'linkType', linkType);
  }
}

/** An Ethernet frame, also inside a tunnel. */
function dissectEthernet(list: LayerList, region: Region): void {
  const { start, end } = region;
  if (!ethernet.wrap(list.bytes, start, end)) {
    list.truncated('ether', region);
    return;
  }
  const { etherType, payloadStart } = ethernet;
  const isDeeper = list.add({
    kind: 'ethernet',
    start,
    headerLength: payloadStart - start,
    destination: formatMac(list.bytes, ethernet.destinationStart),
    source: formatMac(list.bytes, ethernet.sourceStart),
    etherType,
    frameLength: wireLengthOf(region),
  });
  if (isDeeper) dissectEtherType(list, after(region, payloadStart), etherType);
}

/** What an EtherType, or an 802.3 length, announces. */
export function dissectEtherType(list: LayerList, region: Region, etherType: number): void {
  if (etherType <= MAX_802_3_LENGTH) {
    dissectLlc(list, { ...region, wireEnd: Math.min(region.wireEnd, region.start + etherType) });
    return;
  }
  if (isVlanEtherType(etherType)) {
    dissectVlan(list, region, etherType);
    return;
  }
  switch (etherType) {
    case EtherType.ipv4:
      dissectIpv4(list, region);
      break;
    case EtherType.ipv6:
      dissectIpv6(list, region);
      break;
    case EtherType.arp:
    case EtherType.reverseArp:
      dissectArp(list, region, etherType === EtherType.reverseArp);
      break;
    case EtherType.mpls:
    case EtherType.mplsMulticast:
      dissectMpls(list, region);
      break;
    case EtherType.pppoeDiscovery:
    case EtherType.pppoeSession:
      dissectPppoe(list, region, etherType === EtherType.pppoeSession);
      break;
    case TRANSPARENT_ETHERNET_BRIDGING:
      dissectEthernet(list, region);
      break;
    default:
      list.unknown(region, 'etherType', etherType);
  }
}

function dissectVlan(list: LayerList, region: Region, tagProtocol: number): void {
  if (!vlan.wrap(list.bytes, region.start, region.end)) {
    list.truncated('vlan', region);
    return;
  }
  const { identifier, priority, isDropEligible, etherType, payloadStart } = vlan;
  const headerLength = payloadStart - region.start;
  const tag = { identifier, priority, isDropEligible, etherType, tagProtocol };
  if (list.add({ kind: 'vlan', start: region.start, headerLength, ...tag })) {
    dissectEtherType(list, after(region, payloadStart), etherType);
  }
}

function dissectSll(list: LayerList, region: Region): void {
  if (!sll.wrap(list.bytes, region.start, region.end)) {
    list.truncated('sll', region);
    return;
  }
  const { packetType, hardwareType, protocol, payloadStart } = sll;
  const address = cookedAddress(list.bytes, sll.addressStart, sll.addressLength);
  const place = { start: region.start, headerLength: payloadStart - region.start };
  const cooked = { packetType, hardwareType, protocol, address, frameLength: wireLengthOf(region) };
  list.add({ kind: 'cooked', version: 1, ...place, ...cooked });
  dissectCooked(list, after(region, payloadStart), protocol);
}

function dissectSll2(list: LayerList, region: Region): void {
  if (!sll2.wrap(list.bytes, region.start, region.end)) {
    list.truncated('sll2', region);
    return;
  }
  const { packetType, hardwareType, protocol, interfaceIndex, payloadStart } = sll2;
  const address = cookedAddress(list.bytes, sll2.addressStart, sll2.addressLength);
  const place = { start: region.start, headerLength: payloadStart - region.start };
  const cooked = { packetType, hardwareType, protocol, address, interfaceIndex, frameLength: wireLengthOf(region) };
  list.add({ kind: 'cooked', version: 2, ...place, ...cooked });
  dissectCooked(list, after(region, payloadStart), protocol);
}

function dissectCooked(list: LayerList, region: Region, protocol: number): void {
  if (protocol === ETH_P_802_2) dissectLlc(list, region);
  else if (protocol === ETH_P_802_3 || protocol <= MAX_802_3_LENGTH) list.unknown(region, 'etherType', protocol);
  else dissectEtherType(list, region, protocol);
}

function cookedAddress(bytes: Uint8Array, start: number, length: number): string {
  return formatMac(bytes, start, Math.min(length, COOKED_ADDRESS_LENGTH));
}

function dissectLoopback(list: LayerList, region: Region): void {
  if (!loopback.wrap(list.bytes, region.start, region.end)) {
    list.truncated('null', region);
    return;
  }
  const { family, isIpv4, isIpv6, payloadStart } = loopback;
  const place = { start: region.start, headerLength: payloadStart - region.start };
  list.add({ kind: 'loopback', ...place, family, frameLength: wireLengthOf(region) });
  const payload = after(region, payloadStart);
  if (isIpv4) dissectIpv4(list, payload);
  else if (isIpv6) dissectIpv6(list, payload);
  else list.unknown(payload, 'family', family);
}
