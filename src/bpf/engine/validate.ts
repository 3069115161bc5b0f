/**
 * Checks programs by the rules of Linux (`bpf_check_classic` in net/core/filter.c), with errors that name the
 * instruction. A valid program cannot run past its end; `semantics.ts` defines the rest. @module
 */
import { AncillaryOffset, SKF_AD_OFF } from '../ancillary.ts';
import {
  BPF_MAX_INSTRUCTIONS,
  BPF_MEMORY_WORDS,
  BpfAlu,
  BpfClass,
  type BpfInstruction,
  BpfMode,
} from '../instruction.ts';
import { classOf, isAbsoluteLoad, isAlwaysJump, isJump, isReturn, opcodeOf, operationOf } from './opcode.ts';
import { ProgramError } from './program-error.ts';

export interface ValidateOptions {
  /**
   * Allows `ja` to an earlier instruction, which `protochain` needs. The kernel refuses it; our engines limit the
   * turns.
   */
  readonly backwardJumps?: boolean;
  /** Maximum number of instructions; by default that of Linux, 4,096. */
  readonly most?: number;
}

const ANCILLARY_OFFSETS = new Set<number>(Object.values(AncillaryOffset));

/**
 * Validates a program.
 * @throws ProgramError `BAD_PROGRAM` for the first violation
 */
export function validate(instructions: readonly BpfInstruction[], options: ValidateOptions = {}): void {
  const count = instructions.length;
  if (count === 0) throw new ProgramError('the program is empty');
  const { most = BPF_MAX_INSTRUCTIONS } = options;
  if (count > most) {
    const whose = most === BPF_MAX_INSTRUCTIONS ? ' of Linux' : '';
    throw new ProgramError(`${count} instructions exceed the limit${whose} (${most})`);
  }
  for (const [index, instruction] of instructions.entries()) {
    const problem =
      fieldProblem(instruction) ?? operandProblem(instruction) ?? jumpProblem(instruction, index, count, options);
    if (problem !== undefined) throw new ProgramError(problem, { instruction: index });
  }
  if (!isReturn(instructions[count - 1]?.code ?? 0)) throw new ProgramError('the last instruction is not a return');
  checkMemory(instructions);
}

/** Returns the jump targets of an instruction: one, two, or none. The operand of `ja` is signed. */
export function jumpTargets(instruction: BpfInstruction, index: number): readonly number[] {
  if (!isJump(instruction.code)) return [];
  if (isAlwaysJump(instruction.code)) return [index + 1 + (instruction.k | 0)];
  return [index + 1 + instruction.jt, index + 1 + instruction.jf];
}

/** Returns whether some `ja` leads to itself or to an earlier instruction, which the kernel refuses. */
export function hasBackwardJump(instructions: readonly BpfInstruction[]): boolean {
  return instructions.some((instruction) => isAlwaysJump(instruction.code) && (instruction.k | 0) < 0);
}

function fieldProblem({ code, jt, jf, k }: BpfInstruction): string | undefined {
  if (!isWithin(code, 0xffff) || !isWithin(jt, 0xff) || !isWithin(jf, 0xff) || !isWithin(k, 0xffff_ffff)) {
    return `{ ${code}, ${jt}, ${jf}, ${k} } does not fit struct sock_filter (16, 8, 8 and 32 bits, unsigned)`;
  }
  return opcodeOf(code) === undefined ? `0x${code.toString(16)} is not an opcode of classic BPF` : undefined;
}

function isWithin(value: number, maximum: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= maximum;
}

function operandProblem({ code, k }: BpfInstruction): string | undefined {
  const kind = classOf(code);
  if (kind === BpfClass.alu && opcodeOf(code)?.operand !== 'index') {
    const operation = operationOf(code);
    if ((operation === BpfAlu.div || operation === BpfAlu.mod) && k === 0) return 'division by the constant 0';
    if ((operation === BpfAlu.lsh || operation === BpfAlu.rsh) && k > 31)
      return `shift by ${k} is out of range (0 to 31)`;
  }
  if (isMemoryAccess(code) && k >= BPF_MEMORY_WORDS)
    return `M[${k}] does not exist; M[${BPF_MEMORY_WORDS - 1}] is the last`;
  if (isAbsoluteLoad(code) && k >= SKF_AD_OFF && !ANCILLARY_OFFSETS.has(k - SKF_AD_OFF)) {
    return `no ancillary data at SKF_AD_OFF + ${k - SKF_AD_OFF}`;
  }
  return undefined;
}

/** Returns whether the operand is a scratch word. */
function isMemoryAccess(code: number): boolean {
  const kind = classOf(code);
  if (kind === BpfClass.st || kind === BpfClass.stx) return true;
  return (kind === BpfClass.ld || kind === BpfClass.ldx) && (code & 0xe0) === BpfMode.memory;
}

function jumpProblem(
  instruction: BpfInstruction,
  index: number,
  count: number,
  options: ValidateOptions,
): string | undefined {
  for (const target of jumpTargets(instruction, index)) {
    if (target < 0 || target >= count) return `jump to ${target}, outside the program of ${count} instructions`;
    if (target <= index && options.backwardJumps !== true)
      return `backward jump to ${target}; Linux accepts forward jumps only`;
  }
  return undefined;
}

/**
 * Checks that every path stores a scratch word before it loads it (`check_load_and_stores`), so that engines need not
 * clear M[]. One pass suffices for programs without loops; a backward jump that removes words from the state of its
 * target requires another.
 */
function checkMemory(instructions: readonly BpfInstruction[]): void {
  const ALL = 0xffff;
  const storedAt = new Uint16Array(instructions.length + 1).fill(ALL);
  storedAt[0] = 0;
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const [index, instruction] of instructions.entries()) {
      const stored = storedAfter(instruction, storedAt[index] as number, index);
      const targets = jumpTargets(instruction, index);
      // The set also continues past a return, as in Linux.
      for (const target of targets.length === 0 ? [index + 1] : targets) {
        const before = storedAt[target] as number;
        storedAt[target] = before & stored;
        if (target <= index && (before & stored) !== before) isSettled = false;
      }
    }
  }
}

/**
 * Returns the words that are stored after an instruction, one bit each.
 * @throws ProgramError for a load of another one
 */
function storedAfter({ code, k }: BpfInstruction, stored: number, index: number): number {
  const kind = classOf(code);
  const bit = 1 << (k & 0xf);
  if (kind === BpfClass.st || kind === BpfClass.stx) return stored | bit;
  if (!isMemoryAccess(code) || (stored & bit) !== 0) return stored;
  throw new ProgramError(`M[${k}] is loaded, but not stored on every path to here`, { instruction: index });
}
