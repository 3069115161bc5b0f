/** ARP and RARP. @module */
import { formatIpv4, formatMac, IPV4_LENGTH } from '../base/address.ts';
import { readU8 } from '../base/bytes.ts';
import { EtherType } from '../base/protocol-numbers.ts';
import { ArpView } from '../wire/arp.ts';
import { hexOf } from './hex.ts';
import { type LayerList, type Region, wireLengthOf } from './region.ts';

const view = new ArpView();

/** Reads a packet; RARP has the same form (RFC 903). */
export function dissectArp(list: LayerList, region: Region, isReverse: boolean): void {
  const { bytes } = list;
  if (!view.wrap(bytes, region.start, region.end)) {
    list.truncated('arp', region);
    return;
  }
  const { hardwareLength, protocolLength, protocolType, targetHardwareStart } = view;
  const isIpv4 = protocolType === EtherType.ipv4 && protocolLength === IPV4_LENGTH;
  const protocolAddress = (at: number): string =>
    isIpv4 ? formatIpv4(bytes, at) : hexOf(bytes, at, at + protocolLength);
  list.add({
    kind: 'arp',
    start: region.start,
    headerLength: view.length,
    operation: view.operation,
    hardwareType: view.hardwareType,
    protocolType,
    hardwareLength,
    protocolLength,
    senderHardware: formatMac(bytes, view.senderHardwareStart, hardwareLength),
    senderProtocol: protocolAddress(view.senderProtocolStart),
    targetHardware: formatMac(bytes, targetHardwareStart, hardwareLength),
    targetProtocol: protocolAddress(view.targetProtocolStart),
    isTargetHardwareZero: isZero(bytes, targetHardwareStart, hardwareLength),
    length: wireLengthOf(region),
    isReverse,
  });
}

function isZero(bytes: Uint8Array, start: number, length: number): boolean {
  for (let at = start; at < start + length; at += 1) if (readU8(bytes, at) !== 0) return false;
  return true;
}
