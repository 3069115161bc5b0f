/** Unanswered pings. They are sent in order with one timeout, so the oldest always expires next. @module */
import { ProbeState, type ProbeTable } from '../../probe/index.ts';

export class OpenPings {
  readonly #table: ProbeTable;
  /** Reply timeout, in milliseconds. */
  readonly #wait: number;
  #oldest = 0;

  constructor(table: ProbeTable, wait: number) {
    this.#table = table;
    this.#wait = wait;
  }

  /** True while a probe is neither settled nor expired. */
  get isAny(): boolean {
    return this.#oldest < this.#table.size;
  }

  /** Time at which the oldest expires. */
  get nextExpiry(): number {
    return this.isAny ? this.#table.sentAt(this.#oldest) + this.#wait : Infinity;
  }

  /**
   * Removes settled and expired probes.
   * @param settle called for each in order, with its previous state
   */
  expire(now: number, settle: (index: number, state: ProbeState) => void): void {
    while (this.isAny) {
      const index = this.#oldest;
      const state = this.#table.state(index);
      const isOpen = state === ProbeState.sent || state === ProbeState.expired;
      if (isOpen && now < this.nextExpiry) return;
      if (state === ProbeState.sent) this.#table.setState(index, ProbeState.expired);
      settle(index, state);
      this.#oldest = index + 1;
    }
  }

  /** Returns the number of unanswered probes sent less than `patience` milliseconds ago. */
  count(now: number, patience: number): number {
    let pending = 0;
    for (let index = this.#table.size - 1; index >= this.#oldest && this.#table.knows(index); index -= 1) {
      if (this.#table.sentAt(index) + patience <= now) break;
      if (this.#table.state(index) === ProbeState.sent) pending += 1;
    }
    return pending;
  }
}
