/** Fuzz targets: random filters and packets in tapline, with and without its optimiser, and in libpcap. @module */
import { holdContest } from '../test/support/filter-contest.ts';
import { LibpcapOracle } from '../test/support/libpcap-oracle.ts';
import { holdLiveContest } from '../test/support/live-contest.ts';

const FILTERS = 500;
const PACKETS = 200;

const oracle = LibpcapOracle.build();
const hasLiveHandle = oracle?.hasLiveHandle() ?? false;

/** Runs one seed; does nothing without libpcap. */
export function fuzzFilter(seed: number): void {
  if (oracle === undefined) return;
  const { differences, pairs } = holdContest(oracle, seed, FILTERS, PACKETS);
  if (differences.length > 0) throw new Error(`differences in ${pairs} pairs:\n${differences.join('\n')}`);
}

/** Runs one seed with live programs and file programs, with encapsulations. */
export function fuzzLiveFilter(seed: number): void {
  const { unexplained, pairs } = holdLiveContest(oracle, hasLiveHandle, seed, FILTERS, PACKETS);
  if (unexplained.length > 0) throw new Error(`differences in ${pairs} pairs:\n${unexplained.join('\n')}`);
}
