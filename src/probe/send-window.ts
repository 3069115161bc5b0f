/**
 * Limits the probes of a sweep that are in flight. One limit is for all unanswered probes: their replies fit the receive
 * buffer. The other, for near hosts, is for those of the last few milliseconds: a longer burst would overflow the queues
 * of the host that replies. Probes to silent addresses soon count against the first limit only. @module
 */
import { ProbeState, type ProbeTable } from './probe-table.ts';

const MAX_OPEN = 8_192;
/**
 * A Linux kernel replies to about 170 echo requests in one burst: the replies queue in the send buffer of one socket per
 * processor (net/ipv4/icmp.c, icmp_sk_init), and the kernel drops those that do not fit.
 */
const MAX_RECENT = 128;
/** Milliseconds. */
const RECENT = 10;
/** Milliseconds. With longer round trips, bursts spread out on the path. */
const FAR = 4;
/** Weight of the newest round trip in the average. */
const SMOOTHING = 1 / 16;

export class SendWindow {
  readonly #table: ProbeTable;
  #open = 0;
  #recentOpen = 0;
  /** The oldest recent probe. */
  #recentFrom = 0;
  #roundTrip = 0;

  /** @param table of the probes, each of which is reported to this window when it is sent and when it is closed */
  constructor(table: ProbeTable) {
    this.#table = table;
  }

  /** Number of unanswered probes. */
  get open(): number {
    return this.#open;
  }

  /** Returns when the next probe may be sent; `Infinity` if only a reply opens the window. */
  opensAt(now: number): number {
    if (this.#open >= MAX_OPEN) return Number.POSITIVE_INFINITY;
    this.#age(now);
    if (this.#recentOpen < MAX_RECENT || this.#roundTrip >= FAR) return now;
    return this.#table.sentAt(this.#recentFrom) + RECENT;
  }

  opened(): void {
    this.#open += 1;
    this.#recentOpen += 1;
  }

  closed(index: number): void {
    this.#open -= 1;
    if (index >= this.#recentFrom) this.#recentOpen -= 1;
  }

  /** @param roundTrip milliseconds */
  answered(roundTrip: number): void {
    this.#roundTrip += (roundTrip - this.#roundTrip) * SMOOTHING;
  }

  #age(now: number): void {
    const table = this.#table;
    while (this.#recentFrom < table.size && table.sentAt(this.#recentFrom) + RECENT <= now) {
      if (table.state(this.#recentFrom) === ProbeState.sent) this.#recentOpen -= 1;
      this.#recentFrom += 1;
    }
  }
}
