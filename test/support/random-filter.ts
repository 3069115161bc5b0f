/** Random filters from the grammar of pcap-filter(7); some have a wrong word. @module */
import {
  IPV4_POOL,
  IPV6_POOL,
  LABEL_POOL,
  MAC_POOL,
  PORT_POOL,
  PROTOCOL_POOL,
  SMALL_POOL,
  VLAN_POOL,
} from './filter-pools.ts';
import type { RandomSource } from './random-source.ts';

const ABBREVIATIONS = ['ip', 'ip6', 'arp', 'rarp', 'tcp', 'udp', 'sctp', 'icmp', 'icmp6', 'igmp', 'pim', 'vrrp', 'carp', 'ah', 'esp',
  'igrp', 'atalk', 'aarp', 'decnet', 'iso', 'stp', 'ipx', 'netbeui', 'lat', 'sca', 'moprc', 'mopdl', 'clnp', 'esis', 'isis', 'l1', 'l2',
  'iih', 'lsp', 'snp', 'csnp', 'psnp'] as const; // biome-ignore format: a table
const DIRECTIONS = ['', 'src ', 'dst ', 'src or dst ', 'src and dst ', 'dst or src ', 'dst and src '] as const;
const ACCESSED = [
  'ether',
  'ip',
  'ip6',
  'tcp',
  'udp',
  'icmp',
  'icmp6',
  'arp',
  'sctp',
  'igmp',
  'link',
  'rarp',
  'pim',
  'vrrp',
] as const;
const OPERATORS = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'] as const;
const RELATIONS = ['=', '!=', '<', '<=', '>', '>=', '=='] as const;
const LLC_TYPES = ['', ' i', ' s', ' u', ' rr', ' rnr', ' rej', ' ui', ' xid', ' test', ' frmr'] as const;
const NEAR_MISSES = [
  'host',
  'port',
  'and',
  ')',
  '(',
  '1.2.3.4',
  '80',
  'not',
  '=',
  'foo',
  'tcp[',
  '/24',
  'src',
  'proto',
  '\\tcp',
] as const;

/** Returns a filter; `depth` limits the parentheses. */
export function randomFilter(random: RandomSource, depth = 2): string {
  const terms = 1 + random.below(3);
  let text = term(random, depth);
  for (let index = 1; index < terms; index += 1) {
    text += ` ${random.pick(['and', 'or', '&&', '||'])} ${term(random, depth)}`;
  }
  if (!random.oneIn(12)) return text;
  const words = text.split(' ');
  words.splice(random.below(words.length + 1), random.below(2), random.pick(NEAR_MISSES));
  return words.join(' ');
}

function term(random: RandomSource, depth: number): string {
  if (random.oneIn(6)) return `${random.pick(['not', '!'])} ${term(random, depth)}`;
  if (depth > 0 && random.oneIn(5)) return `(${randomFilter(random, depth - 1)})`;
  switch (random.below(14)) {
    case 0:
    case 1:
      return random.pick(ABBREVIATIONS);
    case 2:
      return `${random.pick(['', 'ip ', 'arp ', 'rarp '])}${random.pick(DIRECTIONS)}host ${many(random, () => random.pick(IPV4_POOL))}`;
    case 3:
      return `${random.pick(['', 'ip6 '])}${random.pick(DIRECTIONS)}host ${random.pick(IPV6_POOL)}`;
    case 4:
      return `${random.pick(['ether ', 'link '])}${random.pick(DIRECTIONS)}host ${random.pick(MAC_POOL)}`;
    case 5:
      return network(random);
    case 6:
    case 7:
      return ports(random);
    case 8:
      return `${random.pick(['', 'ip ', 'ip6 ', 'ether ', 'iso ', 'isis '])}proto ${many(random, () => `${random.pick(PROTOCOL_POOL)}`)}`;
    case 9:
      return encapsulation(random);
    case 10:
      return random.pick([
        'broadcast',
        'multicast',
        'ip6 multicast',
        'ether broadcast',
        'ip broadcast',
        `less ${random.below(120)}`,
        `greater ${random.below(120)}`,
        `llc${random.pick(LLC_TYPES)}`,
        'inbound',
        'outbound',
        `ifindex ${random.below(3)}`,
      ]);
    case 11:
      return random.oneIn(4)
        ? `${random.pick(['', 'ip ', 'ip6 '])}protochain ${random.pick([6, 17, 58, 51])}`
        : `decnet ${random.pick(['src ', 'dst ', 'host '])}${random.below(64)}.${random.below(1024)}`;
    default:
      return `${arithmetic(random, 2)} ${random.pick(RELATIONS)} ${arithmetic(random, 1)}`;
  }
}

/** `a`, `a or b`, `(a or b)`. */
function many(random: RandomSource, one: () => string): string {
  if (!random.oneIn(3)) return one();
  const list = `${one()} ${random.pick(['or', 'and'])} ${random.oneIn(3) ? 'not ' : ''}${one()}`;
  return random.oneIn(2) ? `(${list})` : list;
}

function network(random: RandomSource): string {
  const where = random.pick(DIRECTIONS);
  return random.pick([
    `${where}net 10`,
    `${where}net 10.0.0.0/${8 + random.below(16)}`,
    `${where}net 192.168`,
    `${where}net 192.168.1.0 mask 255.255.255.0`,
    `${where}net 10.0.0.1/32`,
    `${where}net 0.0.0.0/0`,
    `${where}net 224.0.0.0/4`,
    `${where}net 2001:db8::/${32 + random.below(60)}`,
    `${where}net fe80::/10`,
    `${where}net ::/0`,
  ]);
}

function ports(random: RandomSource): string {
  const start = `${random.pick(['', 'tcp ', 'udp ', 'sctp '])}${random.pick(DIRECTIONS)}`;
  if (random.oneIn(3)) return `${start}portrange ${random.pick(PORT_POOL)}-${random.pick(PORT_POOL)}`;
  return `${start}port ${many(random, () => random.pick([...PORT_POOL.map(String), 'http', 'domain', 'ssh']))}`;
}

function encapsulation(random: RandomSource): string {
  return random.pick([
    'vlan',
    `vlan ${random.pick(VLAN_POOL)}`,
    'mpls',
    `mpls ${random.pick(LABEL_POOL)}`,
    'pppoed',
    'pppoes',
    `pppoes ${random.pick(VLAN_POOL)}`,
    'geneve',
    `geneve ${random.pick(LABEL_POOL)}`,
  ]);
}

function arithmetic(random: RandomSource, depth: number): string {
  if (depth > 0 && random.oneIn(2)) {
    const right = random.oneIn(2) ? `${random.pick(SMALL_POOL)}` : arithmetic(random, depth - 1);
    const text = `${arithmetic(random, depth - 1)} ${random.pick(OPERATORS)} ${right}`;
    return random.oneIn(2) ? `(${text})` : text;
  }
  switch (random.below(6)) {
    case 0:
      return `${random.pick([...SMALL_POOL, 2048, 34525, 0xffffffff])}`;
    case 1:
      return 'len';
    case 2:
      return random.oneIn(4)
        ? `-${arithmetic(random, 0)}`
        : random.pick(['tcp-syn', 'icmp-echo', 'tcp[tcpflags]', 'icmp[icmptype]']);
    default: {
      const index = random.oneIn(8) && depth > 0 ? arithmetic(random, depth - 1) : `${random.below(24)}`;
      return `${random.pick(ACCESSED)}[${index}${random.pick(['', ':1', ':2', ':4'])}]`;
    }
  }
}
