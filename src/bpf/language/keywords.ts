/**
 * Reserved words of pcap-filter(7), as in libpcap 1.10.3: lower case only; any other word is a name. Spellings of one
 * word share a canonical form. @module
 */

/** Protocols that can qualify a test or stand alone. */
const PROTOCOL_WORDS = [
  'link', 'ip', 'arp', 'rarp', 'sctp', 'tcp', 'udp', 'icmp', 'igmp', 'igrp', 'pim', 'vrrp', 'carp', 'atalk', 'aarp',
  'decnet', 'lat', 'sca', 'moprc', 'mopdl', 'ip6', 'icmp6', 'ah', 'esp', 'iso', 'esis', 'isis', 'l1', 'l2', 'iih', 'lsp',
  'snp', 'csnp', 'psnp', 'clnp', 'stp', 'ipx', 'netbeui', 'radio',
] as const; // biome-ignore format: a table

export type ProtocolWord = (typeof PROTOCOL_WORDS)[number];

const PROTOCOLS: ReadonlySet<string> = new Set(PROTOCOL_WORDS);

export function isProtocolWord(text: string): text is ProtocolWord {
  return PROTOCOLS.has(text);
}

/** Words of 802.11, ATM, SS7 and pflog: reserved, but their link types are not supported. */
export const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map([
  ...named('IEEE 802.11', ['type', 'subtype', 'direction', 'dir', 'address1', 'addr1', 'address2', 'addr2', 'address3',
    'addr3', 'address4', 'addr4', 'ra', 'ta']),
  ...named('ATM', ['lane', 'metac', 'bcc', 'oam', 'oamf4', 'oamf4ec', 'oamf4sc', 'sc', 'ilmic', 'vpi', 'vci', 'connectmsg',
    'metaconnect']),
  ...named('SS7 (MTP2, MTP3)', ['fisu', 'lssu', 'lsu', 'msu', 'hfisu', 'hlssu', 'hlsu', 'hmsu', 'sio', 'opc', 'dpc', 'sls', 'hsio',
    'hopc', 'hdpc', 'hsls']),
  ...named('pflog', ['on', 'ifname', 'rset', 'ruleset', 'rnr', 'rulenum', 'srnr', 'subrulenum', 'reason', 'action']),
]); // biome-ignore format: a table

function named(link: string, words: readonly string[]): [string, string][] {
  return words.map((word) => [word, link]);
}

/** Other spellings and their canonical forms. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['ether', 'link'], ['ppp', 'link'], ['slip', 'link'], ['fddi', 'link'], ['tr', 'link'], ['wlan', 'link'],
  ['es-is', 'esis'], ['is-is', 'isis'], ['length', 'len'], ['&&', 'and'], ['||', 'or'], ['!', 'not'],
]); // biome-ignore format: a table

const OTHER_WORDS = [
  'src', 'dst', 'host', 'net', 'mask', 'port', 'portrange', 'proto', 'protochain', 'gateway', 'less', 'greater', 'byte',
  'broadcast', 'multicast', 'and', 'or', 'not', 'len', 'inbound', 'outbound', 'ifindex', 'vlan', 'mpls', 'pppoed',
  'pppoes', 'geneve', 'llc',
] as const; // biome-ignore format: a table

/** Reserved by libpcap after 1.10.3. */
const NEWER_WORDS = ['vxlan'] as const;

const RESERVED: ReadonlySet<string> = new Set([
  ...PROTOCOL_WORDS,
  ...OTHER_WORDS,
  ...NEWER_WORDS,
  ...FOREIGN_WORDS.keys(),
  ...SPELLINGS.keys(),
]);

/** Returns the canonical form of a reserved word; undefined for a name. */
export function reservedWord(text: string): string | undefined {
  return RESERVED.has(text) ? (SPELLINGS.get(text) ?? text) : undefined;
}

/** Words of other tools and what to write instead. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['source', 'src'], ['from', 'src'], ['dest', 'dst'], ['destination', 'dst'], ['to', 'dst'], ['sport', 'src port'],
  ['dport', 'dst port'], ['ports', 'port'], ['subnet', 'net'], ['network', 'net'], ['addr', 'host'], ['address', 'host'],
  ['ipv4', 'ip'], ['ipv6', 'ip6'], ['icmpv6', 'icmp6'], ['icmpv4', 'icmp'], ['ethernet', 'ether'], ['eth', 'ether'],
  ['dns', 'port domain'], ['ping', 'icmp'], ['size', 'len'], ['incoming', 'inbound'], ['outgoing', 'outbound'],
  ['&', 'and'], ['|', 'or'],
]); // biome-ignore format: a table

/** Returns what to write instead of a word of other tools. */
export function synonymOf(text: string): string | undefined {
  return SYNONYMS.get(text);
}

/** Returns every reserved word, for suggestions. */
export function reservedWords(): readonly string[] {
  return [...RESERVED];
}
