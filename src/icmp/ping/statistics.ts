/** Figures of one ping run. @module */
import { Jitter, LossRuns, QuantileSample, RunningStats } from '../../base/statistics.ts';
import type { HistogramBucket, PingReply, PingSummary, RoundTripFigures } from './events.ts';

/** The fields of a summary that are not counters. */
export interface RunFacts {
  readonly target: string;
  readonly address: string;
  /** Probes in flight. */
  readonly pending: number;
  readonly droppedByUs: number;
  readonly duration: number;
}

export class PingStatistics {
  transmitted = 0;
  received = 0;
  duplicates = 0;
  late = 0;
  errors = 0;
  refused = 0;
  damaged = 0;
  strangers = 0;
  readonly lossRuns = new LossRuns();
  readonly #times = new RunningStats();
  readonly #jitter = new Jitter();
  readonly #sample = new QuantileSample();

  addReply(reply: PingReply): void {
    this.#times.add(reply.time);
    this.#jitter.add(reply.time);
    this.#sample.add(reply.time);
    if (reply.isDuplicate) this.duplicates += 1;
    else this.received += 1;
    if (reply.isLate) this.late += 1;
    if (reply.damage !== undefined) this.damaged += 1;
  }

  get maxTime(): number {
    return this.#times.max;
  }

  /** Returns how long a probe counts as pending: twice the longest round trip, or the timeout without a reply. */
  patience(wait: number): number {
    return this.received === 0 ? wait : Math.min(wait, 2 * this.maxTime);
  }

  summary(facts: RunFacts): PingSummary {
    const lost = Math.max(0, this.transmitted - this.received);
    return {
      type: 'summary',
      ...facts,
      transmitted: this.transmitted,
      received: this.received,
      duplicates: this.duplicates,
      late: this.late,
      errors: this.errors,
      refused: this.refused,
      damaged: this.damaged,
      strangers: this.strangers,
      lossPercent: this.transmitted === 0 ? 0 : (lost * 100) / this.transmitted,
      lossRuns: this.lossRuns.runs,
      longestLossRun: this.lossRuns.longest,
      roundTrip: this.#roundTrip(),
      histogram: this.#histogram(),
    };
  }

  #roundTrip(): RoundTripFigures | undefined {
    const times = this.#times;
    if (times.count === 0) return undefined;
    const [median = 0, p90 = 0, p99 = 0] = this.#sample.quantiles([0.5, 0.9, 0.99]);
    return {
      count: times.count,
      min: times.min,
      mean: times.mean,
      max: times.max,
      deviation: times.deviation,
      jitter: this.#jitter.value,
      median,
      p90,
      p99,
    };
  }

  /** Returns two buckets per factor of two, from the smallest to the largest sample, including empty ones. */
  #histogram(): HistogramBucket[] {
    const sorted = this.#sample.sorted();
    const first = sorted[0];
    const last = sorted[sorted.length - 1];
    if (first === undefined || last === undefined) return [];
    const buckets: HistogramBucket[] = [];
    let at = 0;
    for (let step = stepOf(first); step <= stepOf(last); step += 1) {
      const to = edgeOf(step + 1);
      const begin = at;
      while (at < sorted.length && (sorted[at] ?? 0) < to) at += 1;
      buckets.push({ from: edgeOf(step), to, count: at - begin });
    }
    return buckets;
  }
}

const MIN_EDGE = 0.001;

function stepOf(milliseconds: number): number {
  return Math.floor(2 * Math.log2(Math.max(milliseconds, MIN_EDGE) / MIN_EDGE) + 1e-9);
}

function edgeOf(step: number): number {
  return MIN_EDGE * 2 ** (step / 2);
}
