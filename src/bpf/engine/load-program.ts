/**
 * Prepares a program for the interpreter: dense operation numbers that V8 turns into a jump table, absolute jump
 * targets, and one operation for the frequent pair of a load and a comparison. @module
 */
import { SKF_AD_OFF } from '../ancillary.ts';
import {
  BpfAlu,
  BpfClass,
  type BpfInstruction,
  BpfJump,
  BpfMisc,
  BpfMode,
  BpfReturn,
  BpfSize,
  BpfSource,
} from '../instruction.ts';
import { MAX_PROGRAM_LENGTH } from '../language/limits.ts';
import { isAbsoluteLoad, isAlwaysJump, isJump } from './opcode.ts';
import { jumpTargets, validate } from './validate.ts';

/**
 * Operations of the loaded form. In `LoadedProgram.words` an operation is followed by its operands: k; for jumps k and
 * the word offsets of the targets, true before false; for fused ones k of the load, both targets, then k of the jump.
 */
const Operation = {
  loadWord: 0,
  loadHalf: 1,
  loadByte: 2,
  loadWordIndirect: 3,
  loadHalfIndirect: 4,
  loadByteIndirect: 5,
  loadIndexHeader: 6,
  loadConstant: 7,
  loadIndexConstant: 8,
  loadLength: 9,
  loadIndexLength: 10,
  loadMemory: 11,
  loadIndexMemory: 12,
  store: 13,
  storeIndex: 14,
  toIndex: 15,
  fromIndex: 16,
  addConstant: 17,
  addIndex: 18,
  subtractConstant: 19,
  subtractIndex: 20,
  multiplyConstant: 21,
  multiplyIndex: 22,
  divideConstant: 23,
  divideIndex: 24,
  remainderConstant: 25,
  remainderIndex: 26,
  andConstant: 27,
  andIndex: 28,
  orConstant: 29,
  orIndex: 30,
  xorConstant: 31,
  xorIndex: 32,
  leftConstant: 33,
  leftIndex: 34,
  rightConstant: 35,
  rightIndex: 36,
  negate: 37,
  jump: 38,
  jumpBack: 39,
  equalConstant: 40,
  equalIndex: 41,
  greaterConstant: 42,
  greaterIndex: 43,
  greaterOrEqualConstant: 44,
  greaterOrEqualIndex: 45,
  setConstant: 46,
  setIndex: 47,
  returnConstant: 48,
  returnAccumulator: 49,
  loadAncillary: 50,
  loadWordEqual: 51,
  loadHalfEqual: 52,
  loadByteEqual: 53,
  loadHalfSet: 54,
  loadByteSet: 55,
  loadHalfIndirectEqual: 56,
  loadByteIndirectEqual: 57,
} as const;

export interface LoadedProgram {
  readonly words: Int32Array;
}

/**
 * Loads a program. Backward jumps are allowed, and programs as long as the compiler makes them.
 * @throws ProgramError `BAD_PROGRAM` as `validate` does
 */
export function loadProgram(instructions: readonly BpfInstruction[]): LoadedProgram {
  validate(instructions, { backwardJumps: true, most: MAX_PROGRAM_LENGTH });
  const fusedAt = findFusions(instructions);
  const wordOffsets = layOut(instructions, fusedAt);
  const words: number[] = [];
  for (let index = 0; index < instructions.length; index += 1) {
    const instruction = instructions[index] as BpfInstruction;
    const fused = fusedAt.get(index);
    if (fused !== undefined) {
      const jump = instructions[index + 1] as BpfInstruction;
      words.push(fused, instruction.k, ...jumpTargets(jump, index + 1).map((to) => wordOffsets[to] as number), jump.k);
      index += 1;
      continue;
    }
    const operation = operationFor(instruction);
    if (isNeverInside(instruction)) {
      words.push(Operation.returnConstant, 0);
    } else if (operation === Operation.jump || operation === Operation.jumpBack) {
      words.push(operation, wordOffsets[jumpTargets(instruction, index)[0] as number] as number);
    } else if (operation === Operation.loadAncillary) {
      words.push(operation, instruction.k - SKF_AD_OFF);
    } else {
      words.push(operation, instruction.k);
      for (const target of jumpTargets(instruction, index)) words.push(wordOffsets[target] as number);
    }
  }
  return { words: Int32Array.from(words) };
}

/** A load from an offset beyond any frame, so that the interpreter needs no check for negative offsets. */
function isNeverInside({ code, k }: BpfInstruction): boolean {
  const isHeaderLoad = code === (BpfClass.ldx | BpfSize.byte | BpfMode.header);
  return k > 0x7fff_ffff && (isHeaderLoad || (isAbsoluteLoad(code) && k < SKF_AD_OFF));
}

/** A load and the comparison after it that can run as one operation. */
const FUSIONS: ReadonlyMap<number, number> = new Map([
  [fusionKey(Operation.loadWord, Operation.equalConstant), Operation.loadWordEqual],
  [fusionKey(Operation.loadHalf, Operation.equalConstant), Operation.loadHalfEqual],
  [fusionKey(Operation.loadByte, Operation.equalConstant), Operation.loadByteEqual],
  [fusionKey(Operation.loadHalf, Operation.setConstant), Operation.loadHalfSet],
  [fusionKey(Operation.loadByte, Operation.setConstant), Operation.loadByteSet],
  [fusionKey(Operation.loadHalfIndirect, Operation.equalConstant), Operation.loadHalfIndirectEqual],
  [fusionKey(Operation.loadByteIndirect, Operation.equalConstant), Operation.loadByteIndirectEqual],
]);

function fusionKey(load: number, jump: number): number {
  return load * 256 + jump;
}

/** Index of each load that is fused with the next instruction, and the fused operation. */
function findFusions(instructions: readonly BpfInstruction[]): ReadonlyMap<number, number> {
  const targets = new Set(instructions.flatMap((instruction, index) => jumpTargets(instruction, index)));
  const fusions = new Map<number, number>();
  for (let index = 0; index + 1 < instructions.length; index += 1) {
    const load = instructions[index] as BpfInstruction;
    const jump = instructions[index + 1] as BpfInstruction;
    if (!isJump(jump.code) || isNeverInside(load) || targets.has(index + 1)) continue; // no jump leads to the second
    const fused = FUSIONS.get(fusionKey(operationFor(load), operationFor(jump)));
    if (fused !== undefined) fusions.set(index, fused);
  }
  return fusions;
}

/** Word offset of every instruction; that of a fused comparison is not used. */
function layOut(instructions: readonly BpfInstruction[], fusedAt: ReadonlyMap<number, number>): readonly number[] {
  const offsets: number[] = [];
  let offset = 0;
  for (const [index, { code }] of instructions.entries()) {
    offsets.push(offset);
    if (fusedAt.has(index)) offset += 5;
    else if (fusedAt.has(index - 1)) offset += 0;
    else offset += isJump(code) && !isAlwaysJump(code) ? 4 : 2;
  }
  return offsets;
}

function operationFor({ code, k }: BpfInstruction): number {
  if (isAbsoluteLoad(code) && k >= SKF_AD_OFF) return Operation.loadAncillary;
  if (isAlwaysJump(code)) return (k | 0) < 0 ? Operation.jumpBack : Operation.jump;
  return OPERATION_BY_CODE.get(code) as number; // exists in validated programs
}

const { ld, ldx, st, stx, alu, jmp, ret, misc } = BpfClass;
const { word, half, byte } = BpfSize;

/** Operations with a form for the index register, whose number follows that of the form for the constant. */
const TWO_FORMS: readonly (readonly [code: number, operation: number])[] = [
  [alu | BpfAlu.add, Operation.addConstant],
  [alu | BpfAlu.sub, Operation.subtractConstant],
  [alu | BpfAlu.mul, Operation.multiplyConstant],
  [alu | BpfAlu.div, Operation.divideConstant],
  [alu | BpfAlu.mod, Operation.remainderConstant],
  [alu | BpfAlu.and, Operation.andConstant],
  [alu | BpfAlu.or, Operation.orConstant],
  [alu | BpfAlu.xor, Operation.xorConstant],
  [alu | BpfAlu.lsh, Operation.leftConstant],
  [alu | BpfAlu.rsh, Operation.rightConstant],
  [jmp | BpfJump.equal, Operation.equalConstant],
  [jmp | BpfJump.greater, Operation.greaterConstant],
  [jmp | BpfJump.greaterOrEqual, Operation.greaterOrEqualConstant],
  [jmp | BpfJump.set, Operation.setConstant],
];

const OPERATION_BY_CODE: ReadonlyMap<number, number> = new Map([
  [ld | word | BpfMode.absolute, Operation.loadWord],
  [ld | half | BpfMode.absolute, Operation.loadHalf],
  [ld | byte | BpfMode.absolute, Operation.loadByte],
  [ld | word | BpfMode.indirect, Operation.loadWordIndirect],
  [ld | half | BpfMode.indirect, Operation.loadHalfIndirect],
  [ld | byte | BpfMode.indirect, Operation.loadByteIndirect],
  [ldx | byte | BpfMode.header, Operation.loadIndexHeader],
  [ld | BpfMode.immediate, Operation.loadConstant],
  [ldx | BpfMode.immediate, Operation.loadIndexConstant],
  [ld | word | BpfMode.length, Operation.loadLength],
  [ldx | word | BpfMode.length, Operation.loadIndexLength],
  [ld | BpfMode.memory, Operation.loadMemory],
  [ldx | BpfMode.memory, Operation.loadIndexMemory],
  [st, Operation.store],
  [stx, Operation.storeIndex],
  [misc | BpfMisc.tax, Operation.toIndex],
  [misc | BpfMisc.txa, Operation.fromIndex],
  [alu | BpfAlu.neg, Operation.negate],
  [ret | BpfReturn.k, Operation.returnConstant],
  [ret | BpfReturn.a, Operation.returnAccumulator],
  ...TWO_FORMS,
  ...TWO_FORMS.map(([code, operation]): readonly [number, number] => [code | BpfSource.x, operation + 1]),
]);
