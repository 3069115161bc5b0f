/** When the next probe of a ping run leaves. Times in milliseconds. @module */
import type { PingOptions } from './options.ts';

const DEFAULT_INTERVAL = 1_000;
const FLOOD_INTERVAL = 10;
/** When the queue of the interface was full: try again after this. */
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

  /** Probe `index` left: keeps to the beat; after a stall it goes on from now, without a burst to catch up. */
  onSent(index: number, now: number): void {
    if (index + 1 < this.#preload) return;
    const beat = this.next + this.#interval;
    this.next = beat < now ? now + this.#interval : beat;
  }

  /** The queue was full. */
  backOff(now: number): void {
    this.next = now + FULL_BACKOFF;
  }

  /** An answer came: floods and adaptive runs go on at once. */
  onReply(time: number, isDuplicate: boolean): void {
    if (this.#isHurried && (this.#countsDuplicates || !isDuplicate)) this.next = Math.min(this.next, time);
  }
}
