/** A rate with a burst: `perSecond` tokens flow in, at most `burst` are saved up. @module */

/** A token as good as there: sums of fractions come out a little short. */
const WHOLE = 1 - 1e-9;

export class TokenBucket {
  readonly #perMillisecond: number;
  readonly #burst: number;
  #tokens: number;
  #updatedAt: number;

  /** @param now on the clock's timeline; the bucket starts full */
  constructor(perSecond: number, burst: number, now: number) {
    this.#perMillisecond = perSecond / 1000;
    this.#burst = Math.max(1, burst);
    this.#tokens = this.#burst;
    this.#updatedAt = now;
  }

  /** Takes a token; false when there is none. */
  take(now: number): boolean {
    this.#refill(now);
    if (this.#tokens < WHOLE) return false;
    this.#tokens -= 1;
    return true;
  }

  /** When `wanted` tokens are there, or as many as can be saved up; not before `now`. */
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
