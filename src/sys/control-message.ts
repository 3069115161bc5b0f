/** Control messages (`struct cmsghdr`, cmsg(3)) of 64-bit Linux: a length of eight bytes, level, type, data. @module */
import { readU32le, writeU32le } from '../base/bytes.ts';

const HEADER_LENGTH = 16;
const ALIGNMENT = 8;

/** Bytes of a control message that holds one `int`, padding included (CMSG_SPACE). */
export const INT_CONTROL_LENGTH = 24;

/** Writes a control message with one `int`. */
export function writeIntControl(out: Uint8Array, at: number, level: number, type: number, value: number): void {
  writeU32le(out, at, HEADER_LENGTH + 4);
  writeU32le(out, at + 4, 0);
  writeU32le(out, at + 8, level);
  writeU32le(out, at + 12, type);
  writeU32le(out, at + HEADER_LENGTH, value);
}

/** Walks over received control data: `for (let ok = control.wrap(...); ok; ok = control.next())`. */
export class ControlView {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  wrap(bytes: Uint8Array, start: number, length: number): boolean {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = Math.min(start + length, bytes.length);
    return this.#isWhole();
  }

  next(): boolean {
    this.#at += Math.ceil(readU32le(this.#bytes, this.#at) / ALIGNMENT) * ALIGNMENT;
    return this.#isWhole();
  }

  #isWhole(): boolean {
    if (this.#at + HEADER_LENGTH > this.#end) return false;
    const length = readU32le(this.#bytes, this.#at);
    return length >= HEADER_LENGTH && this.#at + length <= this.#end;
  }

  get level(): number {
    return readU32le(this.#bytes, this.#at + 8);
  }

  get type(): number {
    return readU32le(this.#bytes, this.#at + 12);
  }

  get dataAt(): number {
    return this.#at + HEADER_LENGTH;
  }

  get dataLength(): number {
    return readU32le(this.#bytes, this.#at) - HEADER_LENGTH;
  }
}
