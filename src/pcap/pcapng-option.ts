/**
 * Reads options of PCAPNG blocks: code, length, value, padded to four bytes (draft-ietf-opsawg-pcapng, 3.5). @module
 */
import { readOrdered16, readOrdered32 } from './byte-order.ts';
import { OptionCode } from './format.ts';

/** Walks a list of options. It ends at `opt_endofopt`, at the end of the block, or at an option that does not fit. */
export class PcapngOptionCursor {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #littleEndian: boolean;
  #next: number;
  code = 0;
  start = 0;
  length = 0;

  constructor(bytes: Uint8Array, start: number, end: number, littleEndian: boolean) {
    this.#bytes = bytes;
    this.#next = start;
    this.#end = end;
    this.#littleEndian = littleEndian;
  }

  next(): boolean {
    if (this.#next + 4 > this.#end) return false;
    this.code = readOrdered16(this.#bytes, this.#next, this.#littleEndian);
    this.length = readOrdered16(this.#bytes, this.#next + 2, this.#littleEndian);
    this.start = this.#next + 4;
    this.#next = this.start + Math.ceil(this.length / 4) * 4;
    // The padding must fit, too: options are copied with it.
    return this.code !== OptionCode.end && this.#next <= this.#end;
  }

  /** Decodes a 64-bit number, in the byte order of the section; inexact above 2^53. */
  unsigned64(): number {
    const first = readOrdered32(this.#bytes, this.start, this.#littleEndian);
    const second = readOrdered32(this.#bytes, this.start + 4, this.#littleEndian);
    return this.#littleEndian ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second;
  }

  /** Decodes the value from `skip` on as UTF-8, without the terminating zero that some writers add. */
  text(skip = 0): string {
    const value = this.#bytes.subarray(this.start + skip, this.start + this.length);
    const end = value.indexOf(0);
    return new TextDecoder().decode(end < 0 ? value : value.subarray(0, end));
  }
}
