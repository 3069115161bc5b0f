/**
 * Converts kernel timestamps to the monotonic clock. Timestamps are CLOCK_REALTIME, which can be set; `performance.now()`
 * is CLOCK_MONOTONIC, which cannot. Both run at the same speed, including slewing by NTP, so their distance is constant
 * until the wall clock is stepped. @module
 */

/** Reads CLOCK_REALTIME: whole seconds, and nanoseconds of that second. */
export type ReadRealtime = () => { readonly seconds: number; readonly nanoseconds: number };

/** Milliseconds. `Date.now()` has a resolution of 1 ms, so smaller differences are noise. */
const STEP_THRESHOLD = 2;
const SAMPLES = 8;
/** Milliseconds. A later timestamp was taken before the clock was stepped. */
const FUTURE_TOLERANCE = 1;

export class ClockBridge {
  readonly #readRealtime: ReadRealtime;
  readonly #now: () => number;
  readonly #wallTime: () => number;
  /** Origin of all times: milliseconds since 1970 with nanoseconds do not fit a double. */
  readonly #baseSeconds: number;
  #distance: number;
  #previousDistance: number;
  #coarse: number;
  #steps = 0;

  constructor(readRealtime: ReadRealtime, now = (): number => performance.now(), wallTime = (): number => Date.now()) {
    this.#readRealtime = readRealtime;
    this.#now = now;
    this.#wallTime = wallTime;
    this.#baseSeconds = readRealtime().seconds;
    this.#distance = this.#measure();
    this.#previousDistance = this.#distance;
    this.#coarse = wallTime() - now();
  }

  /** Number of steps of the wall clock detected. */
  get steps(): number {
    return this.#steps;
  }

  /** Returns realtime minus monotonic, in ms from the base second: the sample with the shortest read. */
  #measure(): number {
    let best = Number.POSITIVE_INFINITY;
    let distance = 0;
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const before = this.#now();
      const { seconds, nanoseconds } = this.#readRealtime();
      const after = this.#now();
      if (after - before >= best) continue;
      best = after - before;
      distance = this.#fromBase(seconds, nanoseconds) - (before + after) / 2;
    }
    return distance;
  }

  #fromBase(seconds: number, nanoseconds: number): number {
    return (seconds - this.#baseSeconds) * 1_000 + nanoseconds / 1e6;
  }

  /** Detects a step of the wall clock. Cheap enough for every batch of packets. */
  check(): void {
    const coarse = this.#wallTime() - this.#now();
    if (Math.abs(coarse - this.#coarse) < STEP_THRESHOLD) return;
    const distance = this.#measure();
    this.#coarse = this.#wallTime() - this.#now();
    if (Math.abs(distance - this.#distance) < 1) return;
    this.#previousDistance = this.#distance;
    this.#distance = distance;
    this.#steps += 1;
  }

  /** Returns the time of a packet on the timeline of `performance.now()`. */
  toMonotonic(seconds: number, nanoseconds: number): number {
    const time = this.#fromBase(seconds, nanoseconds);
    const converted = time - this.#distance;
    if (this.#distance === this.#previousDistance) return converted;
    // Stamped before the step and read after it: use the previous distance.
    const now = this.#now();
    const older = time - this.#previousDistance;
    const isPlausible = (at: number): boolean => at <= now + FUTURE_TOLERANCE;
    if (!isPlausible(converted)) return older;
    return isPlausible(older) && older > converted ? older : converted;
  }
}
