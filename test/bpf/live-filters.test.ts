/** Compares filters with encapsulations on live sockets, in files and in libpcap. `TAPLINE_LONG=1` runs ten times as many. @module */
import { expect, test } from 'vitest';
import { LibpcapOracle } from '../support/libpcap-oracle.ts';
import { holdLiveContest } from '../support/live-contest.ts';

const SEED = 11_000;
const FILTERS = process.env['TAPLINE_LONG'] === '1' ? 3_000 : 300;
const PACKETS = 100;

test('a filter matches the same frames on a live socket and in a file', { timeout: 600_000 }, () => {
  const oracle = LibpcapOracle.build();
  const { unexplained, ...counts } = holdLiveContest(oracle, oracle?.hasLiveHandle() ?? false, SEED, FILTERS, PACKETS);
  console.log(`live filters: ${JSON.stringify(counts)}`);
  expect(unexplained).toEqual([]);
  expect(counts.pairs).toBeGreaterThan(FILTERS * PACKETS);
  expect(counts.removed).toBeGreaterThan(counts.pairs / 5);
  expect(counts.matches).toBeGreaterThan(counts.pairs / 10);
});
