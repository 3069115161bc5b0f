/** Keeps the memory of a long capture constant. @module */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { returnFreedMemory } from '../../capture/index.ts';

/** Milliseconds between checks. */
const INTERVAL = 30_000;
/** Growth of the heap, in bytes, that starts a collection. */
const MAX_GROWTH = 2 << 20;

/**
 * Returns freed memory to the system from now on, and collects the old generation of the heap after a little growth. V8
 * alone lets it grow by megabytes while memory is available (bench/live/soak.ts), or, in a quiet program, starts
 * collections on all its threads, which take more CPU time than the capture. A collection of this small heap takes some
 * milliseconds, less than any ring holds.
 *
 * Call it when the program is ready: V8 rejects code caches, also those of Node's own modules, that were made under other
 * flags. The flags are restored before the program stores its own cache (src/cli/launch.ts).
 */
export function keepMemorySteady(): void {
  returnFreedMemory();
  setFlagsFromString('--no-incremental-marking'); // starts the collections of a quiet program
  process.prependOnceListener('exit', () => setFlagsFromString('--incremental-marking'));
  let least = Number.POSITIVE_INFINITY;
  let collect: (() => void) | undefined;
  const check = (): void => {
    const used = heapUsed();
    least = Math.min(least, used);
    if (used < least + MAX_GROWTH) return;
    collect ??= exposeCollector();
    collect();
    least = heapUsed();
  };
  setInterval(check, INTERVAL).unref();
}

function heapUsed(): number {
  return getHeapStatistics().used_heap_size;
}

function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
