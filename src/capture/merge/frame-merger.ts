/**
 * Frames of several inputs in the order of time: pure, time comes from the inputs. Each input knows a moment before
 * which nothing will come any more; up to the least of these moments the frames at hand are in order, whatever comes
 * later, and make the next batch. @module
 */
import type { FrameBatch, FrameView } from '../../base/frame.ts';
import { FrameCursor } from '../../base/frame-columns.ts';
import { isBefore, type MergeQueue } from './merge-queue.ts';

/** What a merge needs of a source. */
export interface MergeInput {
  /** Its frames at hand. */
  readonly queue: MergeQueue;
  /** Every frame of it before this moment is in the queue or was; infinite once it has ended. */
  readonly safeSeconds: number;
  readonly safeNanoseconds: number;
  /** A frame is about to leave the queue: the block that holds it, as the queue was told. */
  onTaken(owner: number): void;
  /** Gives back what no frame in the queue needs any more. */
  release(): void;
  /** The clock was set back: what it knew about time counts no more. */
  forgetTime(): void;
}

/** Frames that go out at once; then blocks go back. */
const MAX_FRAMES = 4096;

const NOTHING = (): void => {};
const ALWAYS = (): boolean => true;

/** The one batch of a merge, cut anew from what the inputs hold. */
export class FrameMerger implements FrameBatch {
  readonly #inputs: readonly MergeInput[];
  /** Of each input, how many frames are in the batch still. */
  readonly #ready: number[];
  readonly #frame = new FrameCursor();
  #size = 0;
  #changesEra = false;
  #lastSeconds = Number.NEGATIVE_INFINITY;
  #lastNanoseconds = 0;
  /** Frames that came later than their place in time had gone out; they went out as they came. */
  late = 0;
  /** How often the clock was set back, so that order began anew. */
  clockSteps = 0;

  constructor(inputs: readonly MergeInput[]) {
    this.#inputs = inputs;
    this.#ready = inputs.map(() => 0);
  }

  get size(): number {
    return this.#size;
  }

  /** Whether frames wait. */
  get isHolding(): boolean {
    return this.#inputs.some(({ queue }) => queue.length > 0);
  }

  /** Makes a batch of the frames whose turn has surely come. */
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

  /** Makes a batch of all that is at hand: time has got out of step, and waiting brings nothing. */
  cutAll(): this {
    this.#changesEra = true;
    return this.#cutAt((queue) => queue.earlierEra || queue.length);
  }

  forEach(visit: (frame: FrameView) => void): void {
    this.forEachWhile(ALWAYS, visit);
  }

  /** Visits frames as long as `goesOn` says so, asked before each; the others stay where they are. */
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

  /** The batch goes back: frames that nobody visited are passed over. */
  finish(): void {
    this.forEach(NOTHING);
    this.settle();
  }

  /** What was visited goes back; frames that nobody visited come again in the next batch. */
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

  /** The first head of all other inputs than the one that `#firstInput` found. */
  readonly #bound = { seconds: 0, nanoseconds: 0 };

  /** The input whose head is the earliest; `#bound` then says up to when its frames go on being the earliest. */
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
