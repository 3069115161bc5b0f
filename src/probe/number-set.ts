/** A set of whole numbers as a sparse bitmap, for sweeps of millions of addresses. @module */

/** Numbers per piece of 8 KiB. A piece is allocated with its first number. */
const PIECE = 0x1_0000;

export class NumberSet {
  readonly #pieces = new Map<number, Uint8Array>();
  #lastKey = -1;
  #lastPiece: Uint8Array = new Uint8Array(0);

  /** Adds a number. @returns false if the set contained it */
  add(value: number): boolean {
    const key = Math.floor(value / PIECE);
    let piece = this.#find(key);
    if (piece === undefined) {
      piece = new Uint8Array(PIECE / 8);
      this.#pieces.set(key, piece);
    }
    const at = (value % PIECE) >>> 3;
    const bit = 1 << (value & 7);
    const old = piece[at] ?? 0;
    if ((old & bit) !== 0) return false;
    piece[at] = old | bit;
    return true;
  }

  has(value: number): boolean {
    const piece = this.#find(Math.floor(value / PIECE));
    return piece !== undefined && ((piece[(value % PIECE) >>> 3] ?? 0) & (1 << (value & 7))) !== 0;
  }

  /** Caches the last piece, since consecutive numbers are usually close. */
  #find(key: number): Uint8Array | undefined {
    if (key === this.#lastKey) return this.#lastPiece;
    const piece = this.#pieces.get(key);
    if (piece === undefined) return undefined;
    this.#lastKey = key;
    this.#lastPiece = piece;
    return piece;
  }
}
