/**
 * The pump: the walk over a TPACKET_V3 block with the filter's code inside, as one WebAssembly module over the capture
 * memory. It writes the accepted frames as records one behind the other into the output area, or makes records of them
 * where they are in the ring, so that many blocks go to the file with one `write(2)`. It does what `BlockBatch` does,
 * and is tested against it; what it is for is speed (bench/suites/ring-walk.ts). @module
 */

import { WasmModule } from '../../wasm/module.ts';
import { type WasmFunction, webAssembly } from '../../wasm/web-assembly.ts';
import type { CaptureMemory } from '../memory.ts';
import { PumpEmitter, PumpScratch, type PumpSettings } from './pump-code.ts';

/** From a block of the ring to records. `frames` and `frameBytes` say what the last call recorded. */
export interface Recorder {
  /**
   * Walks the block at `block`, writing to `output` at most `limit` records; both are offsets into the memory.
   * The records of a block never take more bytes than the block.
   * @returns bytes written
   */
  record(block: number, output: number, limit: number): number;
  readonly frames: number;
  readonly frameBytes: number;
}

/** Undefined where WebAssembly is switched off or refuses the filter: walk by `BlockBatch` then. */
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
