/** A short run of the fuzz target, from a fixed seed on. */
import { expect, test } from 'vitest';
import { fuzzProbes } from '../../fuzz/probes.ts';

test('three thousand hostile runs', () => {
  for (let seed = 1; seed <= 3_000; seed += 1) expect(() => fuzzProbes(seed), `seed ${seed}`).not.toThrow();
});
