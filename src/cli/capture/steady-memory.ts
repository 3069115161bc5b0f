/** Keeps the memory of a capture that runs for days as it is after the first minute. @module */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { returnFreedMemory } from '../../capture/index.ts';

/** Milliseconds from look to look. */
const INTERVAL = 30_000;
/** Bytes that the heap may have grown by since it was collected. */
const MOST_GROWTH = 2 << 20;

/**
 * From now on freed memory goes back to the system, and V8 collects its old garbage when there is some: by itself it lets it
 * grow by megabytes for as long as there is memory (bench/live/soak.ts), or, when little happens, looks for some of it with
 * all its threads at once, which takes more of the processors than the capture does. A collection of so small a heap takes
 * some milliseconds, which any ring outlasts.
 */
export function keepMemorySteady(): void {
  returnFreedMemory();
  setFlagsFromString('--no-incremental-marking'); // what begins those collections of a quiet program
  let least = Number.POSITIVE_INFINITY;
  let collect: (() => void) | undefined;
  const look = (): void => {
    const used = heapUsed();
    least = Math.min(least, used);
    if (used < least + MOST_GROWTH) return;
    collect ??= exposeCollector();
    collect();
    least = heapUsed();
  };
  setInterval(look, INTERVAL).unref();
}

function heapUsed(): number {
  return getHeapStatistics().used_heap_size;
}

function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
