/** Selects received or sent frames before a filter program (`-Q`). @module */
import { PacketType } from '../wire/linux-cooked.ts';
import { AncillaryOffset, SKF_AD_OFF } from './ancillary.ts';
import { BpfClass, type BpfInstruction, BpfJump, BpfMode, BpfSize } from './instruction.ts';

/** `inout`: all frames. */
export type Direction = 'in' | 'out' | 'inout';

/**
 * Returns a program that rejects frames of the other direction, then runs `program`.
 * @param program undefined accepts all frames
 * @param snapLength bytes to keep without a program
 */
export function withDirection(
  program: readonly BpfInstruction[] | undefined,
  direction: Direction,
  snapLength: number,
): readonly BpfInstruction[] | undefined {
  if (direction === 'inout') return program;
  const isOut = direction === 'out' ? 1 : 0; // sent frames skip the instruction that rejects
  return [
    instruction(BpfClass.ld | BpfSize.word | BpfMode.absolute, (SKF_AD_OFF + AncillaryOffset.packetType) >>> 0),
    { code: BpfClass.jmp | BpfJump.equal, jt: isOut, jf: 1 - isOut, k: PacketType.outgoing },
    instruction(BpfClass.ret, 0),
    ...(program ?? [instruction(BpfClass.ret, snapLength)]),
  ];
}

function instruction(code: number, k: number): BpfInstruction {
  return { code, jt: 0, jf: 0, k };
}
