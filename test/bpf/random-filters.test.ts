/** Compares random filters on random packets with libpcap; `fuzz/filter.ts` runs more. @module */
import { expect, test } from 'vitest';
import { holdContest } from '../support/filter-contest.ts';
import { LibpcapOracle } from '../support/libpcap-oracle.ts';

const SEED = 20_260;
const FILTERS = 800;
const PACKETS = 250;

test('random filters match the same packets as in libpcap', () => {
  const oracle = LibpcapOracle.build();
  if (oracle === undefined) return;
  const result = holdContest(oracle, SEED, FILTERS, PACKETS);
  const { differences, ...counts } = result;
  console.log(`random filters: ${JSON.stringify(counts)}`);
  expect(differences).toEqual([]);
  expect(result.pairs).toBeGreaterThan(100_000);
  expect(result.matches).toBeGreaterThan(10_000);
  expect(result.instructions).toBeLessThan(result.libpcapInstructions);
});
