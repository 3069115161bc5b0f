/**
 * Page-aligned memory for direct writes: records at addresses that a direct write cannot begin at are copied here. That
 * loses fewer frames than the page cache (bench/live/rotation.ts). @module
 */
import { WASM_PAGE_LENGTH, webAssembly } from '../wasm/web-assembly.ts';

const SLOT_LENGTH = 1 << 20;
const SLOT_COUNT = 8;
/** Slots that a batch of a capture needs. */
const ENOUGH = 4;

/** Slots shared by the files of a series; allocated on first use. */
export class Staging {
  #free: Uint8Array[] | undefined;
  #enough = 0;
  #onReturn: () => void = () => {};

  /** Returns a free, page-aligned slot. Undefined if none is free, or always without WebAssembly. */
  take(): Uint8Array | undefined {
    if (this.#free === undefined) {
      this.#free = createSlots();
      this.#enough = Math.min(ENOUGH, this.#free.length);
    }
    return this.#free.shift();
  }

  giveBack(slot: Uint8Array): void {
    this.#free?.push(slot);
    this.#onReturn();
  }

  /** Resolves when there is room for a batch. */
  async ready(): Promise<void> {
    while (this.#free !== undefined && this.#free.length < this.#enough) {
      await new Promise<void>((resolve) => {
        this.#onReturn = resolve;
      });
    }
  }
}

/** WebAssembly memory is the only memory that JavaScript can rely on to be page-aligned. */
function createSlots(): Uint8Array[] {
  const api = webAssembly();
  if (api === undefined) return [];
  try {
    const pages = (SLOT_COUNT * SLOT_LENGTH) / WASM_PAGE_LENGTH;
    const { buffer } = new api.Memory({ initial: pages, maximum: pages });
    return Array.from({ length: SLOT_COUNT }, (_, slot) => new Uint8Array(buffer, slot * SLOT_LENGTH, SLOT_LENGTH));
  } catch {
    return [];
  }
}
