/** One round of path monitoring: a probe to each hop, from the first to the limit. @module */
import { ProbeState, type ProbeTable } from '../../probe/index.ts';

export class MonitorRound {
  readonly number: number;
  readonly startedAt: number;
  /** The last hop to probe. */
  readonly limit: number;
  /** Probe by hop. */
  readonly #probes = new Map<number, number>();
  readonly #table: ProbeTable;
  nextHop: number;

  constructor(
    number: number,
    startedAt: number,
    hops: { readonly first: number; readonly last: number },
    table: ProbeTable,
  ) {
    this.number = number;
    this.startedAt = startedAt;
    this.nextHop = hops.first;
    this.limit = hops.last;
    this.#table = table;
  }

  /** Adds the probe of a hop. */
  add(hop: number, index: number): void {
    this.#probes.set(hop, index);
  }

  get lastSentAt(): number {
    let last = this.startedAt;
    for (const index of this.#probes.values()) last = Math.max(last, this.#table.sentAt(index));
    return last;
  }

  /** Returns true while a probe to a hop up to `limit` is unanswered. */
  isOpen(limit: number): boolean {
    for (const [hop, index] of this.#probes) {
      if (hop <= limit && this.#table.state(index) === ProbeState.sent) return true;
    }
    return false;
  }

  /**
   * Counts all unanswered probes up to `limit` as lost.
   * @param onLoss called for each; `isForward` is true if no later hop replied in this round
   */
  settle(limit: number, onLoss: (hop: number, isForward: boolean) => void): void {
    let isSeenBehind = false;
    for (let hop = limit; hop > 0; hop -= 1) {
      const index = this.#probes.get(hop);
      if (index === undefined) continue;
      const state = this.#table.state(index);
      if (state === ProbeState.replied) isSeenBehind = true;
      if (state !== ProbeState.sent) continue;
      this.#table.setState(index, ProbeState.expired);
      onLoss(hop, !isSeenBehind);
    }
  }
}
