/** Mutations of byte formats. The same seed gives the same bytes. @module */
import type { RandomSource } from '../test/support/random-source.ts';

/** Edge values of length fields. */
const EDGES = [0, 1, 2, 3, 4, 7, 8, 20, 40, 60, 127, 128, 254, 255] as const;

/** Returns a copy of `bytes` with a few changes: flipped bits, edge values, large numbers, cuts, repetitions. */
export function mutate(bytes: Uint8Array, random: RandomSource): Uint8Array {
  let result = bytes.slice();
  for (let changes = 1 + random.below(6); changes > 0; changes -= 1) {
    const at = random.below(result.length);
    switch (random.below(6)) {
      case 0:
        result[at] = (result[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
        result[at] = EDGES[random.below(EDGES.length)] ?? 0;
        break;
      case 2:
        result.fill(255, at, at + 1 + random.below(4));
        break;
      case 3:
        result.fill(0, at, at + 1 + random.below(8));
        break;
      case 4:
        result = result.slice(0, at);
        break;
      default: {
        const piece = result.slice(at, at + random.below(64));
        const place = random.below(result.length);
        const joined = new Uint8Array(result.length + piece.length);
        joined.set(result.subarray(0, place));
        joined.set(piece, place);
        joined.set(result.subarray(place), place + piece.length);
        result = joined;
      }
    }
  }
  return result;
}
