/** Jump targets to jump distances, with a detour for the conditional jumps that cannot reach so far. @module */
import { BpfClass, type BpfInstruction, BpfReturn } from '../instruction.ts';
import { type Draft, JUMP_ALWAYS } from './draft.ts';

/** The farthest that a conditional jump reaches: its fields are single bytes. */
const MAX_CONDITIONAL_JUMP = 255;
const RETURN_CONSTANT = BpfClass.ret | BpfReturn.k;

interface Step {
  readonly draft: Draft;
  farTrue: boolean;
  farFalse: boolean;
}

/**
 * The finished program. A conditional jump that is too far for its one byte goes to a copy of the instruction behind it
 * if that is a `ret`, else to a `ja`; both stand right after the jump.
 */
export function linkJumps(drafts: readonly Draft[]): BpfInstruction[] {
  const steps = drafts.map((draft) => ({ draft, farTrue: false, farFalse: false }));
  let starts = startsOf(steps);
  while (drafts.length > MAX_CONDITIONAL_JUMP && markFarJumps(steps, starts)) starts = startsOf(steps);
  const program: BpfInstruction[] = [];
  for (const { draft, farTrue, farFalse } of steps) {
    const { code, k, onTrue, onFalse } = draft;
    const distance = (target: number) => (starts[target] ?? 0) - program.length - 1;
    if (onTrue === undefined) program.push({ code, jt: 0, jf: 0, k });
    else if (onFalse === undefined) program.push({ code, jt: 0, jf: 0, k: distance(onTrue) >>> 0 });
    else {
      const jt = farTrue ? 0 : distance(onTrue);
      const jf = farFalse ? Number(farTrue) : distance(onFalse);
      program.push({ code, jt, jf, k });
      if (farTrue) program.push(farJump(drafts[onTrue], distance(onTrue)));
      if (farFalse) program.push(farJump(drafts[onFalse], distance(onFalse)));
    }
  }
  return program;
}

function farJump(target: Draft | undefined, distance: number): BpfInstruction {
  if (target?.code === RETURN_CONSTANT) return { code: target.code, jt: 0, jf: 0, k: target.k };
  return { code: JUMP_ALWAYS, jt: 0, jf: 0, k: distance >>> 0 };
}

/** Where each draft begins in the program. */
function startsOf(steps: readonly Step[]): number[] {
  let next = 0;
  return steps.map(({ farTrue, farFalse }) => {
    const start = next;
    next += 1 + Number(farTrue) + Number(farFalse);
    return start;
  });
}

/** Marks jumps that are too far. True: some were, and so what comes after them has moved. */
function markFarJumps(steps: readonly Step[], starts: readonly number[]): boolean {
  let marked = false;
  for (const [index, step] of steps.entries()) {
    const { onTrue, onFalse } = step.draft;
    if (onTrue === undefined || onFalse === undefined) continue;
    const isFar = (target: number) => (starts[target] ?? 0) - (starts[index] ?? 0) - 1 > MAX_CONDITIONAL_JUMP;
    if (!step.farTrue && isFar(onTrue)) {
      step.farTrue = true;
      marked = true;
    }
    if (!step.farFalse && isFar(onFalse)) {
      step.farFalse = true;
      marked = true;
    }
  }
  return marked;
}
