/**
 * What a bench suite is, and how one measures: tinybench calls the work in rounds of a few tenths of a millisecond, and
 * the quickest round counts, because whatever else runs on the machine only ever adds. @module
 */
import { Bench } from 'tinybench';

/** The repository's root, seen from `build/bench/support`. */
export const ROOT: URL = new URL('../../../', import.meta.url);

export interface BenchRow {
  readonly name: string;
  /** By column; `undefined` where there is nothing to measure on this machine. */
  readonly values: Readonly<Record<string, number | undefined>>;
}

export interface BenchSuite {
  readonly name: string;
  /** What the numbers are, with their unit. */
  readonly about: string;
  readonly columns: readonly string[];
  run(): Promise<readonly BenchRow[]>;
}

export interface MeasureOptions {
  /** Milliseconds to spend on it, and before that on warming up. */
  readonly time?: number;
  readonly warmupTime?: number;
}

/** Rounds at least this long make the clock's own cost vanish. */
const ROUND_MILLISECONDS = 0.25;

/**
 * Nanoseconds of one unit of work, in the best round.
 * @param work does `units` of them and returns something that depends on all, so that none is optimised away
 */
export async function measure(units: number, work: () => number, options: MeasureOptions = {}): Promise<number> {
  const { time = 40, warmupTime = 40 } = options;
  const passes = warmUp(work, warmupTime);
  const bench = new Bench({ time, warmup: false, iterations: 5 });
  bench.add('work', () => {
    for (let pass = 0; pass < passes; pass += 1) consumed = (consumed + work()) | 0;
  });
  const [task] = await bench.run();
  const result = task?.result;
  if (result === undefined || !('latency' in result)) throw new Error(`a bench did not run: ${result?.state}`);
  return (result.latency.min * 1e6) / passes / units;
}

/** Runs the work for a while; returns how often it fits into a round. */
function warmUp(work: () => number, milliseconds: number): number {
  const end = performance.now() + milliseconds;
  let passes = 1;
  for (let now = performance.now(); now < end; ) {
    for (let pass = 0; pass < passes; pass += 1) consumed = (consumed + work()) | 0;
    const before = now;
    now = performance.now();
    if (now - before < ROUND_MILLISECONDS) passes *= 2;
    else if (now - before > 4 * ROUND_MILLISECONDS && passes > 1) passes = Math.ceil(passes / 2);
  }
  return passes;
}

let consumed = 0;

/** The result of all work so far; printing it keeps the engine from leaving the work out. */
export function consumedWork(): number {
  return consumed;
}

export function geometricMean(numbers: readonly number[]): number {
  return Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
}
