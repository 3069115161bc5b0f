/** IP headers, extension headers, and tunnels on IP. @module */
import { IpProtocol } from '../../base/protocol-numbers.ts';
import type {
  AuthenticationLayer,
  BadIpLayer,
  EspLayer,
  GreLayer,
  Ipv4Layer,
  Ipv6FragmentLayer,
  Ipv6Layer,
  Ipv6OptionsLayer,
  Ipv6RoutingLayer,
  OverlayLayer,
  UnknownProtocolLayer,
} from '../../dissect/index.ts';
import { hex, type LineContext, nameOf } from './context.ts';
import { ipv4OptionText } from './ip-options.ts';
import { ETHER_TYPE_NAMES } from './link.ts';

/** Names in `-v` headers, as tcpdump has them. */
const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  0: 'Options',
  1: 'ICMP',
  2: 'IGMP',
  4: 'IPIP',
  6: 'TCP',
  8: 'EGP',
  9: 'IGRP',
  17: 'UDP',
  33: 'DCCP',
  41: 'IPv6',
  43: 'Routing',
  44: 'Fragment',
  46: 'RSVP',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  55: 'Mobile IP',
  58: 'ICMPv6',
  62: 'mobility',
  88: 'EIGRP',
  89: 'OSPF',
  103: 'PIM',
  108: 'Compressed IP',
  112: 'VRRP',
  113: 'PGM',
  132: 'SCTP',
};

const ECN_NAMES = ['', ',ECT(1)', ',ECT(0)', ',CE'] as const;

/** Printers of TCP, UDP and SCTP put the addresses before the ports; for all others they stand here. */
function printsOwnAddresses(protocol: number): boolean {
  return protocol === IpProtocol.tcp || protocol === IpProtocol.udp || protocol === IpProtocol.sctp;
}

/** What a packet's outermost words are: nothing with `-e`, where the EtherType says it. */
function versionText(version: 4 | 6, context: LineContext): string {
  if (context.options.linkHeader === true) return '';
  return version === 4 ? 'IP ' : 'IP6 ';
}

export function ipv4Text(layer: Ipv4Layer, context: LineContext): string {
  context.ip = layer;
  const missing = layer.missingLength > 0 ? `truncated-ip - ${layer.missingLength} bytes missing! ` : '';
  const head = `${versionText(4, context)}${missing}${context.verbosity > 0 ? ipv4Details(layer, context) : ''}`;
  const addresses = `${context.names.host(layer.source)} > ${context.names.host(layer.destination)}:`;
  if (layer.fragmentOffset !== 0) return `${head}${addresses} ip-proto-${layer.protocol}`;
  return printsOwnAddresses(layer.protocol) ? head : `${head}${addresses} `;
}

function ipv4Details(layer: Ipv4Layer, context: LineContext): string {
  const flags = [
    layer.hasMoreFragments ? '+' : '',
    layer.isDontFragment ? 'DF' : '',
    layer.isReservedFlagSet ? 'rsvd' : '',
  ].filter((flag) => flag !== '');
  const parts = [
    `tos ${hex(layer.typeOfService)}${ECN_NAMES[layer.typeOfService & 3] ?? ''}`,
    ...(layer.timeToLive > 0 ? [`ttl ${layer.timeToLive}`] : []),
    `id ${layer.identification}`,
    `offset ${layer.fragmentOffset}`,
    `flags [${flags.length === 0 ? 'none' : flags.join(', ')}]`,
    `proto ${nameOf(PROTOCOL_NAMES, layer.protocol, 'unknown')} (${layer.protocol})`,
    layer.totalLength === 0
      ? `length ${layer.payloadLength + layer.headerLength} [was 0, presumed TSO]`
      : `length ${layer.totalLength}`,
  ];
  if (layer.headerLength > 20) parts.push(`options (${layer.options.map(ipv4OptionText).join(',')})`);
  const { expectedChecksum, checksum } = layer;
  const bad =
    context.options.skipChecksums === true || expectedChecksum === undefined || expectedChecksum === checksum
      ? ''
      : `, bad cksum ${checksum.toString(16)} (->${expectedChecksum.toString(16)})!`;
  return `(${parts.join(', ')}${bad})\n    `;
}

export function badIpText(layer: BadIpLayer, context: LineContext): string {
  const head = versionText(layer.version, context);
  switch (layer.reason) {
    case 'header length':
      return `${head}bad-hlen ${layer.value}`;
    case 'total length':
      return `${head}bad-len ${layer.value}`;
    default:
      if (layer.version === 6) return `${head}version error: ${layer.value} != 6`;
      return layer.value === 6 ? 'IP6, wrong link-layer encapsulation (invalid)' : `IP${layer.value} (invalid)`;
  }
}

export function ipv6Text(layer: Ipv6Layer, context: LineContext): string {
  context.ip = layer;
  const missing = layer.missingLength > 0 ? `truncated-ip6 - ${layer.missingLength} bytes missing!` : '';
  const head = `${versionText(6, context)}${context.verbosity > 0 ? ipv6Details(layer) : ''}${missing}`;
  if (printsOwnAddresses(layer.nextHeader)) return head;
  return `${head}${context.names.host(layer.source)} > ${context.names.host(layer.destination)}: `;
}

function ipv6Details(layer: Ipv6Layer): string {
  const trafficClass = layer.trafficClass === 0 ? '' : `class ${hex(layer.trafficClass, 2)}, `;
  const flow = layer.flowLabel === 0 ? '' : `flowlabel ${hex(layer.flowLabel, 5)}, `;
  const next = nameOf(PROTOCOL_NAMES, layer.nextHeader, 'unknown');
  const payload = `payload length: ${layer.payloadLength}`;
  return `(${trafficClass}${flow}hlim ${layer.hopLimit}, next-header ${next} (${layer.nextHeader}) ${payload}) `;
}

const IPV6_OPTIONS: Readonly<Record<number, string>> = { 0: '(pad1)', 1: '(padn)' };
const ROUTER_ALERT = 5;
const JUMBO_PAYLOAD = 0xc2;
const HOME_ADDRESS = 0xc9;

export function ipv6OptionsText(layer: Ipv6OptionsLayer, context: LineContext): string {
  const name = layer.extension === 'hop-by-hop' ? 'HBH ' : 'DSTOPT ';
  if (context.verbosity === 0) return name;
  const options = layer.options.map(({ type, data }) => {
    if (type === ROUTER_ALERT) return `(rtalert: 0x${data}) `;
    if (type === JUMBO_PAYLOAD) return `(jumbo: ${Number.parseInt(data, 16)}) `;
    if (type === HOME_ADDRESS) return '(homeaddr)';
    return nameOf(IPV6_OPTIONS, type, `(opt_type ${hex(type, 2)}: len=${data.length / 2})`);
  });
  return `${name}${options.join('')} `;
}

const ROUTING_NAMES: Readonly<Record<number, string>> = { 0: ' [Deprecated]' };

export function ipv6RoutingText(layer: Ipv6RoutingLayer, context: LineContext): string {
  const deprecated = nameOf(ROUTING_NAMES, layer.routingType, '');
  const reserved = context.verbosity > 0 ? `, rsv=${hex(layer.reserved)}` : '';
  const addresses = layer.addresses.map((address, index) => `, [${index}]${context.names.host(address)}`).join('');
  const fields = `len=${layer.lengthField}, type=${layer.routingType}${deprecated}, segleft=${layer.segmentsLeft}`;
  return `RT6 (${fields}${reserved}${addresses}) `;
}

export function ipv6FragmentText(layer: Ipv6FragmentLayer, context: LineContext): string {
  const identification = context.verbosity > 0 ? `${hex(layer.identification, 8)}:` : '';
  const text = `frag (${identification}${layer.fragmentOffset}|${layer.payloadLength})`;
  return layer.fragmentOffset === 0 ? `${text} ` : text;
}

export function authenticationText(layer: AuthenticationLayer, context: LineContext): string {
  const length = context.verbosity > 0 ? `length=${layer.lengthField}(${layer.headerLength}-bytes),` : '';
  const numbers = `spi=${hex(layer.securityParameters, 8)},seq=${hex(layer.sequence)}`;
  return `AH(${length}${numbers},icv=0x${layer.integrity}): `;
}

export function espText(layer: EspLayer): string {
  return `ESP(spi=${hex(layer.securityParameters, 8)},seq=${hex(layer.sequence)}), length ${layer.length}`;
}

const GRE_FLAGS: readonly (readonly [flag: number, name: string])[] = [
  [0x8000, 'checksum present'],
  [0x4000, 'routing present'],
  [0x2000, 'key present'],
  [0x1000, 'sequence# present'],
  [0x0800, 'source routing present'],
];

export function greText(layer: GreLayer, context: LineContext): string {
  if (layer.version !== 0) return `GREv${layer.version}, length ${layer.length}`;
  const isVerbose = context.verbosity > 0;
  const flags = GRE_FLAGS.filter(([flag]) => (layer.flags & flag) !== 0).map(([, name]) => name);
  const parts = [
    'GREv0',
    ...(isVerbose ? [`Flags [${flags.length === 0 ? 'none' : flags.join(', ')}]`] : []),
    ...(layer.checksum !== undefined && isVerbose ? [`sum ${hex(layer.checksum)}`] : []),
    ...(layer.key === undefined ? [] : [`key=${hex(layer.key)}`]),
    ...(layer.sequence === undefined ? [] : [`seq ${layer.sequence}`]),
    ...(context.options.linkHeader === true && !layer.isCut
      ? [`proto ${nameOf(ETHER_TYPE_NAMES, layer.protocol, 'unknown')} (${hex(layer.protocol, 4)})`]
      : []),
  ];
  if (layer.isCut) return parts.join(', ');
  return `${parts.join(', ')}, length ${layer.length}${isVerbose ? '\n\t' : ': '}`;
}

/** `Geneve, Flags [C], vni 0xa, options [8 bytes]: `; tcpdump begins a new line behind VXLAN, we stay in the line. */
export function overlayText(layer: OverlayLayer, context: LineContext): string {
  if (layer.name === 'VXLAN') {
    const isValid = (layer.flags & 0x08) !== 0;
    return `VXLAN, flags [${isValid ? 'I' : 'invalid'}] (${hex(layer.flags, 2)}), vni ${layer.identifier}: `;
  }
  const flags = `${(layer.flags & 0x80) === 0 ? '' : 'O'}${(layer.flags & 0x40) === 0 ? '' : 'C'}`;
  const protocol = `, proto ${nameOf(ETHER_TYPE_NAMES, layer.protocol, 'unknown')} (${hex(layer.protocol, 4)})`;
  const options = layer.optionsLength === 0 ? '' : `, options [${layer.optionsLength} bytes]`;
  const head = `Geneve, Flags [${flags === '' ? 'none' : flags}], vni ${hex(layer.identifier)}`;
  return `${head}${context.options.linkHeader === true ? protocol : ''}${options}${context.verbosity > 0 ? '\n\t' : ': '}`;
}

/** A number without a decoder: tcpdump's words for one it has no decoder for either. */
export function unknownProtocolText(layer: UnknownProtocolLayer): string {
  if (layer.protocol === IpProtocol.noNextHeader) return 'no next header';
  return ` ip-proto-${layer.protocol} ${layer.length}`;
}
