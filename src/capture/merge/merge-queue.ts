/**
 * Frames of one source that wait for their turn in a merge: an index in columns, in the order of time. The bytes stay
 * where they are. It is a plain ring of numbers to add to and take from; only a frame that comes out of order is
 * looked for its place, and moves the few that it overtakes. @module
 */
import type { FrameView } from '../../base/frame.ts';
import { FrameColumns, type FrameCursor } from '../../base/frame-columns.ts';

const INITIAL_CAPACITY = 4096;

/** Whether the first moment is before the second; seconds and nanoseconds each. */
export function isBefore(
  seconds: number,
  nanoseconds: number,
  otherSeconds: number,
  otherNanoseconds: number,
): boolean {
  return seconds < otherSeconds || (seconds === otherSeconds && nanoseconds < otherNanoseconds);
}

export class MergeQueue {
  /** The latest moment that a frame had since the clock was last set back; before all frames when there was none. */
  latestSeconds = Number.NEGATIVE_INFINITY;
  latestNanoseconds = 0;
  readonly #longestInversion: number;
  #columns = new FrameColumns(INITIAL_CAPACITY);
  #data: Uint8Array[] = [];
  #owners = new Uint32Array(INITIAL_CAPACITY);
  #head = 0;
  #tail = 0;
  /** Where the frames begin that came after the clock was set back; those before it go first. */
  #eraStart = 0;

  /** @param longestInversion seconds; a frame that is earlier by more than that says that the clock was set back */
  constructor(longestInversion: number) {
    this.#longestInversion = longestInversion;
  }

  get length(): number {
    return this.#tail - this.#head;
  }

  /** Frames from before the clock was set back. */
  get earlierEra(): number {
    return Math.max(0, this.#eraStart - this.#head);
  }

  get headSeconds(): number {
    return this.#columns.seconds[this.#head] as number;
  }

  get headNanoseconds(): number {
    return this.#columns.nanoseconds[this.#head] as number;
  }

  /** Which of its source's blocks holds the first frame, as `add` was told. */
  get headOwner(): number {
    return this.#owners[this.#head] as number;
  }

  /** Takes a frame in, at its place in time. `interfaceNumber` is what its `interfaceIndex` will be. */
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

  /** Frames up to and including that moment, the earlier era not counted. */
  countUpTo(seconds: number, nanoseconds: number): number {
    return this.#firstAfter(seconds, nanoseconds) - this.#head;
  }

  /** Takes the first frame out, into `frame`. */
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

  /** Forgets which moment was the latest, but for the frames at hand. */
  forgetLatest(): void {
    const last = this.#tail - 1;
    this.latestSeconds = this.length === 0 ? Number.NEGATIVE_INFINITY : (this.#columns.seconds[last] as number);
    this.latestNanoseconds = this.length === 0 ? 0 : (this.#columns.nanoseconds[last] as number);
  }

  #setLatest(seconds: number, nanoseconds: number): void {
    this.latestSeconds = seconds;
    this.latestNanoseconds = nanoseconds;
  }

  /** The place of a frame that is earlier than the latest; those behind it have moved on by one. */
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

  /** By bisection, in the era of the last frame: its frames stand in order. */
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

  /** Moves all frames from place `from` on to `to`. */
  #move(from: number, to: number): void {
    const tail = this.#tail;
    // Typed arrays have `copyWithin` for it; of plain ones it would not make them longer.
    if (to < from) for (let at = from; at < tail; at += 1) this.#data[at - from + to] = this.#data[at] as Uint8Array;
    else for (let at = tail - 1; at >= from; at -= 1) this.#data[at - from + to] = this.#data[at] as Uint8Array;
    this.#columns.move(from, tail, to);
    this.#owners.copyWithin(to, from, tail);
  }

  /** What is held moves to the front; columns double when that leaves less than half of them free. */
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
