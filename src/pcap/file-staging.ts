/**
 * Memory of our own that a disk takes directly: records that lie where no direct write can begin are copied here, with
 * which fewer frames are lost than through the page cache (bench/live/rotation.ts). @module
 */
import { WASM_PAGE_LENGTH, webAssembly } from '../wasm/web-assembly.ts';

const SLOT_LENGTH = 1 << 20;
const SLOT_COUNT = 8;
/** So many slots take a batch of a capture. */
const ENOUGH = 4;

/** Slots for the files of a series; their memory is taken when the first of them is. */
export class Staging {
  #free: Uint8Array[] | undefined;
  #enough = 0;
  #onReturn: () => void = () => {};

  /** A slot that nobody uses: it begins on a page. Undefined: there is none, or none at all without WebAssembly. */
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

/** WebAssembly's memory is the one kind that JavaScript knows to begin on a page. */
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
