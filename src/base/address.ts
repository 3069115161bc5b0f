/**
 * Parses and formats IPv4, IPv6 and MAC addresses. Parsers are strict: text that is not an address gives undefined.
 * @module
 */
import { readU8, readU16, writeU16 } from './bytes.ts';

export const IPV4_LENGTH = 4;
export const IPV6_LENGTH = 16;
export const MAC_LENGTH = 6;

const DOT = 0x2e;
const ZERO = 0x30;
const HEX_GROUP = /^[0-9a-fA-F]{1,4}$/;
const IPV6_GROUPS = 8;

/** Parses a decimal dotted quad (RFC 6943, 3.1.1, "strict"): `10.1.1.1`, not `010.1.1.1`, not `10.1`. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(IPV4_LENGTH);
  let at = 0;
  // Without regular expressions: tables of a million addresses are parsed with this.
  for (let index = 0; index < IPV4_LENGTH; index += 1) {
    if (index > 0 && text.charCodeAt(at++) !== DOT) return undefined;
    const start = at;
    let value = 0;
    for (let digit = text.charCodeAt(at) - ZERO; digit >= 0 && digit <= 9; digit = text.charCodeAt(at) - ZERO) {
      value = value * 10 + digit;
      at += 1;
      if (value > 255) return undefined;
    }
    const length = at - start;
    if (length === 0 || (length > 1 && text.charCodeAt(start) === ZERO)) return undefined;
    bytes[index] = value;
  }
  return at === text.length ? bytes : undefined;
}

/** Formats the four bytes at `at` as `10.1.1.1`. */
export function formatIpv4(bytes: Uint8Array, at = 0): string {
  return `${readU8(bytes, at)}.${readU8(bytes, at + 1)}.${readU8(bytes, at + 2)}.${readU8(bytes, at + 3)}`;
}

/** Parses every form of RFC 4291, 2.2 (`::`, embedded IPv4), without a zone. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const given = head.length + tail.length;
  if (halves.length === 1 ? given !== IPV6_GROUPS : given >= IPV6_GROUPS) return undefined;
  const bytes = new Uint8Array(IPV6_LENGTH);
  for (const [index, group] of head.entries()) writeU16(bytes, index * 2, group);
  for (const [index, group] of tail.entries()) writeU16(bytes, IPV6_LENGTH - (tail.length - index) * 2, group);
  return bytes;
}

/** Parses an address of either family: 4 or 16 bytes. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/**
 * Parses an address with an optional zone, as in `fe80::1%eth0` (RFC 4007, 11). IPv4 addresses have no zone.
 * @returns the address, and the zone if present
 */
export function parseScopedAddress(text: string): { address: Uint8Array; zone: string | undefined } | undefined {
  const at = text.indexOf('%');
  if (at < 0) {
    const address = parseAddress(text);
    return address === undefined ? undefined : { address, zone: undefined };
  }
  const address = parseIpv6(text.slice(0, at));
  const zone = text.slice(at + 1);
  return address === undefined || zone === '' ? undefined : { address, zone };
}

/** Formats an address; its length, 4 or 16, selects the family. */
export function formatAddress(bytes: Uint8Array): string {
  return bytes.length === IPV4_LENGTH ? formatIpv4(bytes) : formatIpv6(bytes);
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (HEX_GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const embedded = mayEndInIpv4 && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (embedded === undefined) return undefined;
    groups.push(readU16(embedded, 0), readU16(embedded, 2));
  }
  return groups;
}

/**
 * Formats an IPv6 address as RFC 5952 requires: lower case, the longest run of zero groups (two or more; the first of
 * equal runs) as `::`.
 */
export function formatIpv6(bytes: Uint8Array, at = 0): string {
  if (isIpv4Mapped(bytes, at)) return `::ffff:${formatIpv4(bytes, at + 12)}`;
  let runStart = 0;
  let runLength = 0;
  for (let index = 0, start = 0; index <= IPV6_GROUPS; index += 1) {
    if (index < IPV6_GROUPS && readU16(bytes, at + index * 2) === 0) continue;
    if (index - start > runLength) {
      runStart = start;
      runLength = index - start;
    }
    start = index + 1;
  }
  if (runLength < 2) return groupsText(bytes, at, 0, IPV6_GROUPS);
  const rest = runStart + runLength;
  return `${groupsText(bytes, at, 0, runStart)}::${groupsText(bytes, at, rest, IPV6_GROUPS)}`;
}

function groupsText(bytes: Uint8Array, at: number, first: number, end: number): string {
  let text = '';
  for (let index = first; index < end; index += 1) {
    const group = readU16(bytes, at + index * 2).toString(16);
    text += index === first ? group : `:${group}`;
  }
  return text;
}

/** RFC 5952, section 5: addresses in `::ffff:0:0/96` end in a dotted quad. */
function isIpv4Mapped(bytes: Uint8Array, at: number): boolean {
  if (readU16(bytes, at + 10) !== 0xffff) return false;
  for (let index = 0; index < 10; index += 1) if (readU8(bytes, at + index) !== 0) return false;
  return true;
}

/** Parses `00:11:22:33:44:55`, with `:` or `-` and one or two digits per octet. */
export function parseMac(text: string): Uint8Array | undefined {
  const parts = text.split(text.includes('-') ? '-' : ':');
  if (parts.length !== MAC_LENGTH) return undefined;
  const bytes = new Uint8Array(MAC_LENGTH);
  for (const [index, part] of parts.entries()) {
    if (!/^[0-9a-fA-F]{1,2}$/.test(part)) return undefined;
    bytes[index] = Number.parseInt(part, 16);
  }
  return bytes;
}

const HEX_OCTETS = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

/** Formats `length` bytes at `at` as `00:11:22:33:44:55`; Ethernet addresses have 6. */
export function formatMac(bytes: Uint8Array, at = 0, length = MAC_LENGTH): string {
  let text = '';
  for (let index = 0; index < length; index += 1) {
    text += index === 0 ? '' : ':';
    text += HEX_OCTETS[readU8(bytes, at + index)];
  }
  return text;
}
