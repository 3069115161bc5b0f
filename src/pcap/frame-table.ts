/**
 * The batch that file readers hand out: an index of frames, in columns, over the reader's buffer. It is filled once per
 * chunk and reused, so that nothing is allocated per frame; forEach moves one cursor over it. @module
 */
import type { FrameBatch, FrameView } from '../base/frame.ts';
import { FrameColumns, FrameCursor } from '../base/frame-columns.ts';

/** Frames in a batch at most. */
const CAPACITY = 4096;

/** Frames of one chunk of a file; valid until the next chunk is asked for. */
export class FrameTable implements FrameBatch {
  readonly #frame = new FrameCursor();
  readonly #columns = new FrameColumns(CAPACITY);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size === CAPACITY;
  }

  /** Empties the table; what is added from now on stands in `data`. */
  reset(data: Uint8Array): void {
    this.#size = 0;
    this.#frame.data = data;
  }

  /** Adds a frame. Returns it for a filter's look; `drop` or `cut` act on it. */
  add(
    offset: number,
    length: number,
    wireLength: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
  ): void {
    this.#columns.set(this.#size, offset, length, wireLength, seconds, nanoseconds, interfaceIndex);
    this.#size += 1;
  }

  /** The frame added last, until something else is asked of the table. */
  last(): FrameView {
    return this.#moveTo(this.#size - 1);
  }

  /** Takes the frame added last out again. */
  dropLast(): void {
    this.#size -= 1;
  }

  /** Keeps `length` bytes of the frame added last, at most what it has. */
  cutLast(length: number): void {
    const { lengths } = this.#columns;
    const at = this.#size - 1;
    if (length < (lengths[at] as number)) lengths[at] = length;
  }

  forEach(visit: (frame: FrameView) => void): void {
    for (let at = 0; at < this.#size; at += 1) visit(this.#moveTo(at));
  }

  #moveTo(at: number): FrameView {
    this.#columns.read(at, this.#frame);
    return this.#frame;
  }
}
