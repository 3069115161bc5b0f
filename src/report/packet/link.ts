/** Lines' beginnings: link headers (`-e`), ARP, LLC, labels. @module */

import { LOOPBACK_FAMILIES } from '../../base/protocol-numbers.ts';
import type {
  ArpLayer,
  CookedLayer,
  EthernetLayer,
  LlcLayer,
  LoopbackLayer,
  MplsLayer,
  PppoeLayer,
  UnknownLayer,
  VlanLayer,
} from '../../dissect/index.ts';
import { hex, type LineContext, nameOf } from './context.ts';

/** Names as tcpdump prints them. */
export const ETHER_TYPE_NAMES: Readonly<Record<number, string>> = {
  512: 'PUP',
  1536: 'NS',
  2048: 'IPv4',
  2054: 'ARP',
  24577: 'MOP DL',
  24578: 'MOP RC',
  24579: 'DN',
  24580: 'LAT',
  24583: 'SCA',
  25944: 'TEB',
  32821: 'Reverse ARP',
  32923: 'Appletalk',
  33011: 'Appletalk ARP',
  33024: '802.1Q',
  33079: 'IPX',
  34525: 'IPv6',
  34827: 'PPP',
  34824: 'MPCP',
  34825: 'Slow Protocols',
  34887: 'MPLS unicast',
  34888: 'MPLS multicast',
  34915: 'PPPoE D',
  34916: 'PPPoE S',
  34958: 'EAPOL',
  34984: '802.1Q-QinQ',
  35020: 'LLDP',
  35063: 'PTP',
  35074: 'CFM',
  36864: 'Loopback',
  37120: '802.1Q-9100',
};

function etherTypeName(etherType: number): string {
  return nameOf(ETHER_TYPE_NAMES, etherType, 'Unknown');
}

/** `IPv4 (0x0800)`, or the name alone when quiet. */
function etherTypeText(etherType: number, isQuiet: boolean): string {
  const name = etherTypeName(etherType);
  if (isQuiet) return name === 'Unknown' ? `Unknown Ethertype (${hex(etherType, 4)})` : name;
  return `ethertype ${name} (${hex(etherType, 4)})`;
}

/** `source > destination, ethertype IPv4 (0x0800), length 74: ` */
export function ethernetText(layer: EthernetLayer, context: LineContext): string {
  const addresses = `${layer.source} > ${layer.destination}, `;
  if (layer.etherType <= 1500) return `${addresses}802.3, length ${layer.etherType}: `;
  const type = etherTypeText(layer.etherType, context.options.quiet === true);
  return `${addresses}${type}, length ${layer.frameLength}: `;
}

/** `vlan 100, p 0, ethertype IPv4 (0x0800), ` */
export function vlanText(layer: VlanLayer, context: LineContext): string {
  const dropEligible = layer.isDropEligible ? ', DEI' : '';
  const isLength = layer.etherType <= 1500;
  // Behind "802.3" tcpdump sets nothing before what follows.
  const next = isLength ? '802.3' : `${etherTypeText(layer.etherType, context.options.quiet === true)}, `;
  return `vlan ${layer.identifier}, p ${layer.priority}${dropEligible}, ${next}`;
}

const PACKET_TYPES: Readonly<Record<number, string>> = { 0: 'In', 1: 'B', 2: 'M', 3: 'P', 4: 'Out' };

/** The part of a cooked header that stands there also without `-e`: version 2 names interface and direction. */
export function cookedText(layer: CookedLayer, context: LineContext): string {
  const { linkHeader, quiet } = context.options;
  const direction = nameOf(PACKET_TYPES, layer.packetType, '?');
  const address = layer.address === '' ? '' : `${layer.address} `;
  const type = quiet === true ? '' : `${etherTypeText(layer.protocol, false)}, length ${layer.frameLength}: `;
  if (layer.version === 1) return linkHeader === true ? `${direction.padStart(3)} ${address}${type}` : '';
  const place = `${context.names.interfaceName(layer.interfaceIndex ?? 0).padEnd(5)} ${direction.padEnd(3)} `;
  return linkHeader === true ? `${place}ifindex ${layer.interfaceIndex} ${address}${type}` : place;
}

const FAMILIES: Readonly<Record<number, string>> = {
  ...Object.fromEntries(LOOPBACK_FAMILIES.ipv4.map((family) => [family, 'IPv4'])),
  ...Object.fromEntries(LOOPBACK_FAMILIES.ipv6.map((family) => [family, 'IPv6'])),
  7: 'ISO',
  16: 'APPLETALK',
  23: 'IPX',
};

/** `AF IPv4 (2), length 72: ` */
export function loopbackText(layer: LoopbackLayer, context: LineContext): string {
  const name = nameOf(FAMILIES, layer.family, 'Unknown');
  const length = `length ${layer.frameLength}: `;
  if (context.options.quiet === true) return `${name === 'Unknown' ? `AF Unknown (${layer.family})` : name}, ${length}`;
  return `AF ${name} (${layer.family}), ${length}`;
}

const SERVICES: Readonly<Record<number, string>> = {
  0: 'Null',
  2: '802.1B',
  4: 'SNA',
  6: 'IP',
  14: 'ProWay NM',
  66: 'STP',
  170: 'SNAP',
  224: 'IPX',
  240: 'NetBeui',
  254: 'ISO NSAP',
  255: 'Global',
};

const ORGANISATIONS: Readonly<Record<number, string>> = { 0: 'Ethernet', 12: 'Cisco' };
const CISCO_PROTOCOLS: Readonly<Record<number, string>> = {
  267: 'PVST',
  8192: 'CDP',
  8195: 'VTP',
  8196: 'DTP',
  273: 'UDLD',
};

/** What this program says of 802.2: tcpdump's `-e` text, and the length of what is inside. */
export function llcText(layer: LlcLayer, withLength: boolean): string {
  const destination = nameOf(SERVICES, layer.destinationService & 0xfe, 'Unknown');
  const source = nameOf(SERVICES, layer.sourceService & 0xfe, 'Unknown');
  const group = (layer.destinationService & 1) === 0 ? 'Individual' : 'Group';
  const command = (layer.sourceService & 1) === 0 ? 'Command' : 'Response';
  const services =
    `LLC, dsap ${destination} (${hex(layer.destinationService & 0xfe, 2)}) ${group}, ` +
    `ssap ${source} (${hex(layer.sourceService & 0xfe, 2)}) ${command}, ctrl ${hex(layer.control, 2)}`;
  if (layer.organisation === undefined || layer.protocol === undefined) {
    return withLength ? `${services}, length ${layer.payloadLength}` : `${services}: `;
  }
  const organisation = nameOf(ORGANISATIONS, layer.organisation, 'Unknown');
  const protocol =
    layer.organisation === 0 ? etherTypeName(layer.protocol) : nameOf(CISCO_PROTOCOLS, layer.protocol, 'Unknown');
  return (
    `${services}: oui ${organisation} (${hex(layer.organisation, 6)}), ` +
    `pid ${protocol} (${hex(layer.protocol, 4)}), length ${layer.payloadLength}: `
  );
}

const ARP_OPERATIONS: Readonly<Record<number, string>> = {
  1: 'Request',
  2: 'Reply',
  3: 'Reverse Request',
  4: 'Reverse Reply',
  8: 'Inverse Request',
  9: 'Inverse Reply',
  10: 'NACK Reply',
};

const ETHERNET_HARDWARE = 1;

/** `ARP, Request who-has 10.0.0.1 tell 10.0.0.2, length 28` */
export function arpText(layer: ArpLayer, context: LineContext): string {
  const { names, verbosity } = context;
  const isUsual = layer.hardwareType === ETHERNET_HARDWARE && layer.hardwareLength === 6;
  const isIpv4 = layer.protocolType === 0x0800 && layer.protocolLength === 4;
  const isShown = !isUsual || !isIpv4 || verbosity > 0;
  const lengths = isShown ? lengthsText(layer) : '';
  const operation = nameOf(ARP_OPERATIONS, layer.operation, `Unknown (${layer.operation})`);
  const sender = isIpv4 ? names.host(layer.senderProtocol) : `<wrong proto len ${layer.protocolLength}>`;
  const target = isIpv4 ? names.host(layer.targetProtocol) : `<wrong proto len ${layer.protocolLength}>`;
  const name = context.options.linkHeader === true ? '' : 'ARP, ';
  return `${name}${lengths}${operation} ${arpBody(layer, sender, target)}, length ${layer.length}`;
}

function lengthsText(layer: ArpLayer): string {
  const hardware = layer.hardwareType === ETHERNET_HARDWARE ? 'Ethernet' : `Unknown Hardware (${layer.hardwareType})`;
  const protocol = layer.protocolType === 0x0800 ? 'IPv4' : `Unknown Protocol (${hex(layer.protocolType, 4)})`;
  return `${hardware} (len ${layer.hardwareLength}), ${protocol} (len ${layer.protocolLength}), `;
}

function arpBody(layer: ArpLayer, sender: string, target: string): string {
  switch (layer.operation) {
    case 1: {
      const hardware = layer.isTargetHardwareZero ? '' : ` (${layer.targetHardware})`;
      return `who-has ${target}${hardware} tell ${sender}`;
    }
    case 2:
      return `${sender} is-at ${layer.senderHardware}`;
    case 3:
    case 8:
      return `who-is ${layer.targetHardware} tell ${layer.senderHardware}`;
    case 4:
      return `${layer.targetHardware} at ${target}`;
    case 9:
      return `${layer.senderHardware} at ${sender}`;
    default:
      return `from ${layer.senderHardware} ${sender}`;
  }
}

const LABELS: Readonly<Record<number, string>> = {
  0: 'IPv4 explicit NULL',
  1: 'router alert',
  2: 'IPv6 explicit NULL',
  3: 'implicit NULL',
};

/** `MPLS (label 16, tc 0, [S], ttl 64) `; entries of one stack follow each other. */
export function mplsText(layer: MplsLayer, context: LineContext): string {
  const name = context.verbosity > 0 && layer.label in LABELS ? ` (${LABELS[layer.label]})` : '';
  const bottom = layer.isBottom ? ', [S]' : '';
  const head = layer.isTop ? 'MPLS ' : context.verbosity > 0 ? '\n\t' : ' ';
  return `${head}(label ${layer.label}${name}, tc ${layer.trafficClass}${bottom}, ttl ${layer.timeToLive})`;
}

const PPPOE_CODES: Readonly<Record<number, string>> = {
  9: 'PADI',
  7: 'PADO',
  25: 'PADR',
  101: 'PADS',
  167: 'PADT',
  0: '',
};
const PPP_NAMES: Readonly<Record<number, string>> = {
  33: 'IP',
  87: 'IP6',
  641: 'MPLS',
  49185: 'LCP',
  32801: 'IPCP',
  49187: 'PAP',
  49699: 'CHAP',
};

/** `PPPoE  [ses 0x27] ` */
export function pppoeText(layer: PppoeLayer, context: LineContext): string {
  const code = nameOf(PPPOE_CODES, layer.code, `PAD-${layer.code.toString(16)}`);
  const session = layer.session === 0 ? '' : ` [ses ${hex(layer.session)}]`;
  const head = `PPPoE ${code}${session}`;
  if (layer.protocol === undefined) return `${head}, length ${layer.length}`;
  if (context.options.linkHeader !== true) return `${head} `;
  const name = nameOf(PPP_NAMES, layer.protocol, 'unknown');
  return `${head} ${name} (${hex(layer.protocol, 4)}), length ${layer.length}: `;
}

/** A number without a decoder: by its name, and the length of what it carries. */
export function unknownText(layer: UnknownLayer, hasHeader: boolean): string {
  switch (layer.space) {
    case 'ppp':
      return `${nameOf(PPP_NAMES, layer.number, `ppp-proto-${hex(layer.number, 4)}`)}, length ${layer.length}`;
    case 'family':
      return hasHeader ? '' : `AF Unknown (${layer.number}), length ${layer.length}: `;
    case 'linkType':
      return `link-type ${layer.number}, length ${layer.length}`;
    default:
      return hasHeader
        ? ''
        : `ethertype ${etherTypeName(layer.number)} (${hex(layer.number, 4)}), length ${layer.length}: `;
  }
}
