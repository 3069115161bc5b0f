/**
 * How many probes of a sweep may be under way. Two bounds: all that are unanswered, which is what a receive buffer holds
 * even if nobody looks; and, while answers come from near, those of the last few milliseconds: a burst that is longer
 * than the queues of whoever answers would be lost there. Silent addresses are soon only of the first kind. @module
 */
import { ProbeState, type ProbeTable } from './probe-table.ts';

const MAX_OPEN = 8_192;
/**
 * A Linux kernel answers about 170 echo requests in one go: their replies wait in the send buffer of one socket for each
 * processor (net/ipv4/icmp.c, icmp_sk_init), and what finds no room there is dropped without a word.
 */
const MAX_RECENT = 128;
/** Milliseconds. */
const RECENT = 10;
/** With round trips from here on, in ms, many answers are on their way at any time, and bursts are spread out. */
const FAR = 4;
/** Weight of the newest round trip among all. */
const SMOOTHING = 1 / 16;

export class SendWindow {
  readonly #table: ProbeTable;
  #open = 0;
  #recentOpen = 0;
  /** The oldest recent probe. */
  #recentFrom = 0;
  #roundTrip = 0;

  /** @param table of probes that are all told to this window when they are sent, and when they are closed */
  constructor(table: ProbeTable) {
    this.#table = table;
  }

  /** Probes without an answer. */
  get open(): number {
    return this.#open;
  }

  /** When another probe may leave; `Infinity` when only an answer makes place for it. */
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
