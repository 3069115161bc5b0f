/**
 * Equal code at two places: instructions that do the same, and are followed by the same, are one as far as any jump to
 * them is concerned. Which value A holds does not matter here, so the test of one port serves source and destination, and
 * the one of a protocol number IPv4 and IPv6. @module
 */
import { type Draft, JUMP_ALWAYS } from './draft.ts';

/** A shared end that is reached by falling into it costs a `ja`; it must be longer than that. */
const WORTH_A_JUMP = 2;

/** The program with jumps to the last of equal places, without the code that nothing reaches then. Jumps go forward. */
export function mergeEqualCode(drafts: readonly Draft[]): Draft[] {
  const last = lastEqual(drafts);
  const to = (index: number) => last[index] ?? index;
  const runs = runLengths(drafts);
  const kept: (Draft & { readonly from: number })[] = [];
  const live = new Set([0]);
  for (const [index, draft] of drafts.entries()) {
    if (!live.has(index)) continue;
    const next = index + 1;
    if (draft.onTrue !== undefined) {
      const onTrue = to(draft.onTrue);
      const onFalse = draft.onFalse === undefined ? undefined : to(draft.onFalse);
      live.add(onTrue);
      if (onFalse !== undefined) live.add(onFalse);
      kept.push({ ...draft, onTrue, onFalse, from: index });
      continue;
    }
    kept.push({ ...draft, from: index });
    if (isReturn(draft)) continue;
    if (to(next) !== next && !live.has(next) && (runs[next] ?? 0) >= WORTH_A_JUMP) {
      kept.push({ code: JUMP_ALWAYS, k: 0, onTrue: to(next), onFalse: undefined, from: -1 });
      live.add(to(next));
    } else live.add(next);
  }
  return renumber(withoutIdleJumps(kept));
}

/** For each instruction, the last one that is equal to it together with all that follows. */
function lastEqual(drafts: readonly Draft[]): number[] {
  const last: number[] = new Array(drafts.length);
  const known = new Map<string, number>();
  for (let index = drafts.length - 1; index >= 0; index -= 1) {
    const draft = drafts[index];
    if (draft === undefined) continue;
    const { code, k, onTrue, onFalse } = draft;
    if (code === JUMP_ALWAYS && onTrue !== undefined) {
      last[index] = last[onTrue] ?? onTrue;
      continue;
    }
    const follow =
      onTrue === undefined ? (isReturn(draft) ? '' : `${last[index + 1]}`) : `${last[onTrue]},${last[onFalse ?? 0]}`;
    const key = `${code}:${k}:${onTrue === undefined}:${follow}`;
    const equal = known.get(key);
    last[index] = equal ?? index;
    if (equal === undefined) known.set(key, index);
  }
  return last;
}

/** For each instruction, how many there are up to the jump or return that ends its run. */
function runLengths(drafts: readonly Draft[]): number[] {
  const lengths: number[] = new Array(drafts.length);
  for (let index = drafts.length - 1; index >= 0; index -= 1) {
    const draft = drafts[index];
    const ends = draft === undefined || draft.onTrue !== undefined || isReturn(draft);
    lengths[index] = ends ? 1 : 1 + (lengths[index + 1] ?? 0);
  }
  return lengths;
}

function isReturn(draft: Draft): boolean {
  return (draft.code & 0x07) === 0x06;
}

/** A `ja` to what comes next anyway does nothing, unless a jump leads to it. */
function withoutIdleJumps<D extends Draft & { readonly from: number }>(kept: readonly D[]): D[] {
  return kept.filter((draft, index) => {
    const idle = draft.code === JUMP_ALWAYS && draft.onTrue !== undefined && kept[index + 1]?.from === draft.onTrue;
    return !idle;
  });
}

function renumber(kept: readonly (Draft & { readonly from: number })[]): Draft[] {
  const places = new Map<number, number>();
  for (const [index, { from }] of kept.entries()) if (from >= 0) places.set(from, index);
  const place = (from: number | undefined) => (from === undefined ? undefined : (places.get(from) ?? 0));
  return kept.map(({ code, k, onTrue, onFalse }) => ({ code, k, onTrue: place(onTrue), onFalse: place(onFalse) }));
}
