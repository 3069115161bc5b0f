/** Schedules the probes of a ping run. Times in milliseconds. @module */
import type { PingOptions } from './options.ts';

const DEFAULT_INTERVAL = 1_000;
const FLOOD_INTERVAL = 10;
/** Delay after a full send queue. */
const FULL_BACKOFF = 2;

export class PingPace {
  readonly #interval: number;
  readonly #preload: number;
  readonly #isHurried: boolean;
  readonly #countsDuplicates: boolean;
  next = 0;

  constructor(options: PingOptions) {
    this.#interval = options.isFlood === true ? FLOOD_INTERVAL : (options.interval ?? DEFAULT_INTERVAL);
    this.#preload = options.preload ?? 0;
    this.#isHurried = options.isFlood === true || options.isAdaptive === true;
    this.#countsDuplicates = options.isFlood === true;
  }

  /** Schedules the probe after `index`: on the beat, or, after a stall, one interval from now, without a burst. */
  onSent(index: number, now: number): void {
    if (index + 1 < this.#preload) return;
    const beat = this.next + this.#interval;
    this.next = beat < now ? now + this.#interval : beat;
  }

  /** Delays the next probe after a full send queue. */
  backOff(now: number): void {
    this.next = now + FULL_BACKOFF;
  }

  /** Sends the next probe of a flood or an adaptive run with this reply. */
  onReply(time: number, isDuplicate: boolean): void {
    if (this.#isHurried && (this.#countsDuplicates || !isDuplicate)) this.next = Math.min(this.next, time);
  }
}
