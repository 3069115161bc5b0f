/** Counts the instructions that a program executes on a packet, without any code of the engines. @module */
import type { BpfInstruction } from '../../src/bpf/instruction.ts';

const MAX_STEPS = 100_000;

export function countSteps(program: readonly BpfInstruction[], bytes: Uint8Array, wireLength: number): number {
  const memory = new Array<number>(16).fill(0);
  let a = 0;
  let x = 0;
  let at = 0;
  const load = (offset: number, size: number) => {
    if (offset + size > bytes.length) return -1;
    let value = 0;
    for (let index = 0; index < size; index += 1) value = value * 256 + (bytes[offset + index] ?? 0);
    return value;
  };
  for (let steps = 1; steps < MAX_STEPS; steps += 1) {
    const instruction = program[at];
    if (instruction === undefined) throw new Error('the program has no return at its end');
    at += 1;
    const { code, k, jt, jf } = instruction;
    const operand = (code & 0x08) !== 0 ? x : k;
    switch (code & 0x07) {
      case 0:
      case 1: {
        const size = [4, 2, 1][(code & 0x18) >> 3] ?? 1;
        const mode = code & 0xe0;
        let value = k;
        if (mode === 0x20) value = load(k, size);
        else if (mode === 0x40) value = load(x + k, size);
        else if (mode === 0x60) value = memory[k] ?? 0;
        else if (mode === 0x80) value = wireLength;
        else if (mode === 0xa0) value = load(k, 1) < 0 ? -1 : (load(k, 1) & 0xf) * 4;
        if (value < 0) return steps;
        if ((code & 0x07) === 0) a = value;
        else x = value;
        break;
      }
      case 2:
        memory[k] = a;
        break;
      case 3:
        memory[k] = x;
        break;
      case 4: {
        const operation = code & 0xf0;
        if ((operation === 0x30 || operation === 0x90) && operand === 0) return steps;
        a = arithmetic(operation, a, operand);
        break;
      }
      case 5: {
        const operation = code & 0xf0;
        if (operation === 0) at += k | 0;
        else at += holds(operation, a, operand) ? jt : jf;
        break;
      }
      case 6:
        return steps;
      default:
        if ((code & 0x80) !== 0) a = x;
        else x = a;
    }
  }
  return MAX_STEPS;
}

function holds(operation: number, a: number, operand: number): boolean {
  if (operation === 0x10) return a === operand;
  if (operation === 0x20) return a > operand;
  if (operation === 0x30) return a >= operand;
  return (a & operand) !== 0;
}

function arithmetic(operation: number, a: number, operand: number): number {
  switch (operation) {
    case 0x00:
      return (a + operand) >>> 0;
    case 0x10:
      return (a - operand) >>> 0;
    case 0x20:
      return Math.imul(a, operand) >>> 0;
    case 0x30:
      return Math.floor(a / operand);
    case 0x40:
      return (a | operand) >>> 0;
    case 0x50:
      return (a & operand) >>> 0;
    case 0x60:
      return operand > 31 ? 0 : (a << operand) >>> 0;
    case 0x70:
      return operand > 31 ? 0 : a >>> operand;
    case 0x80:
      return -a >>> 0;
    case 0x90:
      return a % operand;
    default:
      return (a ^ operand) >>> 0;
  }
}
