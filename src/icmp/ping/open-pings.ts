/** The pings that are waited for. They leave in order and wait equally long, so the oldest is always the next to expire. @module */
import { ProbeState, type ProbeTable } from '../../probe/index.ts';

export class OpenPings {
  readonly #table: ProbeTable;
  /** How long an answer may take, milliseconds. */
  readonly #wait: number;
  #oldest = 0;

  constructor(table: ProbeTable, wait: number) {
    this.#table = table;
    this.#wait = wait;
  }

  /** True while one is left that has had neither answer nor all its time. */
  get isAny(): boolean {
    return this.#oldest < this.#table.size;
  }

  /** When the oldest has had its time. */
  get nextExpiry(): number {
    return this.isAny ? this.#table.sentAt(this.#oldest) + this.#wait : Infinity;
  }

  /**
   * Lets go of what is settled or has had its time.
   * @param settle told of each in order, with its state until then
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

  /** How many have not had `patience` milliseconds yet. */
  count(now: number, patience: number): number {
    let pending = 0;
    for (let index = this.#table.size - 1; index >= this.#oldest && this.#table.knows(index); index -= 1) {
      if (this.#table.sentAt(index) + patience <= now) break;
      if (this.#table.state(index) === ProbeState.sent) pending += 1;
    }
    return pending;
  }
}
