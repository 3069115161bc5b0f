/** Statistics of a stream of numbers in bounded memory. @module */

/** Count, extremes, mean and deviation (Welford's method, which avoids the cancellation of sums of squares). */
export class RunningStats {
  #count = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #last = 0;

  add(value: number): void {
    this.#count += 1;
    const delta = value - this.#mean;
    this.#mean += delta / this.#count;
    this.#squares += delta * (value - this.#mean);
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    this.#last = value;
  }

  get count(): number {
    return this.#count;
  }

  /** All figures are 0 before the first sample. */
  get min(): number {
    return this.#count === 0 ? 0 : this.#min;
  }

  get max(): number {
    return this.#count === 0 ? 0 : this.#max;
  }

  get mean(): number {
    return this.#mean;
  }

  /** Population standard deviation, as ping prints it. */
  get deviation(): number {
    return this.#count === 0 ? 0 : Math.sqrt(this.#squares / this.#count);
  }

  get last(): number {
    return this.#last;
  }
}

/** Interarrival jitter (RFC 3550, 6.4.1), of round-trip times: a running mean of their differences with gain 1/16. */
export class Jitter {
  #value = 0;
  #previous: number | undefined;

  add(value: number): void {
    if (this.#previous !== undefined) this.#value += (Math.abs(value - this.#previous) - this.#value) / 16;
    this.#previous = value;
  }

  get value(): number {
    return this.#value;
  }
}

const SAMPLE_LIMIT = 8192;

/**
 * Quantiles: exact up to 8,192 samples. After that only every second, then every fourth sample is kept, evenly over
 * time, so that a run of days needs 64 KiB.
 */
export class QuantileSample {
  readonly #samples = new Float64Array(SAMPLE_LIMIT);
  #kept = 0;
  #stride = 1;
  #seen = 0;

  add(value: number): void {
    if (this.#seen % this.#stride === 0) {
      if (this.#kept === SAMPLE_LIMIT) this.#thin();
      if (this.#seen % this.#stride === 0) {
        this.#samples[this.#kept] = value;
        this.#kept += 1;
      }
    }
    this.#seen += 1;
  }

  #thin(): void {
    for (let at = 0; at < SAMPLE_LIMIT / 2; at += 1) this.#samples[at] = this.#samples[at * 2] ?? 0;
    this.#kept = SAMPLE_LIMIT / 2;
    this.#stride *= 2;
  }

  /**
   * Nearest rank: the smallest sample that a share `fractions[n]` of all samples does not exceed. 0 without samples.
   */
  quantiles(fractions: readonly number[]): number[] {
    const sorted = this.sorted();
    return fractions.map((fraction) => {
      const rank = Math.max(1, Math.ceil(fraction * sorted.length));
      return sorted[rank - 1] ?? 0;
    });
  }

  /** Returns a sorted copy of the samples kept. */
  sorted(): Float64Array {
    return this.#samples.slice(0, this.#kept).sort();
  }

  get isExact(): boolean {
    return this.#stride === 1;
  }
}

/** Runs of consecutive losses: their number and the longest, which tells one outage from scattered losses. */
export class LossRuns {
  #runs = 0;
  #longest = 0;
  #current = 0;

  add(isLost: boolean): void {
    if (!isLost) {
      this.#current = 0;
      return;
    }
    this.#current += 1;
    if (this.#current === 1) this.#runs += 1;
    this.#longest = Math.max(this.#longest, this.#current);
  }

  get runs(): number {
    return this.#runs;
  }

  get longest(): number {
    return this.#longest;
  }
}
