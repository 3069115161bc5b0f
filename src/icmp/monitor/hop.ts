/** The figures of one hop of a monitored path. @module */
import { Jitter, RunningStats } from '../../base/statistics.ts';
import type { Origin } from '../../probe/index.ts';
import type { IcmpExtensions } from '../../wire/icmp-extensions.ts';

/** Results of the last probes, oldest first: a round trip time in ms, or undefined for a loss. */
type HopHistory = readonly (number | undefined)[];

/** An address that replied at a hop. */
export interface HopAddress {
  readonly address: string;
  readonly answers: number;
  /** AS number and country. The engine leaves it out; a caller with an `OriginTable` adds it. */
  readonly origin?: Origin;
}

/** Figures of one hop; times in milliseconds. */
export interface MonitorHop {
  readonly hop: number;
  /** Addresses that replied, the latest first. */
  readonly addresses: readonly HopAddress[];
  readonly transmitted: number;
  readonly received: number;
  /** Probes without a reply: a later hop replied in the same round (`silentLoss`), or none did (`forwardLoss`). */
  readonly silentLoss: number;
  readonly forwardLoss: number;
  /** Percentage of all losses, as in mtr. */
  readonly lossPercent: number;
  /** Percentage of losses shared by all later hops: the loss of the path. */
  readonly forwardLossPercent: number;
  readonly last: number;
  readonly best: number;
  readonly mean: number;
  /** Less sensitive to single slow replies than the mean. */
  readonly geometricMean: number;
  readonly worst: number;
  readonly deviation: number;
  /** Difference to the previous round trip; its mean and maximum; and smoothed (RFC 3550). */
  readonly jitter: number;
  readonly jitterMean: number;
  readonly jitterWorst: number;
  readonly interarrivalJitter: number;
  readonly history: HopHistory;
  readonly isTarget: boolean;
  readonly extensions: IcmpExtensions | undefined;
}

/** A nanosecond, in ms. 0 has no logarithm. */
const MIN_TIME = 1e-6;
/** Length of a sparkline. */
const HISTORY_LENGTH = 60;
/** Addresses kept per hop. A hop with more is a network that rewrites sources. */
const MAX_ADDRESSES = 16;

export class MonitorHopRecord {
  readonly hop: number;
  readonly #times = new RunningStats();
  readonly #jitters = new RunningStats();
  readonly #smoothed = new Jitter();
  readonly #addresses = new Map<string, number>();
  readonly #history: { readonly round: number; readonly time: number | undefined }[] = [];
  #latest: string | undefined;
  #previous: number | undefined;
  #transmitted = 0;
  #logarithms = 0;
  #lost = 0;
  silentLoss = 0;
  forwardLoss = 0;
  isTarget = false;
  extensions: IcmpExtensions | undefined;

  constructor(hop: number) {
    this.hop = hop;
  }

  countSent(): void {
    this.#transmitted += 1;
  }

  /** True after the first reply. */
  get isKnown(): boolean {
    return this.#addresses.size > 0;
  }

  /** @returns true if the previous reply came from another address */
  addAnswer(address: string, time: number, round: number): boolean {
    const isChange = this.#latest !== undefined && this.#latest !== address;
    this.#latest = address;
    if (this.#addresses.has(address) || this.#addresses.size < MAX_ADDRESSES) {
      this.#addresses.set(address, (this.#addresses.get(address) ?? 0) + 1);
    }
    this.#times.add(time);
    this.#smoothed.add(time);
    this.#logarithms += Math.log(Math.max(time, MIN_TIME));
    if (this.#previous !== undefined) this.#jitters.add(Math.abs(time - this.#previous));
    this.#previous = time;
    this.#remember(round, time);
    return isChange;
  }

  addLoss(isForward: boolean, round: number): void {
    this.#lost += 1;
    if (isForward) this.forwardLoss += 1;
    else this.silentLoss += 1;
    this.#remember(round, undefined);
  }

  /** Inserts by round, since a loss is known long after the replies of later rounds. */
  #remember(round: number, time: number | undefined): void {
    let at = this.#history.length;
    while (at > 0 && (this.#history[at - 1]?.round ?? 0) > round) at -= 1;
    this.#history.splice(at, 0, { round, time });
    if (this.#history.length > HISTORY_LENGTH) this.#history.shift();
  }

  report(): MonitorHop {
    const { count, last, min, mean, max, deviation } = this.#times;
    const settled = count + this.#lost;
    const percent = (lost: number): number => (settled === 0 ? 0 : (lost * 100) / settled);
    const addresses = [...this.#addresses].map(([address, answers]) => ({ address, answers }));
    addresses.sort((one, other) => Number(other.address === this.#latest) - Number(one.address === this.#latest));
    return {
      hop: this.hop,
      addresses,
      transmitted: this.#transmitted,
      received: count,
      silentLoss: this.silentLoss,
      forwardLoss: this.forwardLoss,
      lossPercent: percent(this.#lost),
      forwardLossPercent: percent(this.forwardLoss),
      last,
      best: min,
      mean,
      geometricMean: count === 0 ? 0 : Math.exp(this.#logarithms / count),
      worst: max,
      deviation,
      jitter: this.#jitters.last,
      jitterMean: this.#jitters.mean,
      jitterWorst: this.#jitters.max,
      interarrivalJitter: this.#smoothed.value,
      history: this.#history.map(({ time }) => time),
      isTarget: this.isTarget,
      extensions: this.extensions,
    };
  }
}
