/**
 * What a recording has used of its limits: one account for all series that write it. It lies in shared memory, so
 * series on several threads keep to one limit together, and none can use what another has claimed. @module
 */

const ENTRIES = ['frames', 'files', 'taken', 'stored', 'written', 'pending'] as const;

/**
 * Frames and files so far; bytes that were ever taken, that are on the disk, that ever were written to it, and that are
 * on their way to it.
 */
type LedgerEntry = (typeof ENTRIES)[number];

export class OutputLedger {
  /** For `new OutputLedger` on another thread. */
  readonly memory: SharedArrayBuffer;
  readonly #totals: BigInt64Array;

  /** @param memory of the ledger to take part in; none begins a new one */
  constructor(memory = new SharedArrayBuffer(ENTRIES.length * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#totals = new BigInt64Array(memory);
  }

  total(entry: LedgerEntry): number {
    return Number(Atomics.load(this.#totals, ENTRIES.indexOf(entry)));
  }

  /** @param amount whole; negative gives back */
  add(entry: LedgerEntry, amount: number): void {
    if (amount !== 0) Atomics.add(this.#totals, ENTRIES.indexOf(entry), BigInt(amount));
  }

  /** Adds `wanted`, or as much of it as keeps the total within `most`. @returns what was added */
  claim(entry: LedgerEntry, wanted: number, most: number): number {
    const place = ENTRIES.indexOf(entry);
    for (;;) {
      const before = Atomics.load(this.#totals, place);
      const granted = Math.max(0, Math.floor(Math.min(wanted, most - Number(before))));
      if (Atomics.compareExchange(this.#totals, place, before, before + BigInt(granted)) === before) return granted;
    }
  }
}
