/**
 * Computes when each frame of a replay is due: a pure function of the frames, so that nothing drifts. Milliseconds.
 * @module
 */
import type { FrameView } from '../../base/frame.ts';

/**
 * Speed of a replay: the gaps of the recording, divided by `speed`; a rate in frames or bits per second; or as fast as
 * the interface accepts frames.
 */
export type ReplayPace =
  | { readonly kind: 'recorded'; readonly speed: number }
  | { readonly kind: 'frames'; readonly perSecond: number }
  | { readonly kind: 'bits'; readonly perSecond: number }
  | { readonly kind: 'top' };

/** At higher rates, frames due within this time are sent together, with one wake-up. */
const TICK = 0.25;

export class ReplaySchedule {
  readonly #pace: ReplayPace;
  #frames = 0;
  #bits = 0;
  /** First time of the recording in this round, and the latest so far. */
  #firstSeconds: number | undefined;
  #firstNanoseconds = 0;
  #latest = 0;
  #framesOfRound = 0;
  /** Start of this round. */
  #start = 0;

  /** @throws RangeError for a rate that is not positive */
  constructor(pace: ReplayPace = { kind: 'recorded', speed: 1 }) {
    const rate = pace.kind === 'recorded' ? pace.speed : pace.kind === 'top' ? 1 : pace.perSecond;
    if (!(rate > 0)) throw new RangeError(`invalid replay rate ${rate}: it must be positive`);
    this.#pace = pace;
  }

  /**
   * Returns the due time of the next frame, relative to the first one. It never decreases: a recording out of order is
   * sent in file order.
   * @param length bytes to send
   */
  next(frame: FrameView, length: number): number {
    const pace = this.#pace;
    const frames = this.#frames;
    const bits = this.#bits;
    this.#frames = frames + 1;
    this.#bits = bits + length * 8;
    switch (pace.kind) {
      case 'recorded':
        return this.#recorded(frame, pace.speed);
      case 'frames':
        return toTick((frames * 1000) / pace.perSecond, 1000 / pace.perSecond);
      case 'bits':
        return toTick((bits * 1000) / pace.perSecond, (length * 8000) / pace.perSecond);
      case 'top':
        return 0;
    }
  }

  /** Starts the recording again: its first frame follows the last one after the mean gap. */
  nextRound(): void {
    const meanGap = this.#framesOfRound > 1 ? (this.#latest - this.#start) / (this.#framesOfRound - 1) : 0;
    this.#start = this.#latest + meanGap;
    this.#firstSeconds = undefined;
    this.#framesOfRound = 0;
  }

  #recorded({ seconds, nanoseconds }: FrameView, speed: number): number {
    if (this.#firstSeconds === undefined) {
      this.#firstSeconds = seconds;
      this.#firstNanoseconds = nanoseconds;
    }
    const since = (seconds - this.#firstSeconds) * 1000 + (nanoseconds - this.#firstNanoseconds) / 1e6;
    this.#latest = Math.max(this.#latest, this.#start + since / speed);
    this.#framesOfRound += 1;
    return this.#latest;
  }
}

function toTick(time: number, gap: number): number {
  return gap < TICK ? time - (time % TICK) : time;
}
