/** What the pump counts by itself, beyond the 32 bits that it has for it. @module */
import type { CaptureMemory } from '../memory.ts';
import { PumpScratch } from './pump-code.ts';

export class PumpCounters {
  /** Frames recorded: those that the filter let through. */
  accepted = 0;
  truncated = 0;
  vlanTags = 0;
  readonly #last = new Map<number, number>();

  /** Adds what was counted since the last call; at most 2^32 frames may have passed in between. */
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
