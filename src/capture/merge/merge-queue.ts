/**
 * Frames of one source that wait in a merge: an index in columns, in order of time. The bytes stay where they are.
 * Frames in order are appended to the columns; one out of order is inserted by bisection and moves those that it
 * overtakes. @module
 */
import type { FrameView } from '../../base/frame.ts';
import { FrameColumns, type FrameCursor } from '../../base/frame-columns.ts';

const INITIAL_CAPACITY = 4096;

/** Returns whether the first time is before the second. */
export function isBefore(
  seconds: number,
  nanoseconds: number,
  otherSeconds: number,
  otherNanoseconds: number,
): boolean {
  return seconds < otherSeconds || (seconds === otherSeconds && nanoseconds < otherNanoseconds);
}

export class MergeQueue {
  /** The latest time of a frame since the clock was last set back; minus infinity before the first frame. */
  latestSeconds = Number.NEGATIVE_INFINITY;
  latestNanoseconds = 0;
  readonly #longestInversion: number;
  #columns = new FrameColumns(INITIAL_CAPACITY);
  #data: Uint8Array[] = [];
  #owners = new Uint32Array(INITIAL_CAPACITY);
  #head = 0;
  #tail = 0;
  /** Index of the first frame after the clock was set back; earlier frames are delivered first. */
  #eraStart = 0;

  /** @param longestInversion seconds; a frame that is earlier by more than that means that the clock was set back */
  constructor(longestInversion: number) {
    this.#longestInversion = longestInversion;
  }

  get length(): number {
    return this.#tail - this.#head;
  }

  /** Number of frames from before the clock was set back. */
  get earlierEra(): number {
    return Math.max(0, this.#eraStart - this.#head);
  }

  get headSeconds(): number {
    return this.#columns.seconds[this.#head] as number;
  }

  get headNanoseconds(): number {
    return this.#columns.nanoseconds[this.#head] as number;
  }

  /** The block that holds the first frame, as given to `add`. */
  get headOwner(): number {
    return this.#owners[this.#head] as number;
  }

  /** Inserts a frame in order of time. `interfaceNumber` becomes its `interfaceIndex`. */
  add(frame: FrameView, interfaceNumber: number, owner: number): void {
    if (this.#tail === this.#columns.capacity) this.#makeRoom();
    const { seconds, nanoseconds } = frame;
    let at = this.#tail;
    if (isBefore(seconds, nanoseconds, this.latestSeconds, this.latestNanoseconds)) at = this.#placeOf(frame);
    else this.#setLatest(seconds, nanoseconds);
    this.#tail += 1;
    this.#data[at] = frame.data;
    const { offset, length, wireLength } = frame;
    this.#columns.set(at, offset, length, wireLength, seconds, nanoseconds, interfaceNumber);
    this.#owners[at] = owner;
  }

  /** Counts the frames up to and including this time, without those from before the clock was set back. */
  countUpTo(seconds: number, nanoseconds: number): number {
    return this.#firstAfter(seconds, nanoseconds) - this.#head;
  }

  /** Moves the first frame into `frame`. */
  take(frame: FrameCursor): void {
    const at = this.#head;
    frame.data = this.#data[at] as Uint8Array;
    this.#columns.read(at, frame);
    this.#head = at + 1;
    if (this.#head < this.#tail) return;
    this.#head = 0;
    this.#tail = 0;
    this.#eraStart = 0;
  }

  /** Resets the latest time to that of the last waiting frame. */
  forgetLatest(): void {
    const last = this.#tail - 1;
    this.latestSeconds = this.length === 0 ? Number.NEGATIVE_INFINITY : (this.#columns.seconds[last] as number);
    this.latestNanoseconds = this.length === 0 ? 0 : (this.#columns.nanoseconds[last] as number);
  }

  #setLatest(seconds: number, nanoseconds: number): void {
    this.latestSeconds = seconds;
    this.latestNanoseconds = nanoseconds;
  }

  /** Makes room for a frame that is earlier than the latest one. @returns its index */
  #placeOf({ seconds, nanoseconds }: FrameView): number {
    if (this.latestSeconds - seconds > this.#longestInversion) {
      this.#eraStart = this.#tail;
      this.#setLatest(seconds, nanoseconds);
      return this.#tail;
    }
    const at = this.#firstAfter(seconds, nanoseconds);
    this.#move(at, at + 1);
    return at;
  }

  /** Bisects the frames since the clock was last set back, which are in order. */
  #firstAfter(seconds: number, nanoseconds: number): number {
    let low = Math.max(this.#head, this.#eraStart);
    let high = this.#tail;
    const columns = this.#columns;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const isAfter = isBefore(
        seconds,
        nanoseconds,
        columns.seconds[middle] as number,
        columns.nanoseconds[middle] as number,
      );
      if (isAfter) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Moves all frames from index `from` to `to`. */
  #move(from: number, to: number): void {
    const tail = this.#tail;
    // Not `copyWithin`, which does not lengthen a plain array.
    if (to < from) for (let at = from; at < tail; at += 1) this.#data[at - from + to] = this.#data[at] as Uint8Array;
    else for (let at = tail - 1; at >= from; at -= 1) this.#data[at - from + to] = this.#data[at] as Uint8Array;
    this.#columns.move(from, tail, to);
    this.#owners.copyWithin(to, from, tail);
  }

  /** Moves the frames to the front, and doubles the columns unless half of them are free. */
  #makeRoom(): void {
    const { length } = this;
    this.#move(this.#head, 0);
    this.#eraStart = this.earlierEra;
    this.#head = 0;
    this.#tail = length;
    const { capacity } = this.#columns;
    if (length <= capacity / 2) return;
    this.#columns = this.#columns.enlarged(capacity * 2);
    const owners = this.#owners;
    this.#owners = new Uint32Array(capacity * 2);
    this.#owners.set(owners);
  }
}
