/**
 * The batch that file readers lend: an index of accepted frames, in columns, over the reader's buffer. It is refilled for
 * each batch, so that nothing is allocated per frame; `forEach` moves one cursor over it. @module
 */
import type { FrameBatch, FrameView } from '../base/frame.ts';
import { FrameColumns, FrameCursor } from '../base/frame-columns.ts';
import type { BlockList, BlockView } from './block-list.ts';
import type { FrameFilter } from './capture-interface.ts';

/** Maximum number of frames in a batch. */
const CAPACITY = 4096;

/** A batch of frames of a file. */
export interface FileBatch extends FrameBatch {
  /**
   * Visits the blocks of a PCAPNG file in their order, except those of rejected frames; visits nothing unless the file was
   * opened with `blocks`.
   */
  forEachBlock(visit: (block: BlockView) => void): void;
  /** Blocks that `forEachBlock` visits. */
  readonly blockCount: number;
  /** Returns the length of the block with this number. */
  blockLength(number: number): number;
}

/** Frames of one chunk of a file; valid until the next chunk is read. */
export class FrameTable implements FileBatch {
  readonly #frame = new FrameCursor();
  readonly #columns = new FrameColumns(CAPACITY);
  readonly #filterFor: (interfaceIndex: number) => FrameFilter | undefined;
  /** One per interface, created with its first frame. */
  readonly #filters: (FrameFilter | undefined)[] = [];
  #size = 0;
  /** Undefined: blocks are not listed. */
  readonly blocks: BlockList | undefined;
  /** Frames collected so far, including those that a filter rejected. */
  seen = 0;
  /** Frames that a filter rejected so far. */
  rejected = 0;

  /** @param filterFor creates the filter for the frames of an interface; undefined accepts all */
  constructor(filterFor: (interfaceIndex: number) => FrameFilter | undefined, blocks?: BlockList) {
    this.#filterFor = filterFor;
    this.blocks = blocks;
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size === CAPACITY || this.blocks?.isFull === true;
  }

  /** Holds neither frames nor blocks. */
  get isEmpty(): boolean {
    return this.#size === 0 && (this.blocks === undefined || this.blocks.size === 0);
  }

  /** Empties the table. Offsets of the frames collected from now on are offsets into `data`. */
  reset(data: Uint8Array): void {
    this.#size = 0;
    this.#frame.data = data;
    this.blocks?.reset(data);
  }

  /** Adds a frame, cut to the length that the filter keeps, unless the filter rejects it. */
  collect(
    offset: number,
    length: number,
    wireLength: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
  ): void {
    const at = this.#size;
    const columns = this.#columns;
    const filter =
      interfaceIndex < this.#filters.length ? this.#filters[interfaceIndex] : this.#createFilter(interfaceIndex);
    columns.set(at, offset, length, wireLength, seconds, nanoseconds, interfaceIndex);
    this.seen += 1;
    if (filter !== undefined) {
      const keep = filter(this.#moveTo(at));
      if (keep === 0) {
        this.rejected += 1;
        return;
      }
      if (keep < length) columns.lengths[at] = keep;
    }
    this.#size = at + 1;
  }

  forEach(visit: (frame: FrameView) => void): void {
    for (let at = 0; at < this.#size; at += 1) visit(this.#moveTo(at));
  }

  forEachBlock(visit: (block: BlockView) => void): void {
    this.blocks?.visit((number) => this.#moveTo(number), visit);
  }

  get blockCount(): number {
    return this.blocks?.size ?? 0;
  }

  blockLength(number: number): number {
    return this.blocks?.lengthOf(number) ?? 0;
  }

  #createFilter(interfaceIndex: number): FrameFilter | undefined {
    while (this.#filters.length <= interfaceIndex) this.#filters.push(this.#filterFor(this.#filters.length));
    return this.#filters[interfaceIndex];
  }

  #moveTo(at: number): FrameView {
    this.#columns.read(at, this.#frame);
    return this.#frame;
  }
}
