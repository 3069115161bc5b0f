/**
 * Compiles a filter to a WebAssembly module over the memory that holds the frames, with one function for a frame and
 * one for a table of frames. `bench/suites/filter-engines.ts` measures both. @module
 */

import { WasmModule } from '../../wasm/module.ts';
import { type WasmImports, type WasmMemory, type WasmMemoryLimits, webAssembly } from '../../wasm/web-assembly.ts';
import type { BpfInstruction } from '../instruction.ts';
import { type FilterPlan, planFilter } from './filter-plan.ts';
import { ProgramError } from './program-error.ts';
import { validate } from './validate.ts';
import { emitPlan } from './wasm-filter.ts';

/** Layout of a frame in a batch: 32-bit little-endian words at these byte offsets. The engine writes `verdict`. */
export const BatchEntry = { frame: 0, captured: 4, wire: 8, verdict: 12, size: 16 } as const;

export interface WasmFilter {
  readonly memory: WasmMemory;
  /**
   * Filters the frame of `captured` bytes at address `frame`; `ancillary` is the address of an `AncillaryLayout`, 0 for
   * none. Returns the bytes to keep as a signed number: `>>> 0` converts it to the result of `interpret`; 0 rejects.
   */
  readonly match: (frame: number, captured: number, wire: number, ancillary: number) => number;
  /**
   * Filters `count` frames in the table at address `entries` (`BatchEntry`), writes each verdict there, and returns the
   * number of frames kept. `ancillary` is the same for all of them.
   */
  readonly matchBatch: (entries: number, count: number, ancillary: number) => number;
}

/** Longer code is interpreted. 4,096 instructions need about a tenth of this. */
const LONGEST_MODULE = 2 ** 20;

/** Maximum number of pages of a memory (4 GiB). */
const MOST_PAGES = 65_536;

/**
 * Compiles a program.
 * @param memory the memory that holds the frames; without it, a page of the filter's own
 * @throws ProgramError `BAD_PROGRAM` for a program that `validate` refuses, or whose code is too long
 * @throws Error where WebAssembly is missing or forbidden
 */
export function compileToWasm(instructions: readonly BpfInstruction[], memory?: WasmMemory): WasmFilter {
  const api = webAssembly();
  if (api === undefined) throw new Error('WebAssembly is not available');
  const frames = memory ?? new api.Memory({ initial: 1 });
  const bytes = encodeFilterModule(instructions, frames);
  if (bytes.length > LONGEST_MODULE) throw new ProgramError(`${bytes.length} bytes of WebAssembly code are too many`);
  const imports: WasmImports = { host: { memory: frames } };
  const exports = new api.Instance(new api.Module(bytes), imports).exports;
  return {
    memory: frames,
    match: exports['match'] as WasmFilter['match'],
    matchBatch: exports['matchBatch'] as WasmFilter['matchBatch'],
  };
}

function encodeFilterModule(instructions: readonly BpfInstruction[], memory: WasmMemory): Uint8Array {
  validate(instructions, { backwardJumps: true });
  const plan = planFilter(instructions);
  const module = new WasmModule();
  module.importMemory('host', 'memory', limitsFor(memory));
  const match = module.addFunction({ parameters: ['i32', 'i32', 'i32', 'i32'], results: ['i32'] }, (code) => {
    emitPlan(code, plan, { frame: 0, captured: 1, wire: 2, ancillary: 3 });
  });
  module.exportFunction('match', match);
  module.exportFunction('matchBatch', emitBatch(module, plan));
  return module.encode();
}

/** An import accepts any memory within its limits; a shared one must be declared as such, with a maximum. */
function limitsFor(memory: WasmMemory): WasmMemoryLimits {
  const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  return isShared ? { initial: 0, maximum: MOST_PAGES, shared: true } : { initial: 0 };
}

/** Adds `(entries, count, ancillary) -> kept`, with the filter inlined: not all engines inline calls. */
function emitBatch(module: WasmModule, plan: FilterPlan): number {
  return module.addFunction({ parameters: ['i32', 'i32', 'i32'], results: ['i32'] }, (code) => {
    const [entry, count, ancillary] = [0, 1, 2];
    const [end, frame, captured, wire, verdict, kept] = [
      code.local(),
      code.local(),
      code.local(),
      code.local(),
      code.local(),
      code.local(),
    ];
    code.get(entry).get(count).i32(BatchEntry.size).op('i32.mul').op('i32.add').set(end);
    const done = code.block();
    code.get(entry).get(end).op('i32.ge_u').branchIf(done);
    const next = code.loop();
    code.get(entry).load('i32.load', BatchEntry.frame).set(frame);
    code.get(entry).load('i32.load', BatchEntry.captured).set(captured);
    code.get(entry).load('i32.load', BatchEntry.wire).set(wire);
    emitPlan(code, plan, { frame, captured, wire, ancillary });
    code.set(verdict);
    code.get(entry).get(verdict).store('i32.store', BatchEntry.verdict);
    code.get(kept).get(verdict).i32(0).op('i32.ne').op('i32.add').set(kept);
    code.get(entry).i32(BatchEntry.size).op('i32.add').tee(entry);
    code.get(end).op('i32.lt_u').branchIf(next);
    code.end().end();
    code.get(kept);
  });
}
