/**
 * Splits a program into basic blocks, with the facts that the code generator needs: which registers are live, and the
 * shortest frame that a block does not reject for certain. @module
 */
import { SKF_AD_OFF } from '../ancillary.ts';
import { BpfClass, type BpfInstruction, BpfMisc, BpfMode, BpfReturn } from '../instruction.ts';
import { classOf, isAbsoluteLoad, isJump, isReturn, loadWidth, usesIndexOperand } from './opcode.ts';
import { hasBackwardJump, jumpTargets } from './validate.ts';

/** Registers by number: A, X, then M[0] to M[15]. */
export const REGISTER_A = 0;
export const REGISTER_X = 1;
export const REGISTER_M = 2;
export const REGISTER_COUNT = 18;

/** Longer than any frame; only programs that reject everything need more. */
const LONGEST_FRAME = 0x7fff_ffff;

export interface FilterBlock {
  /** Instructions `[start, end)`; the last one may be a jump or a return. */
  readonly start: number;
  readonly end: number;
  /** Numbers of the successors: none after a return, else one, or two (for true and false). */
  readonly successors: readonly number[];
  readonly predecessors: readonly number[];
  /** Frames with fewer captured bytes are certain to be rejected; Infinity: every frame is. */
  readonly needed: number;
  /** Bit set of the live registers: those that are read before they are written. */
  readonly liveIn: number;
}

export interface FilterGraph {
  /** The reachable blocks in program order: without loops, every block comes after its predecessors. */
  readonly blocks: readonly FilterBlock[];
  readonly hasLoop: boolean;
}

interface MutableBlock {
  readonly start: number;
  readonly end: number;
  readonly successors: number[];
  readonly predecessors: number[];
  needed: number;
  liveIn: number;
}

/** Builds the graph of `instructions`, which have passed `validate`. */
export function buildGraph(instructions: readonly BpfInstruction[]): FilterGraph {
  const blocks = reachableBlocks(instructions);
  const hasLoop = hasBackwardJump(instructions);
  findNeeded(instructions, blocks);
  findLiveness(instructions, blocks);
  return { blocks, hasLoop };
}

function reachableBlocks(instructions: readonly BpfInstruction[]): MutableBlock[] {
  const leaders = new Set([0]);
  for (const [index, instruction] of instructions.entries()) {
    for (const target of jumpTargets(instruction, index)) leaders.add(target);
    if (isJump(instruction.code) || isReturn(instruction.code)) leaders.add(index + 1);
  }
  const isReachable = findReachable(instructions);
  const starts = [...leaders].filter((start) => isReachable[start] === 1).sort((left, right) => left - right);
  const numberAt = new Map(starts.map((start, number) => [start, number]));
  const blocks = starts.map((start): MutableBlock => {
    let end = start + 1;
    while (!leaders.has(end)) end += 1;
    const targets = targetsAfter(instructions, end - 1);
    const successors = targets.map((target) => numberAt.get(target) as number);
    return { start, end, successors, predecessors: [], needed: 0, liveIn: 0 };
  });
  for (const [number, block] of blocks.entries()) {
    for (const successor of new Set(block.successors)) blocks[successor]?.predecessors.push(number);
  }
  return blocks;
}

/** Returns the successors of the instruction at `index`. */
function targetsAfter(instructions: readonly BpfInstruction[], index: number): readonly number[] {
  const instruction = instructions[index] as BpfInstruction;
  if (isReturn(instruction.code)) return [];
  return isJump(instruction.code) ? jumpTargets(instruction, index) : [index + 1];
}

function findReachable(instructions: readonly BpfInstruction[]): Uint8Array {
  const isReachable = new Uint8Array(instructions.length);
  const open = [0];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (isReachable[index] === 1) continue;
    isReachable[index] = 1;
    open.push(...targetsAfter(instructions, index));
  }
  return isReachable;
}

/**
 * Computes the shortest frames. Every path through a block executes its loads, or rejects; so a frame too short for any
 * of them can be rejected at the head of the block, and so can one too short for all successors. Backward edges
 * guarantee nothing.
 */
function findNeeded(instructions: readonly BpfInstruction[], blocks: readonly MutableBlock[]): void {
  for (let number = blocks.length - 1; number >= 0; number -= 1) {
    const block = blocks[number] as MutableBlock;
    let needed = neededAfter(instructions, blocks, number);
    for (let index = block.start; index < block.end; index += 1) {
      needed = Math.max(needed, reachOf(instructions[index] as BpfInstruction));
    }
    block.needed = needed > LONGEST_FRAME ? Number.POSITIVE_INFINITY : needed;
  }
}

function neededAfter(instructions: readonly BpfInstruction[], blocks: readonly MutableBlock[], number: number): number {
  const block = blocks[number] as MutableBlock;
  const last = instructions[block.end - 1] as BpfInstruction;
  if (isReturn(last.code)) return last.code === RETURN_K && last.k === 0 ? Number.POSITIVE_INFINITY : 0;
  let needed = Number.POSITIVE_INFINITY;
  for (const successor of block.successors) {
    needed = Math.min(needed, successor > number ? (blocks[successor]?.needed ?? 0) : 0);
  }
  return needed;
}

const RETURN_K = BpfClass.ret | BpfReturn.k;

/** Returns the number of bytes that an instruction needs for certain. */
function reachOf({ code, k }: BpfInstruction): number {
  if (isAbsoluteLoad(code)) return k >= SKF_AD_OFF ? 0 : k + loadWidth(code);
  return classOf(code) === BpfClass.ldx && (code & 0xe0) === BpfMode.header ? k + 1 : 0;
}

function findLiveness(instructions: readonly BpfInstruction[], blocks: readonly MutableBlock[]): void {
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (let number = blocks.length - 1; number >= 0; number -= 1) {
      const block = blocks[number] as MutableBlock;
      let live = 0;
      for (const successor of block.successors) live |= blocks[successor]?.liveIn ?? 0;
      for (let index = block.end - 1; index >= block.start; index -= 1) {
        const { reads, writes } = registersOf(instructions[index] as BpfInstruction);
        live = (live & ~writes) | reads;
      }
      isChanged ||= live !== block.liveIn;
      block.liveIn = live;
    }
  }
}

const A = 1 << REGISTER_A;
const X = 1 << REGISTER_X;

/** Returns bit sets of the registers that an instruction reads and writes. */
function registersOf({ code, k }: BpfInstruction): { readonly reads: number; readonly writes: number } {
  const mode = code & 0xe0;
  const word = 1 << (REGISTER_M + (k & 0xf));
  switch (classOf(code)) {
    case BpfClass.ld:
      if (mode === BpfMode.memory) return { reads: word, writes: A };
      if (mode === BpfMode.indirect) return { reads: X, writes: A };
      // SKF_AD_ALU_XOR_X reads both; for the other ancillary loads this is merely conservative.
      return { reads: mode === BpfMode.absolute && k >= SKF_AD_OFF ? A | X : 0, writes: A };
    case BpfClass.ldx:
      return { reads: mode === BpfMode.memory ? word : 0, writes: X };
    case BpfClass.st:
      return { reads: A, writes: word };
    case BpfClass.stx:
      return { reads: X, writes: word };
    case BpfClass.alu:
      return { reads: usesIndexOperand(code) ? A | X : A, writes: A };
    case BpfClass.jmp:
      return { reads: usesIndexOperand(code) ? A | X : A, writes: 0 };
    case BpfClass.ret:
      return { reads: (code & 0x18) === BpfReturn.a ? A : 0, writes: 0 };
    default:
      return (code & 0xf8) === BpfMisc.tax ? { reads: A, writes: X } : { reads: X, writes: A };
  }
}
