/** Extends the 32-bit counters of the pump. @module */
import type { CaptureMemory } from '../memory.ts';
import { PumpScratch } from './pump-code.ts';

export class PumpCounters {
  /** Frames recorded: those that the filter accepted. */
  accepted = 0;
  truncated = 0;
  vlanTags = 0;
  readonly #last = new Map<number, number>();

  /** Adds the counts since the last call, before which at most 2^32 frames may have passed. */
  update(memory: CaptureMemory): void {
    this.accepted += this.#since(memory, PumpScratch.accepted);
    this.truncated += this.#since(memory, PumpScratch.truncated);
    this.vlanTags += this.#since(memory, PumpScratch.vlanTags);
  }

  #since(memory: CaptureMemory, word: number): number {
    const now = memory.view.getUint32(memory.scratch + word, true);
    const since = (now - (this.#last.get(word) ?? 0)) >>> 0;
    this.#last.set(word, now);
    return since;
  }
}
