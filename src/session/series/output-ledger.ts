/**
 * Accounts for what a recording has used of its limits, for all series that write it. In shared memory, so that series
 * on several threads observe one limit together, and none uses what another has claimed. @module
 */

const ENTRIES = ['frames', 'files', 'taken', 'stored', 'written', 'pending'] as const;

/** Frames and files so far; bytes taken, bytes on the disk, bytes ever written to it, and bytes pending. */
type LedgerEntry = (typeof ENTRIES)[number];

export class OutputLedger {
  /** For `new OutputLedger` on another thread. */
  readonly memory: SharedArrayBuffer;
  readonly #totals: BigInt64Array;

  /** @param memory of an existing ledger; default: a new one */
  constructor(memory = new SharedArrayBuffer(ENTRIES.length * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#totals = new BigInt64Array(memory);
  }

  total(entry: LedgerEntry): number {
    return Number(Atomics.load(this.#totals, ENTRIES.indexOf(entry)));
  }

  /** @param amount an integer; negative to release */
  add(entry: LedgerEntry, amount: number): void {
    if (amount !== 0) Atomics.add(this.#totals, ENTRIES.indexOf(entry), BigInt(amount));
  }

  /** Adds `wanted`, or as much of it as keeps the total within `most`. @returns the amount added */
  claim(entry: LedgerEntry, wanted: number, most: number): number {
    const place = ENTRIES.indexOf(entry);
    for (;;) {
      const before = Atomics.load(this.#totals, place);
      const granted = Math.max(0, Math.floor(Math.min(wanted, most - Number(before))));
      if (Atomics.compareExchange(this.#totals, place, before, before + BigInt(granted)) === before) return granted;
    }
  }
}
