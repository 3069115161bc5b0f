/**
 * Bench suites and their measurement. tinybench runs the work in rounds of some tenths of a millisecond, and the fastest
 * round counts, because other load on the machine only adds time. @module
 */
import { Bench } from 'tinybench';

/** Root of the repository, relative to `build/bench/support`. */
export const ROOT: URL = new URL('../../../', import.meta.url);

export interface BenchRow {
  readonly name: string;
  /** Values by column; `undefined` when a column cannot be measured on this machine. */
  readonly values: Readonly<Record<string, number | undefined>>;
}

export interface BenchSuite {
  readonly name: string;
  /** Description of the numbers, with their unit. */
  readonly about: string;
  readonly columns: readonly string[];
  run(): Promise<readonly BenchRow[]>;
}

export interface MeasureOptions {
  /** Milliseconds of measurement, and of warm-up before it. */
  readonly time?: number;
  readonly warmupTime?: number;
}

/** Minimum length of a round; the cost of reading the clock is negligible. */
const ROUND_MILLISECONDS = 0.25;

/**
 * Returns the nanoseconds per unit of work in the fastest round.
 * @param work does `units` units and returns a number that depends on all of them, so that none is optimised away
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
  if (result === undefined || !('latency' in result)) throw new Error(`bench failed: ${result?.state}`);
  return (result.latency.min * 1e6) / passes / units;
}

/** Runs the work for some time, and returns the number of passes per round. */
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

/** Returns a number that depends on all work so far; printing it keeps V8 from removing the work. */
export function consumedWork(): number {
  return consumed;
}

export function geometricMean(numbers: readonly number[]): number {
  return Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
}
