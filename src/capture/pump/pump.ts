/**
 * The pump: the walk over a TPACKET_V3 block with the code of the filter inside, as one WebAssembly module over the
 * capture memory. It writes accepted frames as records into the output area, or turns them into records in the ring, so
 * that one `write(2)` covers many blocks. It does what `BlockBatch` does, faster (bench/suites/ring-walk.ts), and is
 * tested against it. @module
 */
import { WasmModule } from '../../wasm/module.ts';
import { type WasmFunction, webAssembly } from '../../wasm/web-assembly.ts';
import type { CaptureMemory } from '../memory.ts';
import { PumpEmitter, PumpScratch, type PumpSettings } from './pump-code.ts';

/** Turns a block of the ring into records. `frames` and `frameBytes` describe the last call. */
export interface Recorder {
  /**
   * Records the block at `block` to `output`, at most `limit` frames. Both are offsets into the memory. The records of
   * a block never exceed its size.
   * @returns bytes written
   */
  record(block: number, output: number, limit: number): number;
  readonly frames: number;
  readonly frameBytes: number;
}

/** Returns undefined if WebAssembly is disabled or cannot run the filter: use `BlockBatch` then. */
export function createPump(memory: CaptureMemory, settings: PumpSettings): Recorder | undefined {
  const api = webAssembly();
  if (api === undefined || memory.memory === undefined) return undefined;
  try {
    const bytes = encodePump(memory, settings);
    const instance = new api.Instance(new api.Module(bytes), { capture: { memory: memory.memory } });
    const record = instance.exports['record'] as WasmFunction;
    const words = memory.scratch >>> 2;
    return {
      record: (block, output, limit) => record(block, output, limit) >>> 0,
      get frames() {
        return memory.words[words + PumpScratch.frames / 4] ?? 0;
      },
      get frameBytes() {
        return memory.words[words + PumpScratch.frameBytes / 4] ?? 0;
      },
    };
  } catch {
    return undefined;
  }
}

function encodePump(memory: CaptureMemory, settings: PumpSettings): Uint8Array {
  const module = new WasmModule();
  module.importMemory('capture', 'memory', { initial: 0 });
  const record = module.addFunction({ parameters: ['i32', 'i32', 'i32'], results: ['i32'] }, (code) => {
    new PumpEmitter(code, memory.scratch, settings).emit();
  });
  module.exportFunction('record', record);
  return module.encode();
}

/** Extends the 32-bit counters of the pump. */
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
