/**
 * Creates the engine for a program: the requested one, or the next best that works here. All engines have the same
 * semantics (`semantics.ts`); they differ in speed alone. @module
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
 * `interpreter` works everywhere; `wasm` is compiled; `kernel` is `wasm`, with the program also attached to the socket
 * by the capture; `auto` is the fastest that works.
 */
const ENGINE_NAMES = ['auto', 'kernel', 'wasm', 'interpreter'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export interface EngineOptions {
  readonly engine?: EngineName;
  /** Memory that holds the frames: compiled code reads them in place. Frames elsewhere are interpreted. */
  readonly memory?: WasmMemory;
}

export interface FilterEngine {
  readonly kind: 'interpreter' | 'wasm';
  /** Why the requested `wasm` or `kernel` engine is not available; undefined if it is. */
  readonly fallback: string | undefined;
  /**
   * Whether the program may also be attached to a socket (`attachFilter`), to drop early the frames that this engine
   * would reject.
   */
  readonly attach: boolean;
  /** The compiled filter, for callers that iterate over frames in its memory themselves. */
  readonly wasm: WasmFilter | undefined;
  /** Returns the bytes to keep of the frame `bytes[offset, offset + length)`; 0 rejects it. Never throws on a frame. */
  run(bytes: Uint8Array, offset: number, length: number, wireLength: number, ancillary?: Ancillary): number;
}

/**
 * Creates an engine.
 * @throws ProgramError `BAD_PROGRAM` as `validate` does, except for backward jumps
 */
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
  // Frames outside of WebAssembly memory would have to be copied; interpreting them is faster.
  if (engine === 'interpreter' || (engine === 'auto' && memory === undefined)) return interpreter;
  try {
    const wasm = compileToWasm(instructions, memory);
    return memory === undefined ? copyingEngine(wasm, interpreter) : inPlaceEngine(wasm, interpreter);
  } catch (error) {
    return { ...interpreter, fallback: `WebAssembly engine not available: ${messageOf(error)}` };
  }
}

/**
 * Returns why Linux would refuse a program that our engines accept, or would compute other verdicts; undefined if the
 * kernel can run it. Our own engine filters the frames that the kernel accepts once more in any case.
 */
export function kernelRefusal(instructions: readonly BpfInstruction[]): string | undefined {
  if (instructions.length > BPF_MAX_INSTRUCTIONS) {
    return `the kernel accepts ${BPF_MAX_INSTRUCTIONS} instructions, not ${instructions.length}`;
  }
  if (hasBackwardJump(instructions)) return 'the kernel does not accept backward jumps';
  if (instructions.some(isShiftByIndex)) return 'the kernel shifts modulo 32 where the filter language gives 0';
  return undefined;
}

function isShiftByIndex({ code }: BpfInstruction): boolean {
  const isShift = operationOf(code) === BpfAlu.lsh || operationOf(code) === BpfAlu.rsh;
  return classOf(code) === BpfClass.alu && isShift && usesIndexOperand(code);
}

/** Runs compiled code on frames in its memory; interprets other frames, and those with ancillary data. */
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

/** Addresses in a memory of our own: the ancillary data (not at 0, which means none), then the frame. */
const ANCILLARY_AT = 32;
const FRAME_AT = ANCILLARY_AT + AncillaryLayout.size;

/**
 * Runs compiled code over a memory of its own, into which each frame is copied. Frames that do not fit are interpreted.
 */
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
