/**
 * Reads options of PCAPNG blocks: code, length, value, padded to four bytes (draft-ietf-opsawg-pcapng, 3.5). @module
 */
import { readOrdered16 } from './byte-order.ts';
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
    return this.code !== OptionCode.end && this.start + this.length <= this.#end;
  }

  /** Decodes the value from `skip` on as UTF-8, without the terminating zero that some writers add. */
  text(skip = 0): string {
    const value = this.#bytes.subarray(this.start + skip, this.start + this.length);
    const end = value.indexOf(0);
    return new TextDecoder().decode(end < 0 ? value : value.subarray(0, end));
  }
}
