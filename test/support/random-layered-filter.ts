/**
 * Random filters for Ethernet in which encapsulations (`vlan`, `mpls`, `pppoes`, `geneve`, `vxlan`) move the layers, as trees, so
 * that a test can also evaluate them word by word. @module
 */
import { IPV4_POOL, LABEL_POOL, MAC_POOL, PORT_POOL, VLAN_POOL } from './filter-pools.ts';
import type { RandomSource } from './random-source.ts';

export type LayeredFilter =
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'not'; readonly operand: LayeredFilter }
  /** From left to right, `and` and `or` with equal precedence. */
  | {
      readonly kind: 'chain';
      readonly first: LayeredFilter;
      readonly rest: readonly { readonly operator: 'and' | 'or'; readonly operand: LayeredFilter }[];
    };

export interface Leaf {
  readonly text: string;
  /** True when it moves the layers for the text after it. */
  readonly isEncapsulation: boolean;
}

const ENCAPSULATIONS: readonly ((random: RandomSource) => string)[] = [
  () => 'vlan',
  () => 'vlan',
  (random) => `vlan ${random.pick(VLAN_POOL)}`,
  (random) => `vlan ${random.pick(VLAN_POOL)}`,
  () => 'mpls',
  (random) => `mpls ${random.pick(LABEL_POOL)}`,
  () => 'pppoes',
  (random) => `pppoes ${random.pick(VLAN_POOL)}`,
  () => 'geneve',
  (random) => `geneve ${random.pick(LABEL_POOL)}`,
  (random) => random.pick(['vxlan', `vxlan ${random.pick(LABEL_POOL)}`]),
];

const TESTS: readonly ((random: RandomSource) => string)[] = [
  (random) => random.pick(['ip', 'ip6', 'arp', 'tcp', 'udp', 'icmp', 'icmp6', 'sctp', 'decnet', 'stp', 'ipx', 'iso']),
  (random) => random.pick(['ip', 'ip6', 'arp', 'tcp', 'udp']),
  (random) => `${random.pick(['', 'src ', 'dst '])}host ${random.pick(IPV4_POOL)}`,
  (random) => `${random.pick(['', 'src ', 'dst '])}net 10.0.0.0/${8 + random.below(17)}`,
  (random) => `${random.pick(['', 'tcp ', 'udp '])}${random.pick(['', 'src ', 'dst '])}port ${random.pick(PORT_POOL)}`,
  (random) => `portrange ${random.pick(PORT_POOL)}-${random.pick(PORT_POOL)}`,
  (random) => `ip proto ${random.pick([1, 6, 17, 58])}`,
  (random) => `ether proto ${random.pick([0x0800, 0x86dd, 0x8100, 0x88a8, 0x8847, 0x8864, 0x42, 0xfe])}`,
  (random) => `ip[${random.below(20)}] ${random.pick(['=', '>', '!='])} ${random.below(70)}`,
  (random) => `ip6[${random.below(40)}] ${random.pick(['=', '>', '!='])} ${random.below(70)}`,
  (random) => `tcp[${random.below(14)}] & ${1 << random.below(8)} != 0`,
  (random) => `udp[${random.below(8)}:2] ${random.pick(['=', '<'])} ${random.pick(PORT_POOL)}`,
  (random) => random.pick(['ip6 multicast', 'ip broadcast', 'multicast']),
  (random) => `ether ${random.pick(['src ', 'dst ', ''])}host ${random.pick(MAC_POOL)}`,
];

/** Returns a filter of up to four terms; `depth` limits the parentheses. */
export function randomLayeredFilter(random: RandomSource, depth = 2): LayeredFilter {
  const first = term(random, depth);
  const rest = Array.from({ length: random.below(4) }, () => ({
    operator: random.pick(['and', 'and', 'or'] as const),
    operand: term(random, depth),
  }));
  return rest.length === 0 ? first : { kind: 'chain', first, rest };
}

function term(random: RandomSource, depth: number): LayeredFilter {
  if (random.oneIn(5)) return { kind: 'not', operand: term(random, depth) };
  if (depth > 0 && random.oneIn(6)) return randomLayeredFilter(random, depth - 1);
  return { kind: 'leaf', leaf: randomLeaf(random) };
}

function randomLeaf(random: RandomSource): Leaf {
  const isEncapsulation = random.below(5) < 2;
  return { isEncapsulation, text: random.pick(isEncapsulation ? ENCAPSULATIONS : TESTS)(random) };
}

/** Returns the text of a filter. */
export function textOf(filter: LayeredFilter): string {
  switch (filter.kind) {
    case 'leaf':
      return filter.leaf.text;
    case 'not':
      return filter.operand.kind === 'chain' ? `not (${textOf(filter.operand)})` : `not ${textOf(filter.operand)}`;
    case 'chain': {
      const operand = (part: LayeredFilter) => (part.kind === 'chain' ? `(${textOf(part)})` : textOf(part));
      return [operand(filter.first), ...filter.rest.map((link) => `${link.operator} ${operand(link.operand)}`)].join(
        ' ',
      );
    }
  }
}

/** Returns the leaves in the order of the text. */
export function leavesOf(filter: LayeredFilter): Leaf[] {
  switch (filter.kind) {
    case 'leaf':
      return [filter.leaf];
    case 'not':
      return leavesOf(filter.operand);
    case 'chain':
      return [filter.first, ...filter.rest.map(({ operand }) => operand)].flatMap(leavesOf);
  }
}
