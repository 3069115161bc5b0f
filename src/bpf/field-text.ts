/** Formats fields and their contents in the words of the filter language. @module */
import { formatIpv4, formatIpv6, formatMac } from '../base/address.ts';
import { EtherType, IpProtocol } from '../base/protocol-numbers.ts';
import { protocolNames, protocolNumber } from '../base/service-names.ts';
import type { Field } from './field-names.ts';
import { NAMED_VALUES } from './language/named-values.ts';

/** A test of some bits of a field for equality; both lists have a byte for each byte of the field. */
export interface FieldEquality {
  readonly field: Field;
  readonly mask: readonly number[];
  readonly bits: readonly number[];
}

const ETHER_TYPES: ReadonlyMap<number, string> = new Map([
  [EtherType.ipv4, 'ip'],
  [EtherType.ipv6, 'ip6'],
  [EtherType.arp, 'arp'],
  [EtherType.reverseArp, 'rarp'],
  [EtherType.vlan, 'vlan'],
  [EtherType.providerVlan, 'vlan (0x88a8)'],
  [EtherType.oldQinQ, 'vlan (0x9100)'],
  [EtherType.mpls, 'mpls'],
  [EtherType.pppoeDiscovery, 'pppoed'],
  [EtherType.pppoeSession, 'pppoes'],
]);
/** Protocols that are words of the language. */
const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [IpProtocol.icmp, 'icmp'], [IpProtocol.igmp, 'igmp'], [IpProtocol.tcp, 'tcp'], [IpProtocol.udp, 'udp'],
  [IpProtocol.icmp6, 'icmp6'], [IpProtocol.ah, 'ah'], [IpProtocol.esp, 'esp'], [IpProtocol.pim, 'pim'],
  [IpProtocol.vrrp, 'vrrp'], [IpProtocol.sctp, 'sctp'], [IpProtocol.hopByHop, 'hop-by-hop'],
  [IpProtocol.routing, 'routing'], [IpProtocol.fragment, 'fragment'], [IpProtocol.destinationOptions, 'destination-options'],
]); // biome-ignore format: a table
/** RFC 791, 3.1: the flags above the fragment offset. */
const FRAGMENT_TESTS: ReadonlyMap<number, readonly [clear: string, set: string]> = new Map([
  [0x1fff, ['first fragment', '']],
  [0x2000, ['last fragment', 'more fragments']],
  [0x3fff, ['not a fragment', '']],
  [0x4000, ['may be fragmented', "don't fragment"]],
]);
const FRAGMENT_OFFSET_MASK = 0x1fff;
const FRAGMENT_UNIT = 8;

/** Formats `ip source address is in net 10.1.0.0/16`, `first fragment`, `tcp source port is 80`. */
export function equalityText({ field, mask, bits }: FieldEquality): string {
  const { name, format, length } = field;
  const value = numberOf(bits);
  const ones = numberOf(mask);
  const [clear, set] = (format === 'fragment' ? FRAGMENT_TESTS.get(ones) : undefined) ?? ['', ''];
  if (value === 0 ? clear !== '' : value === ones && set !== '') return value === 0 ? clear : set;
  if (format === 'vlan' && ones === 0x0fff) return `vlan is ${value}`;
  if (mask.every((byte) => byte === 0xff)) return `${name} is ${contentText(field, bits)}`;
  if (format === 'tcpFlags') return `tcp flags & (${flagsText(ones)}) = ${value === 0 ? '0' : flagsText(value)}`;
  const prefix = prefixLength(mask);
  if (prefix !== undefined && (format === 'ipv4' || format === 'ipv6')) {
    return `${name} is in net ${contentText(field, bits)}/${prefix}`;
  }
  if (format === 'mac' && mask[0] === 1 && mask.lastIndexOf(1) === 0 && ones === numberOf([1, 0, 0, 0, 0, 0])) {
    return `${name} is ${value === 0 ? 'unicast' : 'multicast'}`;
  }
  const first = mask.findIndex((byte) => byte !== 0);
  const last = mask.findLastIndex((byte) => byte !== 0);
  if (first < 0 || length <= 2) return `(${name} & ${hexadecimal(ones)}) = ${value}`;
  const part = first === last ? `byte ${first}` : `bytes ${first} to ${last}`;
  const content = numberOf(bits.slice(first, last + 1));
  const isWhole = mask.slice(first, last + 1).every((byte) => byte === 0xff);
  if (isWhole) return `${part} of ${name} is ${hexadecimal(content)}`;
  return `(${part} of ${name} & ${hexadecimal(numberOf(mask.slice(first, last + 1)))}) = ${hexadecimal(content)}`;
}

/** Formats the content of a field: `10.1.1.1`, `tcp`, `tcp-syn|tcp-ack`, `80`. */
export function contentText({ format }: Field, bytes: readonly number[]): string {
  const value = numberOf(bytes);
  switch (format) {
    case 'ipv4':
      return formatIpv4(Uint8Array.from(bytes));
    case 'ipv6':
      return formatIpv6(Uint8Array.from(bytes));
    case 'mac':
      return formatMac(Uint8Array.from(bytes));
    case 'etherType':
      return ETHER_TYPES.get(value) ?? hexadecimal(value);
    case 'protocol':
      return PROTOCOLS.get(value) ?? protocolNames().find((name) => protocolNumber(name) === value) ?? `${value}`;
    case 'fragment':
      return fragmentText(value);
    case 'vlan':
      return `${value & 0x0fff}`;
    case 'tcpFlags':
      return flagsText(value);
    case 'icmpType':
      return nameOf('icmp-', value) ?? `${value}`;
    case 'icmp6Type':
      return nameOf('icmp6-', value) ?? `${value}`;
    case 'hexadecimal':
      return hexadecimal(value);
    case 'number':
      return `${value}`;
  }
}

function fragmentText(value: number): string {
  const flags = [value & 0x4000 ? "don't fragment" : '', value & 0x2000 ? 'more fragments' : ''].filter(Boolean);
  const offset = (value & FRAGMENT_OFFSET_MASK) * FRAGMENT_UNIT;
  return flags.length === 0 ? `${offset}` : `${offset} (${flags.join(', ')})`;
}

/** Formats a bound of a comparison: a number, also where the field has names. */
export function boundText(field: Field, bytes: readonly number[]): string {
  return field.format === 'ipv4' ? contentText(field, bytes) : `${numberOf(bytes)}`;
}

/** Formats a range of contents, both ends inclusive. */
export function rangeText(field: Field, low: number, high: number): string {
  const { name, length } = field;
  const bytesOf = (value: number) =>
    Array.from({ length }, (_, at) => Math.floor(value / 256 ** (length - 1 - at)) % 256);
  const size = high - low + 1;
  const isNetwork = field.format === 'ipv4' && Number.isInteger(Math.log2(size)) && low % size === 0;
  if (isNetwork) return `${name} is in net ${contentText(field, bytesOf(low))}/${32 - Math.log2(size)}`;
  const [from, to] = [low, high].map((end) => boundText(field, bytesOf(end)));
  return name.endsWith('port') ? `${name} is in portrange ${from}-${to}` : `${name} is ${from} to ${to}`;
}

export function hexadecimal(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Returns a number, exact up to six bytes. */
function numberOf(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

function prefixLength(mask: readonly number[]): number | undefined {
  const bits = mask.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1+0+$/.test(bits) ? bits.indexOf('0') : undefined;
}

function flagsText(flags: number): string {
  const words = [...NAMED_VALUES].filter(([word, bit]) => word.startsWith('tcp-') && (flags & bit) !== 0);
  return words.length === 0 ? 'none' : words.map(([word]) => word).join('|');
}

function nameOf(prefix: string, value: number): string | undefined {
  return [...NAMED_VALUES].find(([word, number]) => word.startsWith(prefix) && number === value)?.[0];
}
