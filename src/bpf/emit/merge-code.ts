/**
 * Merges equal code: jumps to instructions that do the same, and are followed by the same, go to one of them. The value
 * in A does not matter here, so the test of one port serves source and destination, and that of a protocol number IPv4
 * and IPv6. @module
 */
import { InternTable } from '../compile/intern-table.ts';
import { type Draft, JUMP_ALWAYS } from './draft.ts';

/** A shared end that code falls into costs a `ja`, so it must be longer than that. */
const WORTH_A_JUMP = 2;
/** The absence of an index. */
const NONE = -1;

/** The remaining program. Targets are indices of the original one. */
interface Kept {
  /** Original index; `NONE` for an added `ja`. */
  readonly from: number[];
  readonly onTrue: number[];
  readonly onFalse: number[];
}

/**
 * Returns the program with jumps to the last of equal pieces of code, without the code that then is unreachable. Jumps
 * go forward.
 */
export function mergeEqualCode(drafts: readonly Draft[]): Draft[] {
  const last = lastEqual(drafts);
  const runs = runLengths(drafts);
  const live = new Array<boolean>(drafts.length).fill(false);
  live[0] = true;
  const kept: Kept = { from: [], onTrue: [], onFalse: [] };
  const to = (target: number | undefined): number => {
    if (target === undefined) return NONE;
    const merged = last[target] ?? target;
    live[merged] = true;
    return merged;
  };
  for (let index = 0; index < drafts.length; index += 1) {
    const draft = drafts[index] as Draft;
    if (live[index] !== true) continue;
    keep(kept, index, to(draft.onTrue), to(draft.onFalse));
    if (draft.onTrue !== undefined || isReturn(draft)) continue;
    const next = index + 1;
    const isElsewhere = (last[next] ?? next) !== next && live[next] !== true;
    if (isElsewhere && (runs[next] ?? 0) >= WORTH_A_JUMP) keep(kept, NONE, to(next), NONE);
    else live[next] = true;
  }
  return renumber(drafts, kept);
}

function keep({ from, onTrue, onFalse }: Kept, index: number, whenTrue: number, whenFalse: number): void {
  from.push(index);
  onTrue.push(whenTrue);
  onFalse.push(whenFalse);
}

/** Returns for each instruction the last one that is equal to it together with everything after it. */
function lastEqual(drafts: readonly Draft[]): number[] {
  const last = new Array<number>(drafts.length);
  const known = new InternTable<number>();
  for (let index = drafts.length - 1; index >= 0; index -= 1) {
    const draft = drafts[index] as Draft;
    const { code, k, onTrue, onFalse } = draft;
    if (code === JUMP_ALWAYS && onTrue !== undefined) {
      last[index] = last[onTrue] ?? onTrue;
      continue;
    }
    const isEnd = onTrue === undefined && isReturn(draft);
    const first = isEnd ? NONE : (last[onTrue ?? index + 1] ?? NONE);
    const second = onTrue === undefined ? NONE : (last[onFalse ?? 0] ?? NONE);
    last[index] = known.find(code, k | 0, onTrue === undefined ? 0 : 1, first, second) ?? known.add(index);
  }
  return last;
}

/** Returns for each instruction the number of instructions up to the jump or return that ends its run. */
function runLengths(drafts: readonly Draft[]): number[] {
  const lengths = new Array<number>(drafts.length);
  for (let index = drafts.length - 1; index >= 0; index -= 1) {
    const draft = drafts[index] as Draft;
    const ends = draft.onTrue !== undefined || isReturn(draft);
    lengths[index] = ends ? 1 : 1 + (lengths[index + 1] ?? 0);
  }
  return lengths;
}

function isReturn(draft: Draft): boolean {
  return (draft.code & 0x07) === 0x06;
}

/** Renumbers the targets of the remaining program. */
function renumber(drafts: readonly Draft[], { from, onTrue, onFalse }: Kept): Draft[] {
  const codeOf = (index: number) => drafts[from[index] as number]?.code ?? JUMP_ALWAYS;
  // A `ja` to the next instruction does nothing. No jump leads to one: such jumps lead to its target.
  const isIdle = (index: number) =>
    codeOf(index) === JUMP_ALWAYS && onTrue[index] !== NONE && from[index + 1] === onTrue[index];
  const places = new Array<number>(drafts.length).fill(0);
  let place = 0;
  for (let index = 0; index < from.length; index += 1) {
    if (isIdle(index)) continue;
    if (from[index] !== NONE) places[from[index] as number] = place;
    place += 1;
  }
  const placeOf = (target: number | undefined) =>
    target === undefined || target === NONE ? undefined : (places[target] ?? 0);
  const merged: Draft[] = [];
  for (let index = 0; index < from.length; index += 1) {
    if (isIdle(index)) continue;
    const k = drafts[from[index] as number]?.k ?? 0;
    merged.push({ code: codeOf(index), k, onTrue: placeOf(onTrue[index]), onFalse: placeOf(onFalse[index]) });
  }
  return merged;
}
