/**
 * The engine for a program: what was asked for, or the next best that works here. Every engine means the same
 * (`semantics.ts`), so the choice is about speed alone. @module
 */
import { messageOf } from '../../base/errors.ts';
import type { WasmMemory } from '../../wasm/web-assembly.ts';
import { type Ancillary, AncillaryLayout } from '../ancillary.ts';
import { BPF_MAX_INSTRUCTIONS, BpfAlu, BpfClass, type BpfInstruction } from '../instruction.ts';
import { runProgram } from './interpret.ts';
import { loadProgram } from './load-program.ts';
import { classOf, operationOf, usesIndexOperand } from './opcode.ts';
import { hasBackwardJump } from './validate.ts';
import { compileToWasm, type WasmFilter } from './wasm-engine.ts';

/**
 * `interpreter` works everywhere; `wasm` is compiled; `kernel` is `wasm` here, with the program also given to the
 * kernel where frames come from it; `auto` takes the best there is.
 */
const ENGINE_NAMES = ['auto', 'kernel', 'wasm', 'interpreter'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export interface EngineOptions {
  readonly engine?: EngineName;
  /** Where the frames will lie: compiled code reads them in place. Frames elsewhere are judged by interpretation. */
  readonly memory?: WasmMemory;
}

export interface FilterEngine {
  readonly kind: 'interpreter' | 'wasm';
  /** Why a `wasm` or `kernel` engine that was asked for is not to be had; undefined when it is. */
  readonly fallback: string | undefined;
  /** The program may also go to the kernel (`attachFilter`), to drop early what this engine would reject. */
  readonly attach: boolean;
  /** The compiled filter, for those who walk frames in its memory themselves. */
  readonly wasm: WasmFilter | undefined;
  /** Judges `bytes[offset, offset + length)`: bytes to keep, 0 rejects. Never throws on a frame. */
  run(bytes: Uint8Array, offset: number, length: number, wireLength: number, ancillary?: Ancillary): number;
}

/** @throws ProgramError `BAD_PROGRAM` as `validate` does, backward jumps aside */
export function createEngine(instructions: readonly BpfInstruction[], options: EngineOptions = {}): FilterEngine {
  const { engine = 'auto', memory } = options;
  const program = loadProgram(instructions);
  const refusal = kernelRefusal(instructions);
  const attach = (engine === 'kernel' || engine === 'auto') && refusal === undefined;
  const kernelNote = engine === 'kernel' ? refusal : undefined;
  const interpreter: FilterEngine = {
    kind: 'interpreter',
    fallback: kernelNote,
    attach,
    wasm: undefined,
    run: (bytes, offset, length, wireLength, ancillary) =>
      runProgram(program, bytes, offset, Math.min(length, bytes.length - offset), wireLength, ancillary),
  };
  // Frames outside WebAssembly's memory would have to be copied there: interpreting them is quicker.
  if (engine === 'interpreter' || (engine === 'auto' && memory === undefined)) return interpreter;
  try {
    const wasm = compileToWasm(instructions, memory);
    return memory === undefined ? copyingEngine(wasm, interpreter) : inPlaceEngine(wasm, interpreter);
  } catch (error) {
    return { ...interpreter, fallback: `no WebAssembly engine: ${messageOf(error)}` };
  }
}

/**
 * Why Linux would refuse a program that our engines take, or would judge by it otherwise than they do; undefined when
 * it can have the program. Frames that the kernel lets through are judged by our own engine all the same.
 */
export function kernelRefusal(instructions: readonly BpfInstruction[]): string | undefined {
  if (instructions.length > BPF_MAX_INSTRUCTIONS) {
    return `the kernel takes ${BPF_MAX_INSTRUCTIONS} instructions, not ${instructions.length}`;
  }
  if (hasBackwardJump(instructions)) return 'the kernel takes no program with backward jumps';
  if (instructions.some(isShiftByIndex)) return 'the kernel shifts modulo 32 where the filter language gives 0';
  return undefined;
}

function isShiftByIndex({ code }: BpfInstruction): boolean {
  const isShift = operationOf(code) === BpfAlu.lsh || operationOf(code) === BpfAlu.rsh;
  return classOf(code) === BpfClass.alu && isShift && usesIndexOperand(code);
}

/** Compiled code for frames that lie in its memory; others, and those with ancillary values, are interpreted. */
function inPlaceEngine(wasm: WasmFilter, interpreter: FilterEngine): FilterEngine {
  const { match } = wasm;
  const { buffer } = wasm.memory;
  return {
    ...interpreter,
    kind: 'wasm',
    wasm,
    run(bytes, offset, length, wireLength, ancillary) {
      if (bytes.buffer !== buffer || ancillary !== undefined) {
        return interpreter.run(bytes, offset, length, wireLength, ancillary);
      }
      const captured = Math.min(length, bytes.length - offset);
      return match(bytes.byteOffset + offset, captured, wireLength, 0) >>> 0;
    },
  };
}

/** Places in a memory of our own: the ancillary values (not at 0, which means none), then the frame. */
const ANCILLARY_AT = 32;
const FRAME_AT = ANCILLARY_AT + AncillaryLayout.size;

/** Compiled code over a memory of its own, into which each frame is copied. Frames that do not fit are interpreted. */
function copyingEngine(wasm: WasmFilter, interpreter: FilterEngine): FilterEngine {
  const { match } = wasm;
  const memory = new Uint8Array(wasm.memory.buffer);
  const words = new Uint32Array(wasm.memory.buffer, ANCILLARY_AT, AncillaryLayout.size / 4);
  return {
    ...interpreter,
    kind: 'wasm',
    wasm,
    run(bytes, offset, length, wireLength, ancillary) {
      const captured = Math.min(length, bytes.length - offset);
      if (captured > memory.length - FRAME_AT) return interpreter.run(bytes, offset, length, wireLength, ancillary);
      memory.set(bytes.subarray(offset, offset + captured), FRAME_AT);
      if (ancillary === undefined) return match(FRAME_AT, captured, wireLength, 0) >>> 0;
      writeAncillary(words, ancillary);
      return match(FRAME_AT, captured, wireLength, ANCILLARY_AT) >>> 0;
    },
  };
}

function writeAncillary(words: Uint32Array, ancillary: Ancillary): void {
  words[AncillaryLayout.protocol / 4] = ancillary.protocol;
  words[AncillaryLayout.packetType / 4] = ancillary.packetType;
  words[AncillaryLayout.interfaceIndex / 4] = ancillary.interfaceIndex;
  words[AncillaryLayout.hardwareType / 4] = ancillary.hardwareType;
  words[AncillaryLayout.rxHash / 4] = ancillary.rxHash;
  words[AncillaryLayout.vlanTagPresent / 4] = ancillary.vlanTagPresent;
  words[AncillaryLayout.vlanTag / 4] = ancillary.vlanTag;
  words[AncillaryLayout.vlanProtocol / 4] = ancillary.vlanProtocol;
}
