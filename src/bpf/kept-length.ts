/** The number of bytes that a program keeps of a frame. @module */
import { BpfClass, type BpfInstruction } from './instruction.ts';

const CLASS_MASK = 0x07;

/**
 * Returns the number of bytes that a program keeps of every frame it accepts, 0 if it accepts none; undefined if the
 * number differs, or may differ, between frames.
 */
export function keptLength(instructions: readonly BpfInstruction[]): number | undefined {
  let kept = 0;
  for (const { code, k } of instructions) {
    if ((code & CLASS_MASK) !== BpfClass.ret) continue;
    if (code !== BpfClass.ret) return undefined; // the value of the accumulator
    if (k === 0) continue;
    if (kept !== 0 && kept !== k) return undefined;
    kept = k;
  }
  return kept;
}
