/** How much of a frame a program keeps. @module */
import { BpfClass, type BpfInstruction } from './instruction.ts';

const CLASS_MASK = 0x07;

/**
 * Bytes that a program keeps of every frame that it accepts, 0 when it accepts none; undefined when it keeps more of some
 * than of others, or may.
 */
export function keptLength(instructions: readonly BpfInstruction[]): number | undefined {
  let kept = 0;
  for (const { code, k } of instructions) {
    if ((code & CLASS_MASK) !== BpfClass.ret) continue;
    if (code !== BpfClass.ret) return undefined; // what the accumulator says
    if (k === 0) continue;
    if (kept !== 0 && kept !== k) return undefined;
    kept = k;
  }
  return kept;
}
