/**
 * Zeroes words of M[] for the kernel, which refuses a program that may read a word before setting it
 * (net/core/filter.c, check_load_and_stores). @module
 */
import { BpfClass, type BpfInstruction, BpfMode } from '../instruction.ts';
import { type Draft, JUMP_ALWAYS } from './draft.ts';

const CLASS_MASK = 0x07;
const MODE_MASK = 0xe0;
const ALL_WORDS = 0xffff;

/** Returns `drafts`, preceded by code that sets these words of memory to 0. */
export function withZeros(drafts: readonly Draft[], words: ReadonlySet<number>): readonly Draft[] {
  if (words.size === 0) return drafts;
  const added = [
    { code: BpfClass.ldx | BpfMode.immediate, k: 0, onTrue: undefined, onFalse: undefined },
    ...[...words].map((word) => ({ code: BpfClass.stx, k: word, onTrue: undefined, onFalse: undefined })),
  ];
  const moved = (target: number | undefined) => (target === undefined ? undefined : target + added.length);
  return [
    ...added,
    ...drafts.map((draft) => ({ ...draft, onTrue: moved(draft.onTrue), onFalse: moved(draft.onFalse) })),
  ];
}

/**
 * Returns the words that the program reads where the kernel is not sure that they were set. The kernel walks the
 * program once from top to bottom, and carries its state past a `ret` to the next instruction.
 */
export function wordsReadTooEarly(program: readonly BpfInstruction[]): readonly number[] {
  if (!program.some(readsMemory)) return [];
  const setBefore: number[] = new Array(program.length).fill(ALL_WORDS);
  const missing = new Set<number>();
  const reach = (index: number, words: number) => {
    setBefore[index] = (setBefore[index] ?? ALL_WORDS) & words;
  };
  let words = 0;
  for (const [index, instruction] of program.entries()) {
    const { code, jt, jf, k } = instruction;
    words &= setBefore[index] ?? ALL_WORDS;
    const kind = code & CLASS_MASK;
    if (kind === BpfClass.st || kind === BpfClass.stx) words |= 1 << k;
    if (readsMemory(instruction) && (words & (1 << k)) === 0) missing.add(k);
    if (kind !== BpfClass.jmp) continue;
    if (code === JUMP_ALWAYS) reach(index + 1 + (k | 0), words);
    else {
      reach(index + 1 + jt, words);
      reach(index + 1 + jf, words);
    }
    words = ALL_WORDS;
  }
  return [...missing];
}

function readsMemory({ code }: BpfInstruction): boolean {
  const kind = code & CLASS_MASK;
  return (kind === BpfClass.ld || kind === BpfClass.ldx) && (code & MODE_MASK) === BpfMode.memory;
}
