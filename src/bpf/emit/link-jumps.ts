/** Turns jump targets into jump distances, and places intermediate jumps where a conditional jump does not reach. @module */
import { BpfClass, type BpfInstruction, BpfReturn } from '../instruction.ts';
import { type Draft, JUMP_ALWAYS } from './draft.ts';

/** Reach of a conditional jump, in instructions: `jt` and `jf` are single bytes. */
const MAX_CONDITIONAL_JUMP = 255;
/**
 * A pending jump this old, in instructions, gets its intermediate jump at the next place that no code falls into, where
 * it costs one instruction. Without such a place, one is made in the middle of the code just before the limit.
 */
const EARLY_AGE = 191;
const RETURN_CONSTANT = BpfClass.ret | BpfReturn.k;
const CLASS_MASK = 0x07;

/** A field of an instruction whose target has no place yet. */
interface OpenJump {
  readonly at: number;
  readonly field: 'jt' | 'jf' | 'k';
}

/**
 * Returns the finished program. Every pending jump to a far target goes to a shared intermediate instruction: a copy of
 * the `ret` at the target, or a `ja`.
 */
export function linkJumps(drafts: readonly Draft[]): BpfInstruction[] {
  return new Linker(drafts).link();
}

class Linker {
  readonly #drafts: readonly Draft[];
  readonly #program: { code: number; jt: number; jf: number; k: number }[] = [];
  /** Pending conditional jumps by target, the oldest first; the targets are ordered by their oldest jump, too. */
  readonly #near = new Map<number, OpenJump[]>();
  /** Pending unconditional jumps by target; these reach everything. */
  readonly #far = new Map<number, OpenJump[]>();
  readonly #starts: number[] = [];

  constructor(drafts: readonly Draft[]) {
    this.#drafts = drafts;
  }

  link(): BpfInstruction[] {
    let fallsThrough = false;
    for (let index = 0; index < this.#drafts.length; index += 1) {
      const draft = this.#drafts[index] as Draft;
      if (fallsThrough) this.#stepAside();
      this.#arrive(index);
      this.#append(draft);
      fallsThrough = draft.onTrue === undefined && (draft.code & CLASS_MASK) !== BpfClass.ret;
      if (!fallsThrough) this.#placeSteps(EARLY_AGE - this.#near.size);
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

  /** Closes the jumps to the draft `index`, which comes next. */
  #arrive(index: number): void {
    const start = this.#program.length;
    this.#starts[index] = start;
    this.#closeAll(this.#near, index, start);
    this.#closeAll(this.#far, index, start);
  }

  #closeAll(pending: Map<number, OpenJump[]>, index: number, start: number): void {
    const jumps = pending.get(index);
    if (jumps === undefined) return;
    for (const jump of jumps) this.#close(jump, start);
    pending.delete(index);
  }

  /** In code that falls through: jumps over intermediate jumps, if a pending jump would get too old without them. */
  #stepAside(): void {
    // The `ja` over the steps, all steps, and the next instruction may still come before a jump is closed.
    const age = MAX_CONDITIONAL_JUMP - this.#near.size - 2;
    const [oldest] = this.#near.values().next().value ?? [];
    const at = this.#program.length;
    if (oldest === undefined || at - oldest.at < age) return;
    this.#program.push({ code: JUMP_ALWAYS, jt: 0, jf: 0, k: 0 });
    this.#placeSteps(EARLY_AGE - this.#near.size);
    this.#close({ at, field: 'k' }, this.#program.length);
  }

  /** Places intermediate jumps for all targets whose oldest pending jump is at least `age` instructions old. */
  #placeSteps(age: number): void {
    for (const [target, jumps] of this.#near) {
      const [oldest] = jumps;
      if (oldest === undefined || this.#program.length - oldest.at < age) break;
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
    if (instruction !== undefined) instruction[field] = (target - at - 1) >>> 0;
  }
}

function addTo(pending: Map<number, OpenJump[]>, target: number, jump: OpenJump): void {
  const jumps = pending.get(target);
  if (jumps === undefined) pending.set(target, [jump]);
  else jumps.push(jump);
}
