/** A short run of the fuzz target for probes, with fixed seeds. @module */
import { expect, test } from 'vitest';
import { fuzzProbes } from '../../fuzz/probes.ts';

test('3,000 seeds', () => {
  for (let seed = 1; seed <= 3_000; seed += 1) expect(() => fuzzProbes(seed), `seed ${seed}`).not.toThrow();
});
