/** Hash table for hash-consing: items by keys of a few numbers, without strings or pairs of objects. @module */

/** Numbers per key. */
const KEY_LENGTH = 5;
/** Initial number of slots, enough for typical filters. */
const FIRST_SIZE = 256;

/** Table of items by keys of five 32-bit numbers. Items are numbered from 0 in the order of insertion. */
export class InternTable<T> {
  readonly #items: T[] = [];
  /** The keys of all items, followed by the key of the last `find` that failed. */
  readonly #keys: number[] = [];
  /**
   * Slots by hash: the number of an item plus one, or 0. Their number is a power of two, and at most half of them are
   * used.
   */
  #places: number[] = new Array<number>(FIRST_SIZE).fill(0);
  /** Slot of the key of the last `find`. */
  #at = 0;

  get size(): number {
    return this.#items.length;
  }

  /** Returns the item with this key. */
  find(a: number, b: number, c: number, d: number, e: number): T | undefined {
    const keys = this.#keys;
    const places = this.#places;
    const mask = places.length - 1;
    let at = hash(a, b, c, d, e) & mask;
    for (let place = places[at] as number; place !== 0; place = places[at] as number) {
      const key = (place - 1) * KEY_LENGTH;
      if (keys[key] === a && keys[key + 1] === b && keys[key + 2] === c && keys[key + 3] === d && keys[key + 4] === e) {
        return this.#items[place - 1];
      }
      at = (at + 1) & mask;
    }
    this.#at = at;
    const key = this.#items.length * KEY_LENGTH;
    keys[key] = a;
    keys[key + 1] = b;
    keys[key + 2] = c;
    keys[key + 3] = d;
    keys[key + 4] = e;
    return undefined;
  }

  /** Adds `item` under the key of the last `find`, which must have failed. */
  add<Item extends T>(item: Item): Item {
    this.#places[this.#at] = this.#items.push(item);
    if (this.#items.length * 2 > this.#places.length) this.#grow();
    return item;
  }

  #grow(): void {
    const mask = this.#places.length * 4 - 1;
    const places = new Array<number>(mask + 1).fill(0);
    const keys = this.#keys;
    for (let item = 0; item < this.#items.length; item += 1) {
      const key = item * KEY_LENGTH;
      let at =
        hash(
          keys[key] as number,
          keys[key + 1] as number,
          keys[key + 2] as number,
          keys[key + 3] as number,
          keys[key + 4] as number,
        ) & mask;
      while (places[at] !== 0) at = (at + 1) & mask;
      places[at] = item + 1;
    }
    this.#places = places;
  }
}

function hash(a: number, b: number, c: number, d: number, e: number): number {
  let mixed = Math.imul(a ^ 0x9e37_79b9, 0x85eb_ca6b) ^ b;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2_ae35) ^ c;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x27d4_eb2f) ^ d;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x1656_67b1) ^ e;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  return mixed ^ (mixed >>> 15);
}
