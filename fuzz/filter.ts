/** Fuzz target: random filters and packets, judged by tapline with and without its optimiser and by libpcap. @module */
import { holdContest } from '../test/support/filter-contest.ts';
import { LibpcapOracle } from '../test/support/libpcap-oracle.ts';

const FILTERS = 500;
const PACKETS = 200;

const oracle = LibpcapOracle.build();

export function fuzzFilter(seed: number): void {
  if (oracle === undefined) return;
  const { differences, pairs } = holdContest(oracle, seed, FILTERS, PACKETS);
  if (differences.length > 0) throw new Error(`of ${pairs} pairs these differ:\n${differences.join('\n')}`);
}
