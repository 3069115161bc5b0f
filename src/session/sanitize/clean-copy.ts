/**
 * A copy of a frame that begins with zeros only: fields are copied one by one, mapped where they are addresses. What no
 * code names is not copied, so an unknown protocol cannot tell anything. @module
 */
import { EMPTY, readU8, readU16, writeU16 } from '../../base/bytes.ts';
import { checksumSum } from '../../base/checksum.ts';
import type { AddressMap } from './address-map.ts';

/** Offsets are those of the frame's own array. Fields that lie outside the captured bytes are left out. */
export class CleanCopy {
  readonly #addresses: AddressMap;
  #from = EMPTY;
  #start = 0;
  #end = 0;
  #out = new Uint8Array(65_536);
  /** The offset after the last field that was copied. */
  keptEnd = 0;

  constructor(addresses: AddressMap) {
    this.#addresses = addresses;
  }

  begin(from: Uint8Array, start: number, end: number): void {
    this.#from = from;
    this.#start = start;
    this.#end = end;
    this.keptEnd = start;
    if (end - start > this.#out.length) this.#out = new Uint8Array(end - start);
    else this.#out.fill(0, 0, end - start);
  }

  /** Writes the copy over the frame. */
  replace(): void {
    this.#from.set(this.#out.subarray(0, this.#end - this.#start), this.#start);
  }

  u8(at: number): number {
    return at < this.#end ? readU8(this.#from, at) : 0;
  }

  u16(at: number): number {
    return at + 2 <= this.#end ? readU16(this.#from, at) : 0;
  }

  /** Returns whether `length` bytes from `at` on were captured. */
  has(at: number, length: number): boolean {
    return at + length <= this.#end;
  }

  /** Copies bytes that tell nothing, as far as they were captured; with a length of 0, only includes those before. */
  keep(at: number, length: number): void {
    const end = Math.min(at + length, this.#end);
    for (let index = at; index < end; index += 1) this.#out[index - this.#start] = readU8(this.#from, index);
    this.#reach(end);
  }

  /** Copies captured bytes to an earlier place. */
  move(from: number, length: number, to: number): void {
    for (let index = 0; index < length; index += 1) this.put(to + index, this.u8(from + index));
  }

  put(at: number, value: number): void {
    if (!this.has(at, 1)) return;
    this.#out[at - this.#start] = value;
    this.#reach(at + 1);
  }

  mac(at: number): void {
    if (!this.has(at, 6)) return;
    this.#addresses.mapMac(this.#from, at, this.#out, at - this.#start);
    this.#reach(at + 6);
  }

  ipv4(at: number): void {
    if (!this.has(at, 4)) return;
    this.#addresses.mapIpv4(this.#from, at, this.#out, at - this.#start);
    this.#reach(at + 4);
  }

  ipv6(at: number): void {
    if (!this.has(at, 16)) return;
    this.#addresses.mapIpv6(this.#from, at, this.#out, at - this.#start);
    this.#reach(at + 16);
  }

  /** Copies an IPv6 prefix of `bytes` bytes, of which `bits` bits are valid. */
  ipv6Prefix(at: number, bytes: number, bits: number): void {
    if (!this.has(at, bytes)) return;
    const address = new Uint8Array(16);
    address.set(this.#from.subarray(at, at + bytes));
    this.#addresses.mapIpv6(address, 0, address, 0);
    for (let bit = bits; bit < 128; bit += 1) {
      address[bit >>> 3] = readU8(address, bit >>> 3) & ~(0x80 >>> (bit & 7));
    }
    this.#out.set(address.subarray(0, bytes), at - this.#start);
    this.#reach(at + bytes);
  }

  /**
   * Writes a checksum over the copy; bytes that were not captured count as zeros.
   * @param initial sum of a pseudo header
   * @param zero what to write for the checksum 0
   */
  checksum(place: number, start: number, end: number, initial = 0, zero = 0): void {
    if (!this.has(place, 2)) return;
    const checksum = ~this.sum(start, Math.min(end, this.#end), initial) & 0xffff;
    writeU16(this.#out, place - this.#start, checksum === 0 ? zero : checksum);
    this.#reach(place + 2);
  }

  /** Returns the sum of 16-bit words of the copy. */
  sum(start: number, end: number, initial = 0): number {
    return checksumSum(this.#out, start - this.#start, end - this.#start, initial);
  }

  #reach(end: number): void {
    if (end > this.keptEnd) this.keptEnd = end;
  }
}
