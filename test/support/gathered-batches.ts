/** Batches of records in page-aligned memory, like those of a capture. @module */
import { webAssembly } from '../../src/wasm/web-assembly.ts';

/** Number of memory areas; no test has more batches in use at once. */
const AREAS = 8;
const AREA_SIZE = 1 << 20;

/** Returns a PCAP record with `length` bytes of data. */
export function recordOf(length: number, fill: number, seconds = 1_700_000_000): Uint8Array {
  const record = new Uint8Array(16 + length).fill(fill);
  const view = new DataView(record.buffer);
  view.setUint32(0, seconds, true);
  view.setUint32(4, fill, true);
  view.setUint32(8, length, true);
  view.setUint32(12, length, true);
  return record;
}

export interface TestBatch {
  readonly bytes: Uint8Array;
  readonly inPlace: boolean;
  readonly frames: number;
  readonly frameBytes: number;
  retain(): () => void;
}

/** Copies lead and records into memory. Overwrites a retained batch when it is released. */
export class TestGatherer {
  /** Number of retained batches. */
  held = 0;
  readonly #memory: Uint8Array;
  #next = 0;

  constructor() {
    const api = webAssembly();
    if (api === undefined) throw new Error('these tests need WebAssembly memory');
    this.#memory = new Uint8Array(new api.Memory({ initial: (AREAS * AREA_SIZE) >> 16 }).buffer);
  }

  /** @param skipped bytes of the lead that are not part of the batch, so that it begins at an odd address */
  gather(lead: Uint8Array, records: readonly Uint8Array[], skipped = 0): TestBatch {
    const area = this.#next * AREA_SIZE;
    this.#next = (this.#next + 1) % AREAS;
    let at = area;
    for (const part of [lead, ...records]) {
      this.#memory.set(part, at);
      at += part.length;
    }
    const bytes = this.#memory.subarray(area + skipped, at);
    return {
      bytes,
      inPlace: false,
      frames: records.length,
      frameBytes: at - area - lead.length - 16 * records.length,
      retain: () => {
        this.held += 1;
        return () => {
          this.held -= 1;
          bytes.fill(0xee);
        };
      },
    };
  }
}
