/**
 * The blocks of a PCAPNG batch, for readers that need more than frames: an index in columns over the parser's buffer, like
 * the frame table, so that nothing is allocated per block. @module
 */
import { EMPTY } from '../base/bytes.ts';
import type { FrameView } from '../base/frame.ts';
import { readOrdered32 } from './byte-order.ts';

/** Maximum number of blocks in a batch. */
const CAPACITY = 4096;
const NO_FRAME = -1;

/** A lent block: valid inside the call only. */
export interface BlockView {
  readonly data: Uint8Array;
  /** The whole block is `data[offset, offset + length)`. */
  readonly offset: number;
  readonly length: number;
  /** See `BlockType`. */
  readonly type: number;
  /** The byte order of its section. */
  readonly littleEndian: boolean;
  /** Index in `interfaces` of the interface with number 0 of its section. */
  readonly sectionBase: number;
  /** The frame in the block; undefined for a block of another kind. */
  readonly frame: FrameView | undefined;
}

/** The cursor that `visit` lends. */
class BlockCursor implements BlockView {
  data: Uint8Array = EMPTY;
  offset = 0;
  length = 0;
  type = 0;
  littleEndian = true;
  sectionBase = 0;
  frame: FrameView | undefined;
}

/** Blocks of one chunk of a file, in their order; those of rejected frames are left out. */
export class BlockList {
  readonly #block = new BlockCursor();
  readonly #starts = new Uint32Array(CAPACITY);
  readonly #lengths = new Uint32Array(CAPACITY);
  readonly #frames = new Int32Array(CAPACITY);
  readonly #bases = new Uint32Array(CAPACITY);
  readonly #littleEndian = new Uint8Array(CAPACITY);
  size = 0;

  get isFull(): boolean {
    return this.size === CAPACITY;
  }

  reset(data: Uint8Array): void {
    this.size = 0;
    this.#block.data = data;
  }

  /** Adds a block without a frame. */
  add(start: number, length: number, littleEndian: boolean, sectionBase: number): void {
    this.addFrame(start, length, littleEndian, sectionBase, NO_FRAME);
  }

  /** Adds the block of frame number `frame` of the batch. */
  addFrame(start: number, length: number, littleEndian: boolean, sectionBase: number, frame: number): void {
    const at = this.size;
    this.#starts[at] = start;
    this.#lengths[at] = length;
    this.#littleEndian[at] = littleEndian ? 1 : 0;
    this.#bases[at] = sectionBase;
    this.#frames[at] = frame;
    this.size = at + 1;
  }

  /** Returns the length of the block with this number. */
  lengthOf(number: number): number {
    return this.#lengths[number] ?? 0;
  }

  /** @param frameAt returns the frame with this number in the batch */
  visit(frameAt: (number: number) => FrameView, visit: (block: BlockView) => void): void {
    const block = this.#block;
    for (let at = 0; at < this.size; at += 1) {
      const frame = this.#frames[at] as number;
      block.offset = this.#starts[at] as number;
      block.length = this.#lengths[at] as number;
      block.littleEndian = this.#littleEndian[at] === 1;
      block.sectionBase = this.#bases[at] as number;
      block.type = readOrdered32(block.data, block.offset, block.littleEndian);
      block.frame = frame === NO_FRAME ? undefined : frameAt(frame);
      visit(block);
    }
  }
}
