/**
 * Runs a program on one frame and records each step. It reads the instructions without any preparation, so the tests
 * also use it as a reference for the engines. @module
 */
import { readU8, readU16, readU32 } from '../../base/bytes.ts';
import { type Ancillary, AncillaryOffset, SKF_AD_OFF } from '../ancillary.ts';
import {
  BPF_MEMORY_WORDS,
  BpfAlu,
  BpfClass,
  type BpfInstruction,
  BpfMisc,
  BpfMode,
  BpfReturn,
} from '../instruction.ts';
import { MAX_PROGRAM_LENGTH } from '../language/limits.ts';
import { classOf, isAbsoluteLoad, isAlwaysJump, loadWidth, operationOf, usesIndexOperand } from './opcode.ts';
import { BACKWARD_JUMP_LIMIT, calculate, compare, SERVED_ANCILLARY } from './semantics.ts';
import { validate } from './validate.ts';

/** Why a program ended. All but `return` reject the frame. */
export type TraceEnd = 'return' | 'outside-frame' | 'division-by-zero' | 'no-ancillary' | 'loop-limit';

export interface TraceStep {
  /** Index of the instruction. */
  readonly index: number;
  /** Registers after the step, unsigned. */
  readonly a: number;
  readonly x: number;
  /** Bytes of the frame that the step read, or tried to read. */
  readonly read?: { readonly offset: number; readonly length: number };
  /** Outcome of a conditional jump. */
  readonly taken?: boolean;
  readonly end?: TraceEnd;
}

export interface Trace {
  /** The first steps; a loop may have more than are kept. */
  readonly steps: readonly TraceStep[];
  readonly omitted: number;
  /** What `interpret` returns. */
  readonly verdict: number;
}

const KEPT_STEPS = 10_000;

/**
 * Runs a program like `interpret`, and records every step.
 * @throws ProgramError `BAD_PROGRAM` as `validate` does
 */
export function trace(
  instructions: readonly BpfInstruction[],
  frame: Uint8Array,
  wireLength: number = frame.length,
  ancillary?: Ancillary,
): Trace {
  validate(instructions, { backwardJumps: true, most: MAX_PROGRAM_LENGTH });
  const machine = new Machine(frame, wireLength, ancillary);
  const steps: TraceStep[] = [];
  let omitted = 0;
  for (;;) {
    const step = machine.step(instructions[machine.index] as BpfInstruction);
    if (steps.length < KEPT_STEPS) steps.push(step);
    else omitted += 1;
    if (step.end !== undefined) return { steps, omitted, verdict: machine.verdict };
  }
}

/** Effects of one instruction besides changing registers. */
type Effect = Pick<TraceStep, 'read' | 'taken' | 'end'>;

const NOTHING: Effect = {};

class Machine {
  index = 0;
  verdict = 0;
  #a = 0;
  #x = 0;
  #backwardJumps = 0;
  readonly #memory = new Uint32Array(BPF_MEMORY_WORDS);
  readonly #frame: Uint8Array;
  readonly #wireLength: number;
  readonly #ancillary: Ancillary | undefined;

  constructor(frame: Uint8Array, wireLength: number, ancillary: Ancillary | undefined) {
    this.#frame = frame;
    this.#wireLength = wireLength;
    this.#ancillary = ancillary;
  }

  step(instruction: BpfInstruction): TraceStep {
    const index = this.index;
    this.index += 1;
    const effect = this.#execute(instruction);
    return { index, a: this.#a, x: this.#x, ...effect };
  }

  #execute(instruction: BpfInstruction): Effect {
    const { code, k } = instruction;
    switch (classOf(code)) {
      case BpfClass.ld:
        return this.#load(code, k);
      case BpfClass.ldx:
        return this.#loadIndex(code, k);
      case BpfClass.st:
        this.#memory[k] = this.#a;
        return NOTHING;
      case BpfClass.stx:
        this.#memory[k] = this.#x;
        return NOTHING;
      case BpfClass.alu:
        return this.#calculate(operationOf(code), usesIndexOperand(code) ? this.#x : k);
      case BpfClass.jmp:
        return this.#jump(instruction);
      case BpfClass.ret:
        this.verdict = (code & 0x18) === BpfReturn.a ? this.#a : k;
        return { end: 'return' };
      default:
        if ((code & 0xf8) === BpfMisc.tax) this.#x = this.#a;
        else this.#a = this.#x;
        return NOTHING;
    }
  }

  #load(code: number, k: number): Effect {
    if (isAbsoluteLoad(code) && k >= SKF_AD_OFF) return this.#loadAncillary(k - SKF_AD_OFF);
    switch (code & 0xe0) {
      case BpfMode.absolute:
        return this.#loadFrame(k, loadWidth(code));
      case BpfMode.indirect:
        return this.#loadFrame((this.#x + k) >>> 0, loadWidth(code));
      case BpfMode.length:
        this.#a = this.#wireLength;
        return NOTHING;
      case BpfMode.memory:
        this.#a = this.#memory[k] as number;
        return NOTHING;
      default:
        this.#a = k;
        return NOTHING;
    }
  }

  #loadFrame(offset: number, length: 1 | 2 | 4): Effect {
    const read = { offset, length };
    if (offset + length > this.#frame.length) return { read, end: 'outside-frame' };
    if (length === 4) this.#a = readU32(this.#frame, offset);
    else this.#a = length === 2 ? readU16(this.#frame, offset) : readU8(this.#frame, offset);
    return { read };
  }

  #loadAncillary(offset: number): Effect {
    if (offset === AncillaryOffset.aluXorX) {
      this.#a = (this.#a ^ this.#x) >>> 0;
      return NOTHING;
    }
    const name = SERVED_ANCILLARY.get(offset);
    if (name === undefined || this.#ancillary === undefined) return { end: 'no-ancillary' };
    this.#a = this.#ancillary[name];
    return NOTHING;
  }

  #loadIndex(code: number, k: number): Effect {
    switch (code & 0xe0) {
      case BpfMode.header: {
        const read = { offset: k, length: 1 };
        if (k >= this.#frame.length) return { read, end: 'outside-frame' };
        this.#x = (readU8(this.#frame, k) & 0xf) * 4;
        return { read };
      }
      case BpfMode.length:
        this.#x = this.#wireLength;
        return NOTHING;
      case BpfMode.memory:
        this.#x = this.#memory[k] as number;
        return NOTHING;
      default:
        this.#x = k;
        return NOTHING;
    }
  }

  #calculate(operation: number, operand: number): Effect {
    if ((operation === BpfAlu.div || operation === BpfAlu.mod) && operand === 0) return { end: 'division-by-zero' };
    this.#a = calculate(operation, this.#a, operand);
    return NOTHING;
  }

  #jump({ code, jt, jf, k }: BpfInstruction): Effect {
    if (isAlwaysJump(code)) {
      this.index += k | 0;
      if ((k | 0) >= 0) return NOTHING;
      this.#backwardJumps += 1;
      return this.#backwardJumps > BACKWARD_JUMP_LIMIT ? { end: 'loop-limit' } : NOTHING;
    }
    const taken = compare(operationOf(code), this.#a, usesIndexOperand(code) ? this.#x : k);
    this.index += taken ? jt : jf;
    return { taken };
  }
}
