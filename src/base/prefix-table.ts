/**
 * Longest-prefix match over address ranges: typed arrays, a binary search, and the enclosing range of each range. A
 * full Internet table (a million IPv4 prefixes) takes about 20 MB. @module
 */
import { readU32 } from './bytes.ts';

/** Maximum number of ranges: four times today's full table. */
const MAX_RANGES = 1 << 22;

const FIRST_ROOM = 1_024;
const NONE = 0xffff_ffff;

/** Ranges of one address family: add all, then `seal`, then look up. */
export class PrefixTable {
  readonly #words: number;
  #starts: Uint32Array;
  #ends: Uint32Array;
  #values: Uint32Array;
  #parents = new Uint32Array(0);
  #count = 0;

  /** @param addressLength 4 or 16 bytes */
  constructor(addressLength: 4 | 16) {
    this.#words = addressLength / 4;
    this.#starts = new Uint32Array(FIRST_ROOM * this.#words);
    this.#ends = new Uint32Array(FIRST_ROOM * this.#words);
    this.#values = new Uint32Array(FIRST_ROOM);
  }

  get size(): number {
    return this.#count;
  }

  /**
   * Adds the range from `start` to `end`, inclusive.
   * @param value any 32 bits, the result for addresses in the range
   * @throws RangeError past `MAX_RANGES`
   */
  add(start: Uint8Array, end: Uint8Array, value: number): void {
    if (this.#count === MAX_RANGES) throw new RangeError(`a prefix table is limited to ${MAX_RANGES} ranges`);
    if (this.#count === this.#values.length) this.#grow();
    for (let word = 0; word < this.#words; word += 1) {
      this.#starts[this.#count * this.#words + word] = readU32(start, word * 4);
      this.#ends[this.#count * this.#words + word] = readU32(end, word * 4);
    }
    this.#values[this.#count] = value;
    this.#count += 1;
  }

  #grow(): void {
    this.#starts = enlarged(this.#starts);
    this.#ends = enlarged(this.#ends);
    this.#values = enlarged(this.#values);
  }

  /** Sorts the ranges by start, the wider of two first. */
  seal(): void {
    if (!this.#isSorted()) this.#sort();
    this.#parents = new Uint32Array(this.#count).fill(NONE);
    const around: number[] = [];
    for (let index = 0; index < this.#count; index += 1) {
      let top = around.at(-1);
      while (top !== undefined && compare(this.#ends, top, this.#starts, index, this.#words) < 0) {
        around.pop();
        top = around.at(-1);
      }
      if (top !== undefined) this.#parents[index] = top;
      around.push(index);
    }
  }

  #isSorted(): boolean {
    for (let index = 1; index < this.#count; index += 1) if (this.#order(index - 1, index) > 0) return false;
    return true;
  }

  #order(one: number, other: number): number {
    const words = this.#words;
    return compare(this.#starts, one, this.#starts, other, words) || compare(this.#ends, other, this.#ends, one, words);
  }

  #sort(): void {
    const order = Uint32Array.from({ length: this.#count }, (_, index) => index);
    order.sort((one, other) => this.#order(one, other));
    const pick = (from: Uint32Array, words: number): Uint32Array => {
      const to = new Uint32Array(this.#count * words);
      for (const [place, index] of order.entries())
        to.set(from.subarray(index * words, (index + 1) * words), place * words);
      return to;
    };
    this.#starts = pick(this.#starts, this.#words);
    this.#ends = pick(this.#ends, this.#words);
    this.#values = pick(this.#values, 1);
  }

  /** Returns the value of the narrowest range that contains the address, or undefined. */
  find(address: Uint8Array): number | undefined {
    const words = this.#words;
    const key = Uint32Array.from({ length: words }, (_, word) => readU32(address, word * 4));
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.#starts, middle, key, 0, words) <= 0) low = middle + 1;
      else high = middle;
    }
    for (let index = low - 1; index >= 0 && index !== NONE; index = this.#parents[index] ?? NONE) {
      if (compare(key, 0, this.#ends, index, words) <= 0) return this.#values[index];
    }
    return undefined;
  }
}

function compare(one: Uint32Array, oneAt: number, other: Uint32Array, otherAt: number, words: number): number {
  for (let word = 0; word < words; word += 1) {
    const difference = (one[oneAt * words + word] ?? 0) - (other[otherAt * words + word] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function enlarged(from: Uint32Array): Uint32Array {
  const to = new Uint32Array(from.length * 2);
  to.set(from);
  return to;
}
