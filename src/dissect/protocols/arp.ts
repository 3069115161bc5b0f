/** ARP and reverse ARP (RFC 826, RFC 903). @module */
import { formatIpv4, formatMac, IPV4_LENGTH } from '../../base/address.ts';
import { readU8 } from '../../base/bytes.ts';
import { hexDigits } from '../../base/hex.ts';
import { EtherType } from '../../base/protocol-numbers.ts';
import { ArpView } from '../../wire/arp.ts';
import type { LayerPlace } from '../layer.ts';
import type { Binding, DecodeContext, Protocol } from '../protocol.ts';
import { type Region, wireLengthOf } from '../region.ts';

export interface ArpLayer extends LayerPlace {
  readonly kind: 'arp';
  readonly operation: number;
  readonly hardwareType: number;
  readonly protocolType: number;
  readonly hardwareLength: number;
  readonly protocolLength: number;
  readonly senderHardware: string;
  /** Dotted quad for IPv4, hexadecimal otherwise. */
  readonly senderProtocol: string;
  readonly targetHardware: string;
  readonly targetProtocol: string;
  readonly isTargetHardwareZero: boolean;
  /** Bytes on the wire, padding of the link included. */
  readonly length: number;
  readonly isReverse: boolean;
}

const view = new ArpView();

export const arp: Protocol<ArpLayer> = {
  numbers: { etherType: [EtherType.arp, EtherType.reverseArp] },
  decode: decodeArp,
};

function decodeArp(context: DecodeContext<ArpLayer>, region: Region, { number }: Binding): void {
  const { bytes } = context;
  if (!view.wrap(bytes, region.start, region.end)) {
    context.truncated('arp', region);
    return;
  }
  const { hardwareLength, protocolLength, protocolType, targetHardwareStart } = view;
  const isIpv4 = protocolType === EtherType.ipv4 && protocolLength === IPV4_LENGTH;
  const protocolAddress = (at: number): string =>
    isIpv4 ? formatIpv4(bytes, at) : hexDigits(bytes, at, at + protocolLength);
  context.add({
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
    isReverse: number === EtherType.reverseArp,
  });
}

function isZero(bytes: Uint8Array, start: number, length: number): boolean {
  for (let at = start; at < start + length; at += 1) if (readU8(bytes, at) !== 0) return false;
  return true;
}
