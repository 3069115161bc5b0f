/**
 * Merges the frames of several inputs in order of time. Pure: time comes from the inputs. Each input has a safe time
 * before which no more frames will arrive; the frames up to the earliest safe time form the next batch. @module
 */
import type { FrameBatch, FrameView } from '../../base/frame.ts';
import { FrameCursor } from '../../base/frame-columns.ts';
import { isBefore, type MergeQueue } from './merge-queue.ts';

/** An input of a merge. */
export interface MergeInput {
  /** Its waiting frames. */
  readonly queue: MergeQueue;
  /** All its frames before this time have been queued; infinite once it has ended. */
  readonly safeSeconds: number;
  readonly safeNanoseconds: number;
  /** A frame is about to leave the queue. @param owner the block that holds it, as given to the queue */
  onTaken(owner: number): void;
  /** Returns blocks that no queued frame needs. */
  release(): void;
  /** Discards what it knows about time, after the clock was set back. */
  forgetTime(): void;
}

/** Frames per batch; blocks are returned after each. */
const MAX_FRAMES = 4096;

const NOTHING = (): void => {};
const ALWAYS = (): boolean => true;

/** The batch of a merge, formed anew from the queues of the inputs. */
export class FrameMerger implements FrameBatch {
  readonly #inputs: readonly MergeInput[];
  /** Frames left in the batch, by input. */
  readonly #ready: number[];
  readonly #frame = new FrameCursor();
  #size = 0;
  #changesEra = false;
  #lastSeconds = Number.NEGATIVE_INFINITY;
  #lastNanoseconds = 0;
  /** Frames that arrived after later ones had been delivered; delivered out of order. */
  late = 0;
  /** How many times the clock was set back and the order began anew. */
  clockSteps = 0;

  constructor(inputs: readonly MergeInput[]) {
    this.#inputs = inputs;
    this.#ready = inputs.map(() => 0);
  }

  get size(): number {
    return this.#size;
  }

  /** Frames are waiting. */
  get isHolding(): boolean {
    return this.#inputs.some(({ queue }) => queue.length > 0);
  }

  /** Forms a batch of the frames whose order is certain. */
  cut(): this {
    this.#changesEra = this.#inputs.some(({ queue }) => queue.earlierEra > 0);
    let seconds = Number.POSITIVE_INFINITY;
    let nanoseconds = 0;
    for (const { safeSeconds, safeNanoseconds } of this.#inputs) {
      if (!isBefore(safeSeconds, safeNanoseconds, seconds, nanoseconds)) continue;
      seconds = safeSeconds;
      nanoseconds = safeNanoseconds;
    }
    return this.#cutAt((queue) =>
      this.#changesEra ? queue.earlierEra || queue.length : queue.countUpTo(seconds, nanoseconds),
    );
  }

  /** Forms a batch of all waiting frames: the clocks of the inputs disagree, and waiting is of no use. */
  cutAll(): this {
    this.#changesEra = true;
    return this.#cutAt((queue) => queue.earlierEra || queue.length);
  }

  forEach(visit: (frame: FrameView) => void): void {
    this.forEachWhile(ALWAYS, visit);
  }

  /** Visits frames while `goesOn` returns true; it is called before each. The others keep their place. */
  forEachWhile(goesOn: () => boolean, visit: (frame: FrameView) => void): void {
    const frame = this.#frame;
    while (this.#size > 0 && goesOn()) {
      const first = this.#firstInput();
      const input = this.#inputs[first] as MergeInput;
      const { queue } = input;
      const { seconds: boundSeconds, nanoseconds: boundNanoseconds } = this.#bound;
      let ready = this.#ready[first] as number;
      do {
        input.onTaken(queue.headOwner);
        queue.take(frame);
        ready -= 1;
        this.#ready[first] = ready;
        this.#size -= 1;
        this.#noteOrder(frame);
        visit(frame);
      } while (
        ready > 0 &&
        this.#size > 0 &&
        goesOn() &&
        !isBefore(boundSeconds, boundNanoseconds, queue.headSeconds, queue.headNanoseconds)
      );
    }
  }

  /** Ends the batch and skips frames that were not visited. */
  finish(): void {
    this.forEach(NOTHING);
    this.settle();
  }

  /** Ends the batch; frames that were not visited come again in the next one. */
  settle(): void {
    for (const input of this.#inputs) input.release();
    if (!this.#changesEra || this.#inputs.some(({ queue }) => queue.earlierEra > 0)) return;
    this.#changesEra = false;
    this.clockSteps += 1;
    this.#lastSeconds = Number.NEGATIVE_INFINITY;
    for (const input of this.#inputs) input.forgetTime();
  }

  #cutAt(count: (queue: MergeQueue) => number): this {
    let size = 0;
    for (const [place, { queue }] of this.#inputs.entries()) {
      const ready = count(queue);
      this.#ready[place] = ready;
      size += ready;
    }
    this.#size = Math.min(size, MAX_FRAMES);
    return this;
  }

  /** The earliest head of the inputs other than the one that `#firstInput` returned. */
  readonly #bound = { seconds: 0, nanoseconds: 0 };

  /** Returns the input with the earliest head. Its frames are the earliest up to `#bound`. */
  #firstInput(): number {
    let first = -1;
    let seconds = Number.POSITIVE_INFINITY;
    let nanoseconds = 0;
    const bound = this.#bound;
    bound.seconds = Number.POSITIVE_INFINITY;
    bound.nanoseconds = 0;
    for (let place = 0; place < this.#inputs.length; place += 1) {
      if (this.#ready[place] === 0) continue;
      const { headSeconds, headNanoseconds } = (this.#inputs[place] as MergeInput).queue;
      if (isBefore(headSeconds, headNanoseconds, seconds, nanoseconds) || first < 0) {
        bound.seconds = seconds;
        bound.nanoseconds = nanoseconds;
        first = place;
        seconds = headSeconds;
        nanoseconds = headNanoseconds;
      } else if (isBefore(headSeconds, headNanoseconds, bound.seconds, bound.nanoseconds)) {
        bound.seconds = headSeconds;
        bound.nanoseconds = headNanoseconds;
      }
    }
    return first;
  }

  #noteOrder({ seconds, nanoseconds }: FrameView): void {
    if (isBefore(seconds, nanoseconds, this.#lastSeconds, this.#lastNanoseconds)) {
      this.late += 1;
      return;
    }
    this.#lastSeconds = seconds;
    this.#lastNanoseconds = nanoseconds;
  }
}
