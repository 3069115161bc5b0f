/** Jump targets to jump distances, with detours for the conditional jumps that cannot reach so far. @module */
import { BpfClass, type BpfInstruction, BpfReturn } from '../instruction.ts';
import { LimitError } from '../language/limits.ts';
import { type Draft, JUMP_ALWAYS } from './draft.ts';

/** The farthest that a conditional jump reaches: its fields are single bytes. */
const MAX_CONDITIONAL_JUMP = 255;
/** No run of instructions without a jump is longer, since no expression has more words of memory to compute it with. */
const LONGEST_RUN = 64;
const RETURN_CONSTANT = BpfClass.ret | BpfReturn.k;
const CLASS_MASK = 0x07;

/** A field of an instruction that waits for its target. */
interface OpenJump {
  readonly at: number;
  readonly field: 'jt' | 'jf' | 'k';
}

/**
 * The finished program. Nothing ever falls out of a conditional jump, so right behind one there is room for a step on the
 * way to a far target: a copy of the `ret` that is there, or a `ja`. All jumps before it that want to go there share it.
 */
export function linkJumps(drafts: readonly Draft[]): BpfInstruction[] {
  return new Linker(drafts).link();
}

class Linker {
  readonly #drafts: readonly Draft[];
  readonly #program: { code: number; jt: number; jf: number; k: number }[] = [];
  /** Conditional jumps by target, the oldest first; and so are the targets, each by its oldest jump. */
  readonly #near = new Map<number, OpenJump[]>();
  /** Unconditional jumps by target; they reach everything. */
  readonly #far = new Map<number, OpenJump[]>();
  readonly #starts: number[] = [];

  constructor(drafts: readonly Draft[]) {
    this.#drafts = drafts;
  }

  link(): BpfInstruction[] {
    for (let index = 0; index < this.#drafts.length; index += 1) {
      const draft = this.#drafts[index] as Draft;
      this.#arrive(index);
      this.#append(draft);
      if (draft.onTrue !== undefined || (draft.code & CLASS_MASK) === BpfClass.ret) this.#placeSteps();
    }
    return this.#program;
  }

  #append({ code, k, onTrue, onFalse }: Draft): void {
    const at = this.#program.length;
    this.#program.push({ code, jt: 0, jf: 0, k });
    if (onTrue === undefined) return;
    if (onFalse !== undefined) {
      addTo(this.#near, onTrue, { at, field: 'jt' });
      addTo(this.#near, onFalse, { at, field: 'jf' });
      return;
    }
    const start = this.#starts[onTrue];
    if (start === undefined) addTo(this.#far, onTrue, { at, field: 'k' });
    else this.#close({ at, field: 'k' }, start);
  }

  /** The program has come to the draft `index`: all that wait for it can be told where it is. */
  #arrive(index: number): void {
    const start = this.#program.length;
    this.#starts[index] = start;
    this.#closeAll(this.#near, index, start);
    this.#closeAll(this.#far, index, start);
  }

  #closeAll(waiting: Map<number, OpenJump[]>, index: number, start: number): void {
    const jumps = waiting.get(index);
    if (jumps === undefined) return;
    for (const jump of jumps) this.#close(jump, start);
    waiting.delete(index);
  }

  /** Steps for the jumps that would soon be too far away. */
  #placeSteps(): void {
    const reach = MAX_CONDITIONAL_JUMP - LONGEST_RUN - this.#near.size;
    for (const [target, jumps] of this.#near) {
      const oldest = jumps[0];
      if (oldest === undefined || this.#program.length - oldest.at < reach) break;
      const at = this.#program.length;
      for (const jump of jumps) this.#close(jump, at);
      this.#near.delete(target);
      const draft = this.#drafts[target];
      if (draft?.code === RETURN_CONSTANT) this.#program.push({ code: draft.code, jt: 0, jf: 0, k: draft.k });
      else {
        this.#program.push({ code: JUMP_ALWAYS, jt: 0, jf: 0, k: 0 });
        addTo(this.#far, target, { at, field: 'k' });
      }
    }
  }

  #close({ at, field }: OpenJump, target: number): void {
    const instruction = this.#program[at];
    const distance = target - at - 1;
    if (instruction === undefined) return;
    if (field !== 'k' && distance > MAX_CONDITIONAL_JUMP) throw new LimitError('a jump is too far');
    instruction[field] = distance >>> 0;
  }
}

function addTo(waiting: Map<number, OpenJump[]>, target: number, jump: OpenJump): void {
  const jumps = waiting.get(target);
  if (jumps === undefined) waiting.set(target, [jump]);
  else jumps.push(jump);
}
