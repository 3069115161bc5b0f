/** Builds PCAPNG blocks: header, body, options, trailing length (draft-ietf-opsawg-pcapng, 3). @module */
import { writeU16le, writeU32le } from '../base/bytes.ts';
import { BLOCK_OVERHEAD, BlockType, OptionCode } from './format.ts';

const encoder = new TextEncoder();

/** Rounds a length up to a multiple of four. */
export function paddedLength(length: number): number {
  return (length + 3) & ~3;
}

/** A growing block, for the few that hold no packets. */
export class BlockBuilder {
  #bytes = new Uint8Array(256);
  #end = 8;

  constructor(type: number) {
    writeU32le(this.#bytes, 0, type);
  }

  u16(value: number): this {
    const at = this.#grow(2); // first, since it may replace the bytes
    writeU16le(this.#bytes, at, value);
    return this;
  }

  u32(value: number): this {
    const at = this.#grow(4);
    writeU32le(this.#bytes, at, value);
    return this;
  }

  /** Adds bytes, padded to a multiple of four. */
  padded(bytes: Uint8Array): this {
    const at = this.#grow(paddedLength(bytes.length));
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Adds an option: a text, bytes, or a 64-bit number below 2^53. Adds nothing when `value` is undefined. */
  option(code: number, value: string | Uint8Array | number | undefined): this {
    if (value === undefined) return this;
    if (typeof value === 'number') {
      return this.u16(code)
        .u16(8)
        .u32(value % 0x1_0000_0000)
        .u32(Math.floor(value / 0x1_0000_0000));
    }
    const bytes = typeof value === 'string' ? encoder.encode(value).subarray(0, 0xffff) : value;
    return this.u16(code).u16(bytes.length).padded(bytes);
  }

  endOfOptions(): this {
    return this.u16(OptionCode.end).u16(0);
  }

  /** Returns the finished block. */
  finish(): Uint8Array {
    const length = this.#end + 4;
    this.u32(length);
    writeU32le(this.#bytes, 4, length);
    return this.#bytes.subarray(0, length);
  }

  #grow(length: number): number {
    const at = this.#end;
    this.#end = at + length;
    if (this.#end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#end, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }
}

/** Encodes a comment as the options of a block, including their end. */
export function commentOption(comment: string): Uint8Array {
  const block = new BlockBuilder(0).option(OptionCode.comment, comment).endOfOptions().finish();
  return block.subarray(8, block.length - (BLOCK_OVERHEAD - 8));
}

/** Writes a filler block of at least 12 bytes, a multiple of 4. Its body is left unchanged. */
export function writeFiller(out: Uint8Array, at: number, length: number): void {
  writeU32le(out, at, BlockType.filler);
  writeU32le(out, at + 4, length);
  writeU32le(out, at + length - 4, length);
}
