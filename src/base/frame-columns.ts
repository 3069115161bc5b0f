/** Frame metadata in columns, without an object per frame. @module */
import { EMPTY } from './bytes.ts';
import type { FrameView } from './frame.ts';

/** The cursor that a loop lends; its fields change from one frame to the next. */
export class FrameCursor implements FrameView {
  data: Uint8Array = EMPTY;
  offset = 0;
  length = 0;
  wireLength = 0;
  seconds = 0;
  nanoseconds = 0;
  interfaceIndex = 0;
}

/** Copies the fields of a frame into a cursor, which the caller may change. */
export function copyFrame(frame: FrameView, cursor: FrameCursor): FrameCursor {
  cursor.data = frame.data;
  cursor.offset = frame.offset;
  cursor.length = frame.length;
  cursor.wireLength = frame.wireLength;
  cursor.seconds = frame.seconds;
  cursor.nanoseconds = frame.nanoseconds;
  cursor.interfaceIndex = frame.interfaceIndex;
  return cursor;
}

/** The fields of a `FrameView` except `data`, indexed from 0 to `capacity` - 1. */
export class FrameColumns {
  /** Doubles: PCAPNG times extend past 2106, and a negative offset may lead before 1970. */
  readonly seconds: Float64Array;
  readonly nanoseconds: Uint32Array;
  readonly lengths: Uint32Array;
  readonly #offsets: Uint32Array;
  readonly #wireLengths: Uint32Array;
  readonly #interfaces: Uint32Array;

  constructor(capacity: number) {
    this.seconds = new Float64Array(capacity);
    this.nanoseconds = new Uint32Array(capacity);
    this.lengths = new Uint32Array(capacity);
    this.#offsets = new Uint32Array(capacity);
    this.#wireLengths = new Uint32Array(capacity);
    this.#interfaces = new Uint32Array(capacity);
  }

  get capacity(): number {
    return this.seconds.length;
  }

  set(
    at: number,
    offset: number,
    length: number,
    wireLength: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
  ): void {
    this.#offsets[at] = offset;
    this.lengths[at] = length;
    this.#wireLengths[at] = wireLength;
    this.seconds[at] = seconds;
    this.nanoseconds[at] = nanoseconds;
    this.#interfaces[at] = interfaceIndex;
  }

  /** Moves the cursor to a frame; `data` is unchanged. */
  read(at: number, cursor: FrameCursor): void {
    cursor.offset = this.#offsets[at] as number;
    cursor.length = this.lengths[at] as number;
    cursor.wireLength = this.#wireLengths[at] as number;
    cursor.seconds = this.seconds[at] as number;
    cursor.nanoseconds = this.nanoseconds[at] as number;
    cursor.interfaceIndex = this.#interfaces[at] as number;
  }

  /** Moves the frames `[from, end)` to `to`. */
  move(from: number, end: number, to: number): void {
    for (const column of this.#all) column.copyWithin(to, from, end);
  }

  /** Copies the frames into larger columns. */
  enlarged(capacity: number): FrameColumns {
    const larger = new FrameColumns(capacity);
    const columns = larger.#all;
    for (const [which, column] of this.#all.entries()) columns[which]?.set(column);
    return larger;
  }

  get #all(): readonly (Float64Array | Uint32Array)[] {
    return [this.seconds, this.nanoseconds, this.lengths, this.#offsets, this.#wireLengths, this.#interfaces];
  }
}
