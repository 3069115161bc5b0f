/** ARP and reverse ARP. @module */
import { EtherType } from '../../../base/protocol-numbers.ts';
import type { LayerOf } from '../../../dissect/index.ts';
import { ArpOperation } from '../../../wire/arp.ts';
import { hex, nameOf } from '../format.ts';
import type { Line, Printers } from '../printer.ts';

export const arp: Printers<'arp'> = { arp: { text: arpText } };

const OPERATIONS: Readonly<Record<number, string>> = {
  [ArpOperation.request]: 'Request',
  [ArpOperation.reply]: 'Reply',
  [ArpOperation.reverseRequest]: 'Reverse Request',
  [ArpOperation.reverseReply]: 'Reverse Reply',
  [ArpOperation.inverseRequest]: 'Inverse Request',
  [ArpOperation.inverseReply]: 'Inverse Reply',
  10: 'NACK Reply',
};

const ETHERNET_HARDWARE = 1;

/** `ARP, Request who-has 10.0.0.1 tell 10.0.0.2, length 28` */
function arpText(layer: LayerOf<'arp'>, { names, verbosity, options }: Line): string {
  const isEthernet = layer.hardwareType === ETHERNET_HARDWARE && layer.hardwareLength === 6;
  const isIpv4 = layer.protocolType === EtherType.ipv4 && layer.protocolLength === 4;
  const lengths = !isEthernet || !isIpv4 || verbosity > 0 ? lengthsText(layer) : '';
  const operation = nameOf(OPERATIONS, layer.operation, `Unknown (${layer.operation})`);
  const sender = isIpv4 ? names.host(layer.senderProtocol) : `<wrong proto len ${layer.protocolLength}>`;
  const target = isIpv4 ? names.host(layer.targetProtocol) : `<wrong proto len ${layer.protocolLength}>`;
  const name = options.linkHeader === true ? '' : 'ARP, ';
  return `${name}${lengths}${operation} ${bodyText(layer, sender, target)}, length ${layer.length}`;
}

function lengthsText(layer: LayerOf<'arp'>): string {
  const hardware = layer.hardwareType === ETHERNET_HARDWARE ? 'Ethernet' : `Unknown Hardware (${layer.hardwareType})`;
  const isIpv4 = layer.protocolType === EtherType.ipv4;
  const protocol = isIpv4 ? 'IPv4' : `Unknown Protocol (${hex(layer.protocolType, 4)})`;
  return `${hardware} (len ${layer.hardwareLength}), ${protocol} (len ${layer.protocolLength}), `;
}

function bodyText(layer: LayerOf<'arp'>, sender: string, target: string): string {
  switch (layer.operation) {
    case ArpOperation.request: {
      const hardware = layer.isTargetHardwareZero ? '' : ` (${layer.targetHardware})`;
      return `who-has ${target}${hardware} tell ${sender}`;
    }
    case ArpOperation.reply:
      return `${sender} is-at ${layer.senderHardware}`;
    case ArpOperation.reverseRequest:
    case ArpOperation.inverseRequest:
      return `who-is ${layer.targetHardware} tell ${layer.senderHardware}`;
    case ArpOperation.reverseReply:
      return `${layer.targetHardware} at ${target}`;
    case ArpOperation.inverseReply:
      return `${layer.senderHardware} at ${sender}`;
    default:
      return `from ${layer.senderHardware} ${sender}`;
  }
}
