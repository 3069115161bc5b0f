/**
 * Maps addresses to others with a key: IP addresses by Crypto-PAn (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP Address
 * Anonymization", 2002), so that two addresses share as many leading bits after it as before; MAC addresses at random.
 * Addresses that mean the same in every network are kept. @module
 */
import { createCipheriv, scryptSync } from 'node:crypto';
import { readU8, readU16, readU32, writeU32 } from '../../base/bytes.ts';

type Cipheriv = ReturnType<typeof createCipheriv>;

const BLOCK = 16;
const MAC_LENGTH = 6;
const SALT = 'tapline sanitize';
/** Addresses of a kind that are remembered; when there are more, all are forgotten and computed again. */
const MAX_REMEMBERED = 65_536;

const LOCAL_UNICAST = 0x02;

/** The same key maps the same address to the same address. */
export class AddressMap {
  readonly #cipher: Cipheriv;
  readonly #macCipher: Cipheriv;
  /** What follows the known bits of an address in the input of the cipher. */
  readonly #padding: Uint8Array;
  readonly #ipv4 = new Map<number, number>();
  readonly #ipv6 = new Map<string, Uint8Array>();
  readonly #macs = new Map<string, Uint8Array>();

  /** @param secret of any length; guessing a short one takes as long as scrypt (RFC 7914) with its usual cost */
  constructor(secret: Uint8Array) {
    const keys = scryptSync(secret, SALT, 3 * BLOCK);
    this.#cipher = cipherOf(keys.subarray(0, BLOCK));
    this.#macCipher = cipherOf(keys.subarray(BLOCK, 2 * BLOCK));
    this.#padding = this.#cipher.update(keys.subarray(2 * BLOCK));
  }

  /** Writes the address for the IPv4 address at `from[start]` to `out[at]`. */
  mapIpv4(from: Uint8Array, start: number, out: Uint8Array, at: number): void {
    const address = readU32(from, start);
    let mapped = this.#ipv4.get(address);
    if (mapped === undefined) {
      mapped = isKeptIpv4(address) ? address : this.#permuteIpv4(address);
      remember(this.#ipv4, address, mapped);
    }
    writeU32(out, at, mapped);
  }

  /** Writes the address for the IPv6 address at `from[start]` to `out[at]`. */
  mapIpv6(from: Uint8Array, start: number, out: Uint8Array, at: number): void {
    const key = Buffer.from(from.buffer, from.byteOffset + start, BLOCK).toString('latin1');
    let mapped = this.#ipv6.get(key);
    if (mapped === undefined) {
      const address = from.slice(start, start + BLOCK);
      mapped = this.#permute(address, keptBitsOfIpv6(address));
      remember(this.#ipv6, key, mapped);
    }
    out.set(mapped, at);
  }

  /** Writes the address for the MAC address at `from[start]` to `out[at]`. */
  mapMac(from: Uint8Array, start: number, out: Uint8Array, at: number): void {
    const key = Buffer.from(from.buffer, from.byteOffset + start, MAC_LENGTH).toString('latin1');
    let mapped = this.#macs.get(key);
    if (mapped === undefined) {
      mapped = this.#createMac(from.slice(start, start + MAC_LENGTH));
      remember(this.#macs, key, mapped);
    }
    out.set(mapped, at);
  }

  /** Repeats the permutation until the result is no address with a fixed meaning: no other address maps to it then. */
  #permuteIpv4(address: number): number {
    const bytes = new Uint8Array(4);
    let mapped = address;
    do {
      writeU32(bytes, 0, mapped);
      mapped = readU32(this.#permute(bytes, keptBitsOfIpv4(mapped)), 0);
    } while (isKeptIpv4(mapped));
    return mapped;
  }

  /** Flips each bit, after the first `kept` ones, or not, depending on the bits before it. */
  #permute(address: Uint8Array, kept: number): Uint8Array {
    const bits = address.length * 8;
    if (kept >= bits) return address.slice();
    const input = new Uint8Array((bits - kept) * BLOCK);
    for (let bit = kept; bit < bits; bit += 1) {
      const block = (bit - kept) * BLOCK;
      input.set(this.#padding, block);
      input.set(address.subarray(0, bit >>> 3), block);
      const mask = (0xff00 >>> (bit & 7)) & 0xff;
      input[block + (bit >>> 3)] =
        (readU8(address, bit >>> 3) & mask) | (readU8(this.#padding, bit >>> 3) & ~mask & 0xff);
    }
    const flips = this.#cipher.update(input);
    const result = address.slice();
    for (let bit = kept; bit < bits; bit += 1) {
      const flip = readU8(flips, (bit - kept) * BLOCK) >>> 7;
      result[bit >>> 3] = readU8(result, bit >>> 3) ^ (flip << (7 - (bit & 7)));
    }
    return result;
  }

  #createMac(address: Uint8Array): Uint8Array {
    const isGroup = (readU8(address, 0) & 1) === 1;
    const kept = isGroup ? keptBytesOfGroup(address) : isZero(address, 0, MAC_LENGTH) ? MAC_LENGTH : 0;
    if (kept === MAC_LENGTH) return address;
    if (isSolicitedNodeMac(address)) return this.#solicitedNodeMac(address);
    const block = new Uint8Array(BLOCK);
    block.set(address);
    const random = this.#macCipher.update(block);
    const mapped = address.slice();
    for (let index = kept; index < MAC_LENGTH; index += 1) mapped[index] = readU8(random, index);
    if (!isGroup) mapped[0] = (readU8(mapped, 0) & ~1) | LOCAL_UNICAST;
    else if (kept === 3) mapped[3] = readU8(mapped, 3) & 0x7f; // RFC 1112, 6.4: 23 bits of an IPv4 group
    return mapped;
  }

  /** RFC 2464, 7: the last four bytes are those of the IPv6 group. */
  #solicitedNodeMac(address: Uint8Array): Uint8Array {
    const group = SOLICITED_NODE.slice();
    group.set(address.subarray(2), 12);
    const mapped = address.slice();
    this.mapIpv6(group, 0, group, 0);
    mapped.set(group.subarray(12), 2);
    return mapped;
  }
}

/** ff02::1:ff00:0, the prefix of the solicited-node addresses (RFC 4291, 2.7.1); 104 bits. */
const SOLICITED_NODE = Uint8Array.of(0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0);

function cipherOf(key: Uint8Array): Cipheriv {
  return createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
}

function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  if (map.size === MAX_REMEMBERED) map.clear();
  map.set(key, value);
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (readU8(bytes, at) !== 0) return false;
  return true;
}

/** Networks 0 and 127, the groups of the local network (RFC 5771, 4), and the broadcast address. */
function isKeptIpv4(address: number): boolean {
  const network = address >>> 24;
  return network === 0 || network === 127 || address >>> 8 === 0xe00000 || address === 0xffff_ffff;
}

/** The bits that tell classes A to C, groups and reserved addresses apart, so that a host does not become a group. */
function keptBitsOfIpv4(address: number): number {
  if (address < 0x8000_0000) return 1;
  if (address < 0xc000_0000) return 2;
  return address < 0xe000_0000 ? 3 : 4;
}

/** The bits that tell the kind of an address (RFC 4291, 2.4); all of addresses with a fixed meaning. */
function keptBitsOfIpv6(address: Uint8Array): number {
  const first = readU16(address, 0);
  if (first === 0 && isZero(address, 2, 15) && readU8(address, 15) <= 1) return 128; // :: and ::1
  if (first >>> 8 === 0xff) {
    if (isStart(address, SOLICITED_NODE, 13)) return 104;
    return isZero(address, 2, 14) ? 128 : 16; // well-known groups have small numbers
  }
  if (first >>> 6 === 0x3fa) return isZero(address, 2, 8) ? 64 : 10; // fe80::/10
  if (first >>> 9 === 0x7e) return 8; // fc00::/7 and the bit for local assignment
  if (first >>> 8 === 0) return 8;
  return 3;
}

/** Bytes of a group MAC address that are kept; all of protocols with an address of their own, such as spanning tree. */
function keptBytesOfGroup(address: Uint8Array): number {
  if (readU16(address, 0) === 0x3333) return readU16(address, 2) === 0 ? MAC_LENGTH : 2;
  const isIpv4Group = readU16(address, 0) === 0x0100 && readU8(address, 2) === 0x5e;
  return isIpv4Group && readU16(address, 3) !== 0 ? 3 : MAC_LENGTH;
}

function isSolicitedNodeMac(address: Uint8Array): boolean {
  return readU16(address, 0) === 0x3333 && readU8(address, 2) === 0xff;
}

function isStart(bytes: Uint8Array, start: Uint8Array, length: number): boolean {
  for (let at = 0; at < length; at += 1) if (bytes[at] !== start[at]) return false;
  return true;
}
