/** Instructions before their jumps have distances. @module */
import { BpfClass, BpfJump } from '../instruction.ts';

/** An instruction whose jumps go to indices of other drafts; without any it goes on to the next, or ends. */
export interface Draft {
  readonly code: number;
  readonly k: number;
  readonly onTrue: number | undefined;
  readonly onFalse: number | undefined;
}

export const JUMP_ALWAYS = BpfClass.jmp | BpfJump.always;
