/** Instructions under construction: jumps name labels, and labels may be placed later. @module */
import { BpfClass, type BpfInstruction, BpfJump, BpfReturn, BpfSource } from '../instruction.ts';

/** A place in the program. */
export interface Label {
  /** Index of an instruction; -1 until it is placed. */
  at: number;
}

interface Draft {
  readonly code: number;
  readonly k: number;
  readonly onTrue?: Label;
  readonly onFalse?: Label;
}

const JUMP_ALWAYS = BpfClass.jmp | BpfJump.always;
/** The farthest that a conditional jump reaches: its fields are single bytes. */
const MAX_CONDITIONAL_JUMP = 255;

export class CodeBuffer {
  readonly #drafts: Draft[] = [];

  get length(): number {
    return this.#drafts.length;
  }

  label(): Label {
    return { at: -1 };
  }

  place(label: Label): void {
    label.at = this.#drafts.length;
  }

  push(code: number, k = 0): void {
    this.#drafts.push({ code, k });
  }

  jump(code: number, k: number, onTrue: Label, onFalse: Label): void {
    this.#drafts.push({ code: code | BpfClass.jmp, k, onTrue, onFalse });
  }

  jumpAlways(target: Label): void {
    this.#drafts.push({ code: JUMP_ALWAYS, k: 0, onTrue: target });
  }

  /**
   * The finished program. A conditional jump that is too far for its one byte goes to a copy of the instruction behind it
   * if that is a `ret`, else to a `ja`; both stand right after the jump.
   */
  link(): BpfInstruction[] {
    const steps = this.#relax();
    const starts: number[] = [];
    let next = 0;
    for (const step of steps) {
      starts.push(next);
      next += 1 + (step.farTrue ? 1 : 0) + (step.farFalse ? 1 : 0);
    }
    const program: BpfInstruction[] = [];
    for (const [index, { draft, farTrue, farFalse }] of steps.entries()) {
      const at = starts[index] ?? 0;
      const distance = (label: Label | undefined) => (starts[label?.at ?? 0] ?? 0) - at - 1;
      if (draft.onTrue === undefined) program.push({ code: draft.code, jt: 0, jf: 0, k: draft.k });
      else if (draft.onFalse === undefined)
        program.push({ code: draft.code, jt: 0, jf: 0, k: distance(draft.onTrue) >>> 0 });
      else {
        const jt = farTrue ? 0 : distance(draft.onTrue);
        const jf = farFalse ? (farTrue ? 1 : 0) : distance(draft.onFalse);
        program.push({ code: draft.code, jt, jf, k: draft.k });
        if (farTrue) program.push(this.#farJump(draft.onTrue, distance(draft.onTrue) - 1));
        if (farFalse) program.push(this.#farJump(draft.onFalse, distance(draft.onFalse) - (farTrue ? 2 : 1)));
      }
    }
    return program;
  }

  #farJump(label: Label, distance: number): BpfInstruction {
    const target = this.#drafts[label.at];
    if (target?.code === (BpfClass.ret | BpfReturn.k)) return { code: target.code, jt: 0, jf: 0, k: target.k };
    return { code: JUMP_ALWAYS, jt: 0, jf: 0, k: distance >>> 0 };
  }

  /** Marks far jumps until all near ones are near; each mark moves what comes after it. */
  #relax(): { readonly draft: Draft; farTrue: boolean; farFalse: boolean }[] {
    const steps = this.#drafts.map((draft) => ({ draft, farTrue: false, farFalse: false }));
    if (steps.length <= MAX_CONDITIONAL_JUMP) return steps;
    for (let changed = true; changed; ) {
      changed = false;
      const starts: number[] = [];
      let next = 0;
      for (const step of steps) {
        starts.push(next);
        next += 1 + (step.farTrue ? 1 : 0) + (step.farFalse ? 1 : 0);
      }
      for (const [index, step] of steps.entries()) {
        const { onTrue, onFalse } = step.draft;
        if (onTrue === undefined || onFalse === undefined) continue;
        const after = (starts[index] ?? 0) + 1;
        if (!step.farTrue && (starts[onTrue.at] ?? 0) - after > MAX_CONDITIONAL_JUMP) {
          step.farTrue = true;
          changed = true;
        }
        if (!step.farFalse && (starts[onFalse.at] ?? 0) - after > MAX_CONDITIONAL_JUMP) {
          step.farFalse = true;
          changed = true;
        }
      }
    }
    return steps;
  }
}

/** Codes of conditional jumps against a constant. */
export const JUMP_EQUAL = BpfJump.equal | BpfSource.k;
export const JUMP_GREATER = BpfJump.greater | BpfSource.k;
export const JUMP_GREATER_OR_EQUAL = BpfJump.greaterOrEqual | BpfSource.k;
export const JUMP_SET = BpfJump.set | BpfSource.k;
