/** Instructions under construction: jumps name labels, and labels may be placed later. @module */
import { BpfClass, type BpfInstruction, BpfJump, BpfSource } from '../instruction.ts';
import { LimitError, MAX_PROGRAM_LENGTH } from '../language/limits.ts';
import { JUMP_ALWAYS } from './draft.ts';
import { linkJumps } from './link-jumps.ts';
import { withZeros, wordsReadTooEarly } from './memory-check.ts';
import { mergeEqualCode } from './merge-code.ts';

/** A position in the program. */
export interface Label {
  /** Index of an instruction; -1 until it is placed. */
  at: number;
}

interface OpenDraft {
  readonly code: number;
  readonly k: number;
  readonly onTrue?: Label;
  readonly onFalse?: Label;
}

export class CodeBuffer {
  readonly #drafts: OpenDraft[] = [];
  #hasLoop = false;

  label(): Label {
    return { at: -1 };
  }

  place(label: Label): void {
    label.at = this.#drafts.length;
  }

  push(code: number, k = 0): void {
    this.#add({ code, k });
  }

  jump(code: number, k: number, onTrue: Label, onFalse: Label): void {
    this.#add({ code: code | BpfClass.jmp, k, onTrue, onFalse });
  }

  jumpAlways(target: Label): void {
    if (target.at >= 0) this.#hasLoop = true;
    this.#add({ code: JUMP_ALWAYS, k: 0, onTrue: target });
  }

  #add(draft: OpenDraft): void {
    if (this.#drafts.length >= MAX_PROGRAM_LENGTH) throw tooLong();
    this.#drafts.push(draft);
  }

  /** Returns the finished program. `merge`: whether to merge equal code. */
  link(merge: boolean): BpfInstruction[] {
    const drafts = this.#drafts.map(({ code, k, onTrue, onFalse }) => ({
      code,
      k,
      onTrue: onTrue?.at,
      onFalse: onFalse?.at,
    }));
    const code = merge && !this.#hasLoop ? mergeEqualCode(drafts) : drafts;
    const zeros = new Set<number>();
    for (;;) {
      const program = linkJumps(withZeros(code, zeros));
      if (program.length > MAX_PROGRAM_LENGTH) throw tooLong();
      const missing = wordsReadTooEarly(program).filter((word) => !zeros.has(word));
      if (missing.length === 0) return program;
      for (const word of missing) zeros.add(word);
    }
  }
}

function tooLong(): LimitError {
  return new LimitError(`a program of more than ${MAX_PROGRAM_LENGTH} instructions`);
}

/** Codes of conditional jumps against a constant. */
export const JUMP_EQUAL = BpfJump.equal | BpfSource.k;
export const JUMP_GREATER = BpfJump.greater | BpfSource.k;
export const JUMP_GREATER_OR_EQUAL = BpfJump.greaterOrEqual | BpfSource.k;
export const JUMP_SET = BpfJump.set | BpfSource.k;
