/** Addresses to sweep: networks, ranges and single addresses, without a list of them in memory. @module */
import { formatAddress, parseAddress, unmapAddress } from '../../base/address.ts';
import { writeU32 } from '../../base/bytes.ts';
import { StackError } from '../../base/errors.ts';

interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  /** The same as a number; IPv4 only. */
  readonly first4: number;
  readonly count: number;
  /** Index of the first address in all targets. */
  readonly offset: number;
}

/** More is a mistake: an IPv6 /64 takes 58,000 years at ten million probes per second. */
const MAX_TARGETS = 2 ** 32;

export class SweepTargets {
  readonly #ranges: AddressRange[] = [];
  #size = 0;
  #family: 4 | 6 | undefined;
  /** The interface of link-local targets: `eth0` of `fe80::1%eth0` and of `fe80::%eth0/120` (RFC 4007, 11.7). */
  zone: string | undefined;

  /**
   * Adds `10.0.0.0/24`, `10.0.0.1-10.0.0.9`, `10.0.0.1-9`, `2001:db8::/120`, `2001:db8::1-2001:db8::ff` or one address.
   * Skips the network and broadcast addresses of an IPv4 network, except in /31 and /32, as fping does.
   * @throws StackError `TARGET` for other text, mixed families or too many addresses
   */
  add(text: string): void {
    const [, before = '', zone, after = ''] = /^([^%]+)%([^%/]+)(\/\d+)?$/.exec(text) ?? [];
    const range = parseRange(zone === undefined ? text : before + after);
    if (zone !== undefined && this.#size > 0 && this.zone !== zone) {
      throw new StackError('TARGET', `cannot mix interfaces in one sweep: "${text}"`);
    }
    if (range === undefined) throw new StackError('TARGET', `not an address, network or range: "${text}"`);
    if (this.#family !== undefined && this.#family !== range.family) {
      throw new StackError('TARGET', `cannot mix IPv4 and IPv6 targets in one sweep: "${text}"`);
    }
    const count = range.last - range.first + 1n;
    if (count < 1n) throw new StackError('TARGET', `range end is below its start: "${text}"`);
    if (count + BigInt(this.#size) > BigInt(MAX_TARGETS)) {
      throw new StackError('TARGET', `too many targets: "${text}" exceeds the limit of ${MAX_TARGETS} addresses`);
    }
    this.#family = range.family;
    this.zone = zone ?? this.zone;
    const { family, first } = range;
    this.#ranges.push({
      family,
      first,
      first4: Number(first & 0xffff_ffffn),
      count: Number(count),
      offset: this.#size,
    });
    this.#size += Number(count);
  }

  get size(): number {
    return this.#size;
  }

  /** 4 without targets. */
  get family(): 4 | 6 {
    return this.#family ?? 4;
  }

  /** Returns address number `index` in new bytes. */
  at(index: number): Uint8Array {
    return this.copyTo(index, new Uint8Array(this.family === 4 ? 4 : 16));
  }

  /** Writes address number `index` to `out`. @returns `out` @throws RangeError for an index out of range */
  copyTo(index: number, out: Uint8Array): Uint8Array {
    let low = 0;
    let high = this.#ranges.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#ranges[middle]?.offset ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    const range = this.#ranges[low];
    if (range === undefined || index < 0 || index >= this.#size)
      throw new RangeError(`target index out of range: ${index}`);
    if (range.family === 4) writeU32(out, 0, range.first4 + index - range.offset);
    else writeBytes6(out, range.first + BigInt(index - range.offset));
    return out;
  }
}

interface ParsedRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

function parseRange(text: string): ParsedRange | undefined {
  if (text.includes('/')) return parseNetwork(text);
  const dash = text.indexOf('-');
  const from = parseHost(dash < 0 ? text : text.slice(0, dash));
  if (from === undefined) return undefined;
  const first = toNumber(from);
  const family = from.length === 4 ? 4 : 6;
  if (dash < 0) return { family, first, last: first };
  const end = text.slice(dash + 1);
  const octet = family === 4 && /^\d{1,3}$/.test(end) && Number(end) <= 255 ? BigInt(end) : undefined;
  if (octet !== undefined) return { family, first, last: (first & ~0xffn) | octet };
  const to = parseHost(end);
  return to?.length === from.length ? { family, first, last: toNumber(to) } : undefined;
}

function parseHost(text: string): Uint8Array | undefined {
  const address = parseAddress(text);
  return address === undefined ? undefined : unmapAddress(address);
}

function parseNetwork(text: string): ParsedRange | undefined {
  const [name = '', length = '', ...more] = text.split('/');
  const address = parseAddress(name);
  if (address === undefined || more.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  const bits = address.length * 8;
  const prefix = Number(length);
  if (prefix > bits) return undefined;
  const hosts = 1n << BigInt(bits - prefix);
  const first = (toNumber(address) / hosts) * hosts;
  const family = address.length === 4 ? 4 : 6;
  const hasEnds = family === 4 && prefix < 31;
  return hasEnds
    ? { family, first: first + 1n, last: first + hosts - 2n }
    : { family, first, last: first + hosts - 1n };
}

function toNumber(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function writeBytes6(bytes: Uint8Array, value: bigint): void {
  let rest = value;
  for (let at = 15; at >= 0; at -= 1) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

/** Returns the text of target `index`. */
export function targetText(targets: SweepTargets, index: number): string {
  return formatAddress(targets.at(index));
}
