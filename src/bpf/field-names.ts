/**
 * Names of the header fields that a test reads, where they are certain: fields of the link layer, and after tests of
 * the payload those of IPv4, IPv6, ARP, TCP, UDP, SCTP, ICMP and ICMPv6. @module
 */
import { LinkType } from '../base/link-type.ts';
import { EtherType, IpProtocol } from '../base/protocol-numbers.ts';
import { VLAN_TYPES } from './compile/encapsulations.ts';
import type { Comparison } from './compile/predicate.ts';
import type { LoadValue, Value, VariableValue } from './compile/value.ts';

/** Formats of field contents. */
type FieldFormat =
  | 'number'
  | 'hexadecimal'
  | 'ipv4'
  | 'ipv6'
  | 'mac'
  | 'etherType'
  | 'protocol'
  | 'fragment'
  | 'vlan'
  | 'tcpFlags'
  | 'icmpType'
  | 'icmp6Type';

/** A field of a header. `offset` is in the packet, after the base of the load if that has one. Lengths in bytes. */
export interface Field {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly format: FieldFormat;
}

type Row = readonly [offset: number, length: number, name: string, format?: FieldFormat];

const ETHERNET_ADDRESSES: readonly Row[] = [
  [0, 6, 'ether destination', 'mac'],
  [6, 6, 'ether source', 'mac'],
];
const NETWORK_FIELDS = {
  /** RFC 791, 3.1. */
  ip: [
    [0, 1, 'ip version and header length', 'hexadecimal'],
    [1, 1, 'ip type of service', 'hexadecimal'],
    [2, 2, 'ip total length'],
    [4, 2, 'ip identification'],
    [6, 2, 'ip fragment offset', 'fragment'],
    [8, 1, 'ip time to live'],
    [9, 1, 'ip protocol', 'protocol'],
    [10, 2, 'ip checksum', 'hexadecimal'],
    [12, 4, 'ip source address', 'ipv4'],
    [16, 4, 'ip destination address', 'ipv4'],
  ],
  /** RFC 8200, 3. */
  ip6: [
    [4, 2, 'ip6 payload length'],
    [6, 1, 'ip6 next header', 'protocol'],
    [7, 1, 'ip6 hop limit'],
    [8, 16, 'ip6 source address', 'ipv6'],
    [24, 16, 'ip6 destination address', 'ipv6'],
  ],
  /** RFC 826, and RFC 903 with the same format. */
  arp: [
    [6, 2, 'arp operation'],
    [8, 6, 'arp sender hardware address', 'mac'],
    [14, 4, 'arp sender address', 'ipv4'],
    [18, 6, 'arp target hardware address', 'mac'],
    [24, 4, 'arp target address', 'ipv4'],
  ],
} as const satisfies Readonly<Record<string, readonly Row[]>>;
type Network = keyof typeof NETWORK_FIELDS;

/** RFC 9293, 3.1; RFC 768; RFC 9260, 3.1; RFC 8200, 4.5; RFC 792; RFC 4443, 2.1. */
const TRANSPORT_FIELDS: ReadonlyMap<number, readonly Row[]> = new Map<number, readonly Row[]>([
  [IpProtocol.tcp, [
    ...ports('tcp '), [4, 4, 'tcp sequence number'], [8, 4, 'tcp acknowledgment number'], [12, 1, 'tcp header length', 'hexadecimal'],
    [13, 1, 'tcp flags', 'tcpFlags'], [14, 2, 'tcp window'],
  ]],
  [IpProtocol.udp, [...ports('udp '), [4, 2, 'udp length'], [6, 2, 'udp checksum', 'hexadecimal']]],
  [IpProtocol.sctp, ports('sctp ')],
  [IpProtocol.fragment, [[0, 1, 'ip6 fragment next header', 'protocol']]],
  [IpProtocol.icmp, [[0, 1, 'icmp type', 'icmpType'], [1, 1, 'icmp code']]],
  [IpProtocol.icmp6, [[0, 1, 'icmp6 type', 'icmp6Type'], [1, 1, 'icmp6 code']]],
]); // biome-ignore format: a table

function ports(protocol: string): readonly Row[] {
  return [
    [0, 2, `${protocol}source port`],
    [2, 2, `${protocol}destination port`],
  ];
}

const NETWORKS: ReadonlyMap<number, Network> = new Map([
  [EtherType.ipv4, 'ip'],
  [EtherType.ipv6, 'ip6'],
  [EtherType.arp, 'arp'],
  [EtherType.reverseArp, 'arp'],
]);
const PROTOCOL_FIELDS = { ip: 9, ip6: 6, arp: -1 } as const;
const IPV6_HEADER_LENGTH = 40;
const VLAN_TAG_LENGTH = 4;
const ALL_ONES = 0xffff_ffff;

/** Meaning of a variable: the end of the network header, relative to its start, or the protocol of its payload. */
type Meaning = 'headerEnd' | 'protocol';

/** Known facts about a packet at some point of a filter. */
export interface Known {
  readonly linkType: LinkType;
  /** Offset of the protocol field of the link layer; -1: none, or unknown. */
  readonly typeAt: number;
  /** Offset of the network layer. */
  readonly start: number;
  /** Whether a VLAN tag precedes the type. */
  readonly isTagged: boolean;
  readonly network: Network | undefined;
  /** Possible upper-layer protocols by number; undefined: any. */
  readonly transports: readonly number[] | undefined;
  readonly variables: ReadonlyMap<VariableValue, Meaning>;
}

const LINKS: ReadonlyMap<LinkType, Pick<Known, 'typeAt' | 'start' | 'network'>> = new Map([
  [LinkType.ethernet, { typeAt: 12, start: 14, network: undefined }],
  [LinkType.linuxSll, { typeAt: 14, start: 16, network: undefined }],
  [LinkType.linuxSll2, { typeAt: 0, start: 20, network: undefined }],
  [LinkType.raw, { typeAt: -1, start: 0, network: undefined }],
  [LinkType.null, { typeAt: -1, start: 4, network: undefined }],
  [LinkType.loop, { typeAt: -1, start: 4, network: undefined }],
  [LinkType.ipv4, { typeAt: -1, start: 0, network: 'ip' as const }],
  [LinkType.ipv6, { typeAt: -1, start: 0, network: 'ip6' as const }],
]);

/** Returns the facts before the first test. */
export function knownAtStart(linkType: LinkType): Known {
  const link = LINKS.get(linkType) ?? { typeAt: -1, start: -1, network: undefined };
  return { linkType, ...link, isTagged: false, transports: undefined, variables: new Map() };
}

/** Returns the facts that hold in both of two cases. */
export function knownInBoth(left: Known, right: Known): Known {
  if (left === right) return left;
  const { linkType, typeAt, start } = left;
  if (start !== right.start || typeAt !== right.typeAt) return { ...knownAtStart(linkType), typeAt: -1, start: -1 };
  const network = left.network === right.network ? left.network : undefined;
  const areLimited = left.transports !== undefined && right.transports !== undefined;
  const transports = areLimited ? [...new Set([...left.transports, ...right.transports])] : undefined;
  const variables = new Map([...left.variables].filter(([variable, is]) => right.variables.get(variable) === is));
  return { linkType, typeAt, start, isTagged: left.isTagged && right.isTagged, network, transports, variables };
}

/** Returns the facts after `variable` is set to `value`. */
export function knownAfterAssign(variable: VariableValue, value: Value, known: Known): Known {
  const variables = new Map(known.variables);
  const meaning = meaningOf(value, known);
  if (meaning === undefined) variables.delete(variable);
  else variables.set(variable, meaning);
  return { ...known, variables };
}

function meaningOf(value: Value, known: Known): Meaning | undefined {
  const { network } = known;
  const isIpv6End = network === 'ip6' && value.kind === 'constant' && value.value === IPV6_HEADER_LENGTH;
  if (isIpv6End || isIpv4HeaderLength(value, known)) return 'headerEnd';
  return value.kind === 'load' && isProtocolField(value, known) ? 'protocol' : undefined;
}

function isProtocolField({ base, offset, size }: LoadValue, { network, start }: Known): boolean {
  return base === undefined && size === 1 && network !== undefined && offset === start + PROTOCOL_FIELDS[network];
}

/** A comparison of two values, in a predicate or a node of the graph. */
export interface ValueTest {
  readonly value: Value;
  readonly comparison: Comparison;
  readonly operand: Value;
}

/** `(load & mask) = k`, `load > k` and so on. */
export interface LoadTest {
  readonly load: LoadValue;
  /** All ones if the test has no mask. */
  readonly mask: number;
  readonly k: number;
}

/** Returns the load that a test compares with a constant; undefined for other arithmetic. */
export function loadTestOf({ value, operand }: ValueTest): LoadTest | undefined {
  if (operand.kind !== 'constant') return undefined;
  if (value.kind === 'load') return { load: value, mask: ALL_ONES, k: operand.value };
  if (value.kind !== 'binary' || value.operator !== 'and') return undefined;
  const { left, right } = value;
  if (left.kind !== 'load' || right.kind !== 'constant') return undefined;
  return { load: left, mask: right.value, k: operand.value };
}

/** Returns the facts after `test` has succeeded. */
export function knownAfter(test: ValueTest, known: Known): Known {
  const { value, operand } = test;
  if (value.kind === 'variable' && known.variables.get(value) === 'protocol' && test.comparison === 'equal') {
    return operand.kind === 'constant' ? { ...known, transports: [operand.value] } : known;
  }
  const loadTest = test.comparison === 'equal' ? loadTestOf(test) : undefined;
  if (loadTest === undefined) return known;
  const { load, mask, k } = loadTest;
  if (load.base !== undefined) return known;
  const type = typeIn(loadTest, known.typeAt);
  if (type !== undefined) return afterType(type, known);
  if (known.network === undefined) return afterVersion(loadTest, known);
  const at = known.start + PROTOCOL_FIELDS[known.network];
  // A load may contain the fragment offset and the protocol after it.
  const hasProtocol = load.offset + load.size === at + 1 && (mask & 0xff) === 0xff;
  return hasProtocol ? { ...known, transports: [k & 0xff] } : known;
}

/** Returns the type in a test, whose load may contain the number of a tag before or after it as well. */
function typeIn({ load: { offset, size }, mask, k }: LoadTest, typeAt: number): number | undefined {
  if (typeAt < 0) return undefined;
  if (offset === typeAt && size === 2) return mask === ALL_ONES ? k : undefined;
  if (offset === typeAt && size === 4) return mask >>> 16 === 0xffff ? k >>> 16 : undefined;
  const isLast = offset === typeAt - 2 && size === 4;
  return isLast && (mask & 0xffff) === 0xffff ? k & 0xffff : undefined;
}

function afterType(type: number, known: Known): Known {
  if (!isVlanType(type)) return { ...known, network: NETWORKS.get(type), transports: undefined };
  return {
    ...known,
    typeAt: known.typeAt + VLAN_TAG_LENGTH,
    start: known.start + VLAN_TAG_LENGTH,
    isTagged: true,
    network: undefined,
    transports: undefined,
  };
}

export function isVlanType(type: number): boolean {
  return VLAN_TYPES.some((tag) => tag === type);
}

/** Without a type field, the version of the IP header or the address family in front of it identifies the protocol. */
function afterVersion({ load, mask, k }: LoadTest, known: Known): Known {
  if (known.typeAt >= 0) return known;
  const isVersion = load.offset === known.start && load.size === 1 && mask === 0xf0;
  if (isVersion && (k === 0x40 || k === 0x60)) return { ...known, network: k === 0x40 ? 'ip' : 'ip6' };
  const isFamily = known.start === 4 && load.offset === 0 && load.size === 4;
  if (!isFamily) return known;
  return { ...known, network: k === 2 || k === 0x0200_0000 ? 'ip' : 'ip6' };
}

/** Returns the fields that a load overlaps, in their order. */
export function fieldsOf(load: LoadValue, known: Known): readonly Field[] {
  const { offset, size } = load;
  return candidates(load, known)
    .filter((field) => field.offset < offset + size && offset < field.offset + field.length)
    .sort((left, right) => left.offset - right.offset);
}

function candidates({ base, offset, size }: LoadValue, known: Known): readonly Field[] {
  const { network, start, typeAt, linkType } = known;
  const isBehindHeader = base !== undefined && (isIpv4HeaderLength(base, known) || isHeaderEnd(base, known));
  if (base !== undefined) return isBehindHeader ? transportFields(known, start) : [];
  const fields = linkType === LinkType.ethernet ? placed(ETHERNET_ADDRESSES, 0) : [];
  if (typeAt >= 0) fields.push(...placed([[0, 2, 'ether type', 'etherType']], typeAt));
  // The number of a tag precedes the type of its payload, and follows its own type.
  if (known.isTagged) fields.push(...placed([[-2, 2, 'vlan', 'vlan']], typeAt));
  if (typeAt >= 0 && offset === typeAt && size === 4) fields.push(...placed([[2, 2, 'vlan', 'vlan']], typeAt));
  if (network === undefined) return fields;
  fields.push(...placed(NETWORK_FIELDS[network], start));
  if (network === 'ip6') fields.push(...transportFields(known, start + IPV6_HEADER_LENGTH));
  return fields;
}

/** Returns whether `value` is the length of the IPv4 header. */
export function isIpv4HeaderLength(value: Value, { network, start }: Known): boolean {
  return value.kind === 'headerLength' && network === 'ip' && value.offset === start;
}

function isHeaderEnd(value: Value, { variables }: Known): boolean {
  return value.kind === 'variable' && variables.get(value) === 'headerEnd';
}

/** Returns the fields that all possible protocols have. */
function transportFields({ transports }: Known, start: number): readonly Field[] {
  const [first, ...others] = transports ?? [];
  if (first === undefined) return [];
  const rows = TRANSPORT_FIELDS.get(first);
  if (others.length === 0) return placed(rows ?? [], start);
  const haveAllPorts = [first, ...others].every((protocol) =>
    TRANSPORT_FIELDS.get(protocol)?.[0]?.[2].endsWith('source port'),
  );
  return haveAllPorts ? placed(ports(''), start) : [];
}

function placed(rows: readonly Row[], start: number): Field[] {
  return rows.map(([offset, length, name, format = 'number']) => ({ name, offset: start + offset, length, format }));
}
