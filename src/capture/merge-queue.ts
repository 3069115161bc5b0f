/**
 * Frames of one source that wait for their turn in a merge: an index in columns, in the order of time. The bytes stay
 * where they are. It is a plain ring of numbers to add to and take from; only a frame that comes out of order is
 * looked for its place, and moves the few that it overtakes. @module
 */
import { EMPTY } from '../base/bytes.ts';
import type { FrameView } from '../base/frame.ts';

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

/** The frame that a merge lends; it moves on with the loop. */
export class MergedFrame implements FrameView {
  data: Uint8Array = EMPTY;
  offset = 0;
  length = 0;
  wireLength = 0;
  seconds = 0;
  nanoseconds = 0;
  interfaceIndex = 0;
}

export class MergeQueue {
  /** The latest moment that a frame had since the clock was last set back; before all frames when there was none. */
  latestSeconds = Number.NEGATIVE_INFINITY;
  latestNanoseconds = 0;
  readonly #longestInversion: number;
  #capacity = INITIAL_CAPACITY;
  // Doubles: PCAPNG counts past 2106, and a negative offset may lead before 1970.
  #seconds = new Float64Array(INITIAL_CAPACITY);
  #data: Uint8Array[] = [];
  #nanoseconds = new Uint32Array(INITIAL_CAPACITY);
  #offsets = new Uint32Array(INITIAL_CAPACITY);
  #lengths = new Uint32Array(INITIAL_CAPACITY);
  #wireLengths = new Uint32Array(INITIAL_CAPACITY);
  #interfaces = new Uint32Array(INITIAL_CAPACITY);
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
    return this.#seconds[this.#head] as number;
  }

  get headNanoseconds(): number {
    return this.#nanoseconds[this.#head] as number;
  }

  /** Which of its source's blocks holds the first frame, as `add` was told. */
  get headOwner(): number {
    return this.#owners[this.#head] as number;
  }

  /** Takes a frame in, at its place in time. `interfaceNumber` is what its `interfaceIndex` will be. */
  add(frame: FrameView, interfaceNumber: number, owner: number): void {
    if (this.#tail === this.#capacity) this.#makeRoom();
    const { seconds, nanoseconds } = frame;
    let at = this.#tail;
    if (isBefore(seconds, nanoseconds, this.latestSeconds, this.latestNanoseconds)) at = this.#placeOf(frame);
    else this.#setLatest(seconds, nanoseconds);
    this.#tail += 1;
    this.#data[at] = frame.data;
    this.#seconds[at] = seconds;
    this.#nanoseconds[at] = nanoseconds;
    this.#offsets[at] = frame.offset;
    this.#lengths[at] = frame.length;
    this.#wireLengths[at] = frame.wireLength;
    this.#interfaces[at] = interfaceNumber;
    this.#owners[at] = owner;
  }

  /** Frames up to and including that moment, the earlier era not counted. */
  countUpTo(seconds: number, nanoseconds: number): number {
    return this.#firstAfter(seconds, nanoseconds) - this.#head;
  }

  /** Takes the first frame out, into `frame`. */
  take(frame: MergedFrame): void {
    const at = this.#head;
    frame.data = this.#data[at] as Uint8Array;
    frame.offset = this.#offsets[at] as number;
    frame.length = this.#lengths[at] as number;
    frame.wireLength = this.#wireLengths[at] as number;
    frame.seconds = this.#seconds[at] as number;
    frame.nanoseconds = this.#nanoseconds[at] as number;
    frame.interfaceIndex = this.#interfaces[at] as number;
    this.#head = at + 1;
    if (this.#head < this.#tail) return;
    this.#head = 0;
    this.#tail = 0;
    this.#eraStart = 0;
  }

  /** Forgets which moment was the latest, but for the frames at hand. */
  forgetLatest(): void {
    const last = this.#tail - 1;
    this.latestSeconds = this.length === 0 ? Number.NEGATIVE_INFINITY : (this.#seconds[last] as number);
    this.latestNanoseconds = this.length === 0 ? 0 : (this.#nanoseconds[last] as number);
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
    while (low < high) {
      const middle = (low + high) >>> 1;
      const isAfter = isBefore(
        seconds,
        nanoseconds,
        this.#seconds[middle] as number,
        this.#nanoseconds[middle] as number,
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
    this.#seconds.copyWithin(to, from, tail);
    this.#nanoseconds.copyWithin(to, from, tail);
    this.#offsets.copyWithin(to, from, tail);
    this.#lengths.copyWithin(to, from, tail);
    this.#wireLengths.copyWithin(to, from, tail);
    this.#interfaces.copyWithin(to, from, tail);
    this.#owners.copyWithin(to, from, tail);
  }

  /** What is held moves to the front; columns double when that leaves less than half of them free. */
  #makeRoom(): void {
    const { length } = this;
    this.#move(this.#head, 0);
    this.#eraStart = this.earlierEra;
    this.#head = 0;
    this.#tail = length;
    if (length <= this.#capacity / 2) return;
    this.#capacity *= 2;
    this.#seconds = enlarged(this.#seconds, new Float64Array(this.#capacity));
    this.#nanoseconds = enlarged(this.#nanoseconds, new Uint32Array(this.#capacity));
    this.#offsets = enlarged(this.#offsets, new Uint32Array(this.#capacity));
    this.#lengths = enlarged(this.#lengths, new Uint32Array(this.#capacity));
    this.#wireLengths = enlarged(this.#wireLengths, new Uint32Array(this.#capacity));
    this.#interfaces = enlarged(this.#interfaces, new Uint32Array(this.#capacity));
    this.#owners = enlarged(this.#owners, new Uint32Array(this.#capacity));
  }
}

function enlarged<Column extends Float64Array | Uint32Array>(column: Column, larger: Column): Column {
  larger.set(column);
  return larger;
}
