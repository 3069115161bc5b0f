/** The kernel refuses a program that may read a word of M[] before it has set it (net/core/filter.c, check_load_and_stores). @module */
import { BpfClass, BpfMode } from '../instruction.ts';
import type { Draft } from './draft.ts';

const CLASS_MASK = 0x07;
const MODE_MASK = 0xe0;
const ALL_WORDS = 0xffff;

/** The program with zeros in the words that some way to a read does not set. Jumps back reach no place with less set. */
export function initializeMemory(drafts: readonly Draft[]): readonly Draft[] {
  const missing = wordsReadTooEarly(drafts);
  if (missing.length === 0) return drafts;
  const added = [
    { code: BpfClass.ldx | BpfMode.immediate, k: 0, onTrue: undefined, onFalse: undefined },
    ...missing.map((word) => ({ code: BpfClass.stx, k: word, onTrue: undefined, onFalse: undefined })),
  ];
  const moved = (target: number | undefined) => (target === undefined ? undefined : target + added.length);
  return [
    ...added,
    ...drafts.map((draft) => ({ ...draft, onTrue: moved(draft.onTrue), onFalse: moved(draft.onFalse) })),
  ];
}

function wordsReadTooEarly(drafts: readonly Draft[]): number[] {
  const setBefore: number[] = new Array(drafts.length).fill(ALL_WORDS);
  setBefore[0] = 0;
  const missing = new Set<number>();
  const reach = (index: number, words: number) => {
    setBefore[index] = (setBefore[index] ?? ALL_WORDS) & words;
  };
  for (const [index, { code, k, onTrue, onFalse }] of drafts.entries()) {
    let words = setBefore[index] ?? ALL_WORDS;
    const kind = code & CLASS_MASK;
    if (kind === BpfClass.st || kind === BpfClass.stx) words |= 1 << k;
    const reads = (kind === BpfClass.ld || kind === BpfClass.ldx) && (code & MODE_MASK) === BpfMode.memory;
    if (reads && (words & (1 << k)) === 0) missing.add(k);
    if (onTrue !== undefined) reach(onTrue, words);
    else if (kind !== BpfClass.ret) reach(index + 1, words);
    if (onFalse !== undefined) reach(onFalse, words);
  }
  return [...missing];
}
