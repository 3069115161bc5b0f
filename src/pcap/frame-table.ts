/**
 * The batch that file readers hand out: an index of frames, in columns, over the reader's buffer. It is filled once per
 * chunk and reused, so that nothing is allocated per frame; forEach moves one cursor over it. @module
 */
import { EMPTY } from '../base/bytes.ts';
import type { FrameBatch, FrameView } from '../base/frame.ts';

/** Frames in a batch at most. */
const CAPACITY = 4096;

/** A frame of the table; it moves on with the loop. */
class TableFrame implements FrameView {
  data: Uint8Array = EMPTY;
  offset = 0;
  length = 0;
  wireLength = 0;
  seconds = 0;
  nanoseconds = 0;
  interfaceIndex = 0;
}

/** Frames of one chunk of a file; valid until the next chunk is asked for. */
export class FrameTable implements FrameBatch {
  readonly #frame = new TableFrame();
  readonly #offsets = new Uint32Array(CAPACITY);
  readonly #lengths = new Uint32Array(CAPACITY);
  readonly #wireLengths = new Uint32Array(CAPACITY);
  /** Doubles: PCAPNG counts past 2106, and a negative offset may lead before 1970. */
  readonly #seconds = new Float64Array(CAPACITY);
  readonly #nanoseconds = new Uint32Array(CAPACITY);
  readonly #interfaces = new Uint32Array(CAPACITY);
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
    const at = this.#size;
    this.#offsets[at] = offset;
    this.#lengths[at] = length;
    this.#wireLengths[at] = wireLength;
    this.#seconds[at] = seconds;
    this.#nanoseconds[at] = nanoseconds;
    this.#interfaces[at] = interfaceIndex;
    this.#size = at + 1;
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
    const at = this.#size - 1;
    if (length < (this.#lengths[at] as number)) this.#lengths[at] = length;
  }

  forEach(visit: (frame: FrameView) => void): void {
    for (let at = 0; at < this.#size; at += 1) visit(this.#moveTo(at));
  }

  #moveTo(at: number): FrameView {
    const frame = this.#frame;
    frame.offset = this.#offsets[at] as number;
    frame.length = this.#lengths[at] as number;
    frame.wireLength = this.#wireLengths[at] as number;
    frame.seconds = this.#seconds[at] as number;
    frame.nanoseconds = this.#nanoseconds[at] as number;
    frame.interfaceIndex = this.#interfaces[at] as number;
    return frame;
  }
}
