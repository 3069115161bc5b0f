/** Suggestions for misspelled words. @module */

/** Longer words are not compared. */
const MAX_WORD = 24;

/**
 * Returns the candidate with the fewest edits (insertion, deletion, substitution, transposition), if at most one for
 * words of up to four characters, or two for longer words.
 */
export function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_WORD) return undefined;
  const lower = word.toLowerCase();
  let best: string | undefined;
  let fewest = lower.length <= 4 ? 2 : 3;
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - lower.length) >= fewest) continue;
    const edits = editDistance(lower, candidate);
    if (edits < fewest && edits < candidate.length - 1) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

/** Optimal string alignment: Levenshtein distance in which a transposition is one edit. */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let edits = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        edits = Math.min(edits, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}
