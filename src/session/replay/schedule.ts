/** When each frame of a replay is due: a pure function of the frames, so that nothing drifts. Milliseconds. @module */
import type { FrameView } from '../../base/frame.ts';

/**
 * How fast: with the gaps of the recording, `speed` times as fast; so many frames or bits a second; or as fast as the
 * interface takes them.
 */
export type ReplayPace =
  | { readonly kind: 'recorded'; readonly speed: number }
  | { readonly kind: 'frames'; readonly perSecond: number }
  | { readonly kind: 'bits'; readonly perSecond: number }
  | { readonly kind: 'top' };

/** Where a rate leaves less from frame to frame, those that are due within so long leave together, by one wake-up. */
const TICK = 0.25;

export class ReplaySchedule {
  readonly #pace: ReplayPace;
  #frames = 0;
  #bits = 0;
  /** Of the recording, in this round: its first time, and the latest so far. */
  #firstSeconds: number | undefined;
  #firstNanoseconds = 0;
  #latest = 0;
  #framesOfRound = 0;
  /** Where this round begins. */
  #start = 0;

  /** @throws RangeError for a rate that is not positive */
  constructor(pace: ReplayPace = { kind: 'recorded', speed: 1 }) {
    const rate = pace.kind === 'recorded' ? pace.speed : pace.kind === 'top' ? 1 : pace.perSecond;
    if (!(rate > 0)) throw new RangeError(`invalid replay rate ${rate}: it must be positive`);
    this.#pace = pace;
  }

  /**
   * The next frame's time after the first one's. Never less than the one before: a recording whose time stamps go back
   * is sent in its order.
   * @param length bytes that are sent
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

  /** The recording begins again: its first frame follows the last one after the mean of all gaps. */
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
