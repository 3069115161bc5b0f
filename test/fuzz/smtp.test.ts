/** A short run of the fuzz target for replies of mail servers, with fixed seeds. @module */
import { expect, test } from 'vitest';
import { fuzzSmtp } from '../../fuzz/smtp.ts';

test('3,000 seeds', () => {
  for (let seed = 1; seed <= 3_000; seed += 1) expect(() => fuzzSmtp(seed), `seed ${seed}`).not.toThrow();
});
