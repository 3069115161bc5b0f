/** Limits a rate: `perSecond` tokens are added, and at most `burst` are kept. @module */

/** Compensates for rounding of fractions. */
const WHOLE = 1 - 1e-9;

export class TokenBucket {
  readonly #perMillisecond: number;
  readonly #burst: number;
  #tokens: number;
  #updatedAt: number;

  /** Starts with a full bucket. @param now on the timeline of the clock */
  constructor(perSecond: number, burst: number, now: number) {
    this.#perMillisecond = perSecond / 1000;
    this.#burst = Math.max(1, burst);
    this.#tokens = this.#burst;
    this.#updatedAt = now;
  }

  /** Removes a token. @returns false without one */
  take(now: number): boolean {
    this.#refill(now);
    if (this.#tokens < WHOLE) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Returns when `wanted` tokens, or a full bucket, will be available; not before `now`. */
  nextAt(now: number, wanted = 1): number {
    this.#refill(now);
    const from = Math.max(now, this.#updatedAt);
    const missing = Math.min(wanted, this.#burst) - this.#tokens;
    return missing <= 1 - WHOLE ? from : from + missing / this.#perMillisecond;
  }

  #refill(now: number): void {
    const grown = this.#tokens + Math.max(0, now - this.#updatedAt) * this.#perMillisecond;
    this.#tokens = Math.min(this.#burst, grown);
    this.#updatedAt = Math.max(now, this.#updatedAt);
  }
}
