/**
 * Walks lists of options of the form kind, length, data, with one-byte End (0) and No-Operation (1): those of IPv4
 * (RFC 791, 3.1) and TCP (RFC 9293, 3.1) share it. Bounded: every step advances at least one byte. @module
 */
import { EMPTY, readU8 } from '../base/bytes.ts';

/** Kinds without a length byte. */
export const OptionKind = { end: 0, noOperation: 1 } as const;

/** Cursor on a list of options; nothing is copied. After `next()` has returned false, `isMalformed` tells why. */
export class OptionCursor {
  #bytes = EMPTY;
  #next = 0;
  #end = 0;
  #start = 0;
  #malformed = false;

  /** Starts before the first option of `bytes[start, end)`, which the caller has checked. */
  begin(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#next = start;
    this.#start = start;
    this.#end = end;
    this.#malformed = false;
  }

  /** Moves to the next option. False: end of the list, or an impossible length. End options are visited too. */
  next(): boolean {
    if (this.#malformed || this.#next >= this.#end) return false;
    this.#start = this.#next;
    const kind = readU8(this.#bytes, this.#start);
    if (kind === OptionKind.end || kind === OptionKind.noOperation) {
      this.#next = this.#start + 1;
      return true;
    }
    const length = this.#start + 1 < this.#end ? readU8(this.#bytes, this.#start + 1) : 0;
    if (length < 2 || this.#start + length > this.#end) {
      this.#malformed = true;
      return false;
    }
    this.#next = this.#start + length;
    return true;
  }

  get kind(): number {
    return readU8(this.#bytes, this.#start);
  }

  /** Bytes of the option, including kind and length; 1 for kinds without a length. */
  get length(): number {
    return this.#next - this.#start;
  }

  get start(): number {
    return this.#start;
  }

  /** Offset of the data after kind and length. */
  get dataStart(): number {
    return this.#start + 2;
  }

  get dataLength(): number {
    return this.length - 2;
  }

  /** The list ended in an option whose length is below 2 or exceeds the list. */
  get isMalformed(): boolean {
    return this.#malformed;
  }
}
