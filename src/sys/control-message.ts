/** Control messages (`struct cmsghdr`, cmsg(3)) of 64-bit Linux: a length of eight bytes, level, type, data. @module */
import { writeU32le } from '../base/bytes.ts';

const HEADER_LENGTH = 16;
const ALIGNMENT = 8;

/** Bytes of a control message with one `int`, including padding (CMSG_SPACE). */
export const INT_CONTROL_LENGTH = 24;

/** Writes a control message with one `int`. */
export function writeIntControl(out: Uint8Array, at: number, level: number, type: number, value: number): void {
  writeU32le(out, at, HEADER_LENGTH + 4);
  writeU32le(out, at + 4, 0);
  writeU32le(out, at + 8, level);
  writeU32le(out, at + 12, type);
  writeU32le(out, at + HEADER_LENGTH, value);
}

/**
 * Walks over received control data: `for (let ok = control.wrap(...); ok; ok = control.next())`. Plain fields, and
 * words instead of bytes, because this runs for every packet of a sweep.
 */
export class ControlView {
  level = 0;
  type = 0;
  /** Offset and length of the data in bytes. */
  dataAt = 0;
  dataLength = 0;
  #words: Int32Array = new Int32Array(0);
  #next = 0;
  #end = 0;

  /** Starts at the control messages in the bytes `[start, start + length)` of `words`; `start` is a multiple of 8. */
  wrap(words: Int32Array, start: number, length: number): boolean {
    this.#words = words;
    this.#next = start;
    this.#end = Math.min(start + length, words.byteLength);
    return this.next();
  }

  next(): boolean {
    const at = this.#next;
    if (at + HEADER_LENGTH > this.#end) return false;
    const words = this.#words;
    const length = words[at >>> 2] as number;
    if (length < HEADER_LENGTH || at + length > this.#end) return false;
    this.level = words[(at + 8) >>> 2] as number;
    this.type = words[(at + 12) >>> 2] as number;
    this.dataAt = at + HEADER_LENGTH;
    this.dataLength = length - HEADER_LENGTH;
    this.#next = at + ((length + ALIGNMENT - 1) & -ALIGNMENT);
    return true;
  }
}
