/**
 * All codes of classic BPF that Linux accepts (`chk_code_allowed` in net/core/filter.c), each with its mnemonic and the
 * form of its operand in tcpdump's output. @module
 */
import { BpfAlu, BpfClass, BpfJump, BpfMisc, BpfMode, BpfReturn, BpfSize, BpfSource } from '../instruction.ts';

export type OperandForm =
  | 'none'
  | 'absolute' // [k]
  | 'indirect' // [x + k]
  | 'header' // 4*([k]&0xf)
  | 'length' // #pktlen
  | 'memory' // M[k]
  | 'decimal' // #k
  | 'hexadecimal' // #0xk
  | 'index' // x
  | 'target'; // number of an instruction

export interface Opcode {
  readonly code: number;
  readonly mnemonic: string;
  readonly operand: OperandForm;
}

const { ld, ldx, st, stx, alu, jmp, ret, misc } = BpfClass;
const { word, half, byte } = BpfSize;

const LOADS: readonly Opcode[] = [
  { code: ld | word | BpfMode.absolute, mnemonic: 'ld', operand: 'absolute' },
  { code: ld | half | BpfMode.absolute, mnemonic: 'ldh', operand: 'absolute' },
  { code: ld | byte | BpfMode.absolute, mnemonic: 'ldb', operand: 'absolute' },
  { code: ld | word | BpfMode.indirect, mnemonic: 'ld', operand: 'indirect' },
  { code: ld | half | BpfMode.indirect, mnemonic: 'ldh', operand: 'indirect' },
  { code: ld | byte | BpfMode.indirect, mnemonic: 'ldb', operand: 'indirect' },
  { code: ld | word | BpfMode.length, mnemonic: 'ld', operand: 'length' },
  { code: ld | BpfMode.immediate, mnemonic: 'ld', operand: 'hexadecimal' },
  { code: ld | BpfMode.memory, mnemonic: 'ld', operand: 'memory' },
  { code: ldx | BpfMode.immediate, mnemonic: 'ldx', operand: 'hexadecimal' },
  { code: ldx | BpfMode.memory, mnemonic: 'ldx', operand: 'memory' },
  { code: ldx | word | BpfMode.length, mnemonic: 'ldx', operand: 'length' },
  { code: ldx | byte | BpfMode.header, mnemonic: 'ldxb', operand: 'header' },
];

const OTHERS: readonly Opcode[] = [
  { code: st, mnemonic: 'st', operand: 'memory' },
  { code: stx, mnemonic: 'stx', operand: 'memory' },
  { code: alu | BpfAlu.neg, mnemonic: 'neg', operand: 'none' },
  { code: jmp | BpfJump.always, mnemonic: 'ja', operand: 'target' },
  { code: ret | BpfReturn.k, mnemonic: 'ret', operand: 'decimal' },
  { code: ret | BpfReturn.a, mnemonic: 'ret', operand: 'none' },
  { code: misc | BpfMisc.tax, mnemonic: 'tax', operand: 'none' },
  { code: misc | BpfMisc.txa, mnemonic: 'txa', operand: 'none' },
];

/** Operations in two forms: with the constant, printed in this form, and with the index register. */
const TWO_FORMS: readonly Opcode[] = [
  { code: alu | BpfAlu.add, mnemonic: 'add', operand: 'decimal' },
  { code: alu | BpfAlu.sub, mnemonic: 'sub', operand: 'decimal' },
  { code: alu | BpfAlu.mul, mnemonic: 'mul', operand: 'decimal' },
  { code: alu | BpfAlu.div, mnemonic: 'div', operand: 'decimal' },
  { code: alu | BpfAlu.mod, mnemonic: 'mod', operand: 'decimal' },
  { code: alu | BpfAlu.lsh, mnemonic: 'lsh', operand: 'decimal' },
  { code: alu | BpfAlu.rsh, mnemonic: 'rsh', operand: 'decimal' },
  { code: alu | BpfAlu.and, mnemonic: 'and', operand: 'hexadecimal' },
  { code: alu | BpfAlu.or, mnemonic: 'or', operand: 'hexadecimal' },
  { code: alu | BpfAlu.xor, mnemonic: 'xor', operand: 'hexadecimal' },
  { code: jmp | BpfJump.equal, mnemonic: 'jeq', operand: 'hexadecimal' },
  { code: jmp | BpfJump.greater, mnemonic: 'jgt', operand: 'hexadecimal' },
  { code: jmp | BpfJump.greaterOrEqual, mnemonic: 'jge', operand: 'hexadecimal' },
  { code: jmp | BpfJump.set, mnemonic: 'jset', operand: 'hexadecimal' },
];

export const OPCODES: readonly Opcode[] = [
  ...LOADS,
  ...OTHERS,
  ...TWO_FORMS,
  ...TWO_FORMS.map((entry): Opcode => ({ ...entry, code: entry.code | BpfSource.x, operand: 'index' })),
];

const BY_CODE = new Map(OPCODES.map((entry) => [entry.code, entry]));

/** Undefined if Linux refuses the code. */
export function opcodeOf(code: number): Opcode | undefined {
  return BY_CODE.get(code);
}

export function classOf(code: number): number {
  return code & 0x07;
}

/** Width of a packet load in bytes. */
export function loadWidth(code: number): 1 | 2 | 4 {
  const size = code & 0x18;
  if (size === BpfSize.byte) return 1;
  return size === BpfSize.half ? 2 : 4;
}

/** Operation of an `alu` or `jmp` code. */
export function operationOf(code: number): number {
  return code & 0xf0;
}

export function isJump(code: number): boolean {
  return classOf(code) === BpfClass.jmp;
}

export function isAlwaysJump(code: number): boolean {
  return code === (BpfClass.jmp | BpfJump.always);
}

export function isReturn(code: number): boolean {
  return classOf(code) === BpfClass.ret;
}

/** Returns whether the code is a load at a fixed offset, ancillary ones included. */
export function isAbsoluteLoad(code: number): boolean {
  return classOf(code) === BpfClass.ld && (code & 0xe0) === BpfMode.absolute;
}

/** Returns whether the second operand is the index register. */
export function usesIndexOperand(code: number): boolean {
  return (code & 0x08) === BpfSource.x;
}
