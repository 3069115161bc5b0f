/** Instructions before their jumps have distances. @module */
import { BpfClass, BpfJump } from '../instruction.ts';

/**
 * An instruction whose jump targets are indices of other drafts; without targets it continues with the next one, or
 * ends.
 */
export interface Draft {
  readonly code: number;
  readonly k: number;
  readonly onTrue: number | undefined;
  readonly onFalse: number | undefined;
}

export const JUMP_ALWAYS = BpfClass.jmp | BpfJump.always;
