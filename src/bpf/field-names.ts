/**
 * Fields in words, where it is certain what a load looks at: the link layer's own, and behind the tests that say what the
 * packet carries those of IPv4, IPv6, ARP and of ports. Everything else stays a place in bytes. @module
 */
import { LinkType } from '../base/link-type.ts';
import { EtherType, IpProtocol } from '../base/protocol-numbers.ts';
import { VLAN_TYPES } from './compile/encapsulations.ts';
import type { LoadValue, Value } from './compile/value.ts';
import type { Node } from './optimize/graph.ts';

type Field = readonly [offset: number, length: number, name: string];

const ETHERNET_ADDRESSES: readonly Field[] = [
  [0, 6, 'ether destination'],
  [6, 6, 'ether source'],
];
const NETWORK_FIELDS = {
  /** RFC 791, 3.1. */
  ip: [
    [0, 1, 'ip version and header length'],
    [1, 1, 'ip type of service'],
    [2, 2, 'ip total length'],
    [6, 2, 'ip flags and fragment offset'],
    [8, 1, 'ip time to live'],
    [9, 1, 'ip protocol'],
    [12, 4, 'ip source address'],
    [16, 4, 'ip destination address'],
  ],
  /** RFC 8200, 3. */
  ip6: [
    [4, 2, 'ip6 payload length'],
    [6, 1, 'ip6 next header'],
    [7, 1, 'ip6 hop limit'],
    [8, 16, 'ip6 source address'],
    [24, 16, 'ip6 destination address'],
  ],
  /** RFC 826, and RFC 903 alike. */
  arp: [
    [6, 2, 'arp operation'],
    [8, 6, 'arp sender hardware address'],
    [14, 4, 'arp sender address'],
    [18, 6, 'arp target hardware address'],
    [24, 4, 'arp target address'],
  ],
} as const satisfies Readonly<Record<string, readonly Field[]>>;
type Network = keyof typeof NETWORK_FIELDS;

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
const PORTS: ReadonlyMap<number, string> = new Map([
  [IpProtocol.tcp, 'tcp '],
  [IpProtocol.udp, 'udp '],
  [IpProtocol.sctp, 'sctp '],
]);

/** What is certain of a packet at one node. */
interface Certain {
  /** Where the field is that says what the link layer carries; -1: nowhere, or not certain. */
  readonly typeAt: number;
  /** Where the network layer begins. */
  readonly start: number;
  readonly network: Network | undefined;
  /** The upper-layer protocol in words that stand before "port"; undefined: none that has ports, for all that is certain. */
  readonly transport: string | undefined;
}

const NOTHING: Certain = { typeAt: -1, start: -1, network: undefined, transport: undefined };

const LINKS: ReadonlyMap<LinkType, Certain> = new Map([
  [LinkType.ethernet, { ...NOTHING, typeAt: 12, start: 14 }],
  [LinkType.linuxSll, { ...NOTHING, typeAt: 14, start: 16 }],
  [LinkType.linuxSll2, { ...NOTHING, typeAt: 0, start: 20 }],
  [LinkType.ipv4, { ...NOTHING, start: 0, network: 'ip' }],
  [LinkType.ipv6, { ...NOTHING, start: 0, network: 'ip6' }],
]);

/** The name of what a load or a header length is about; undefined where that is not certain. */
export type FieldNames = (value: Value) => string | undefined;

/** For each of the `nodes`, each before its successors, what the fields are called there. */
export function fieldNames(nodes: readonly Node[], linkType: LinkType): readonly FieldNames[] {
  const certain = new Map<Node, Certain>();
  const arrive = (node: Node, now: Certain) => {
    const before = certain.get(node);
    certain.set(node, before === undefined ? now : inCommon(before, now));
  };
  const [root] = nodes;
  if (root !== undefined) certain.set(root, LINKS.get(linkType) ?? NOTHING);
  return nodes.map((node) => {
    const now = certain.get(node) ?? NOTHING;
    if (node.kind === 'test' || node.kind === 'chain') {
      arrive(node.onTrue, node.kind === 'test' ? afterEquality(node, now) : now);
      arrive(node.onFalse, now);
    } else if (node.kind !== 'return') arrive(node.next, now);
    return (value) => nameOf(value, now, linkType);
  });
}

function inCommon(left: Certain, right: Certain): Certain {
  if (left === right) return left;
  if (left.start !== right.start || left.typeAt !== right.typeAt) return NOTHING;
  const network = left.network === right.network ? left.network : undefined;
  if (network === undefined || left.transport === undefined || right.transport === undefined) {
    return { ...left, network, transport: undefined };
  }
  return left.transport === right.transport ? left : { ...left, transport: '' };
}

/** What is certain once the value of `test` equals its operand. */
function afterEquality(test: Extract<Node, { kind: 'test' }>, now: Certain): Certain {
  const { value, comparison, operand } = test;
  if (comparison !== 'equal' || operand.kind !== 'constant') return now;
  const k = operand.value;
  const masked = value.kind === 'binary' && value.operator === 'and' && value.right.kind === 'constant';
  const mask = masked ? value.right.value : ALL_ONES;
  const loaded = masked ? value.left : value;
  const type = typeIn(loaded, mask, k, now.typeAt);
  if (type !== undefined) {
    if (!VLAN_TYPES.some((tag) => tag === type)) return { ...now, network: NETWORKS.get(type), transport: undefined };
    return { ...NOTHING, typeAt: now.typeAt + VLAN_TAG_LENGTH, start: now.start + VLAN_TAG_LENGTH };
  }
  if (now.network === undefined) return now;
  const at = now.start + PROTOCOL_FIELDS[now.network];
  if (isLoadAt(value, at, 1)) return { ...now, transport: PORTS.get(k) };
  // One load of the fragment offset and of the protocol behind it.
  const hasProtocol = isLoadAt(loaded, at - 3, 4) && (mask & 0xff) === 0xff;
  return hasProtocol ? { ...now, transport: PORTS.get(k & 0xff) } : now;
}

/** The type that `loaded & mask = k` asks for; the number of a tag before or behind it may be part of the same load. */
function typeIn(loaded: Value, mask: number, k: number, typeAt: number): number | undefined {
  if (isLoadAt(loaded, typeAt, 2)) return mask === ALL_ONES ? k : undefined;
  if (isLoadAt(loaded, typeAt, 4)) return mask >>> 16 === 0xffff ? k >>> 16 : undefined;
  return isLoadAt(loaded, typeAt - 2, 4) && (mask & 0xffff) === 0xffff ? k & 0xffff : undefined;
}

function isLoadAt(value: Value, offset: number, size: number): boolean {
  return value.kind === 'load' && value.base === undefined && value.offset === offset && value.size === size;
}

function nameOf(value: Value, now: Certain, linkType: LinkType): string | undefined {
  if (value.kind === 'headerLength') {
    return now.network === 'ip' && value.offset === now.start ? 'ip header length' : undefined;
  }
  if (value.kind !== 'load') return undefined;
  const { base } = value;
  if (base !== undefined) {
    const behindIpv4 = base.kind === 'headerLength' && nameOf(base, now, linkType) !== undefined;
    return behindIpv4 ? portName(value, now.start, now) : undefined;
  }
  const link = linkType === LinkType.ethernet ? ETHERNET_ADDRESSES : [];
  const type: readonly Field[] = now.typeAt < 0 ? [] : [[now.typeAt, 2, 'ether type']];
  const { network } = now;
  const outer = nameIn([...link, ...type], value, 0);
  if (outer !== undefined || network === undefined) return outer;
  const port = network === 'ip6' ? portName(value, now.start + IPV6_HEADER_LENGTH, now) : undefined;
  return port ?? nameIn(NETWORK_FIELDS[network], value, now.start);
}

function portName({ offset, size }: LoadValue, start: number, { transport }: Certain): string | undefined {
  if (transport === undefined || size !== 2) return undefined;
  if (offset === start) return `${transport}source port`;
  return offset === start + 2 ? `${transport}destination port` : undefined;
}

/** The field that has all bytes of a load. */
function nameIn(fields: readonly Field[], { offset, size }: LoadValue, start: number): string | undefined {
  for (const [at, length, name] of fields) {
    const from = offset - start - at;
    if (from < 0 || from + size > length) continue;
    if (size === length) return name;
    return size === 1 ? `byte ${from} of ${name}` : `bytes ${from} to ${from + size - 1} of ${name}`;
  }
  return undefined;
}
