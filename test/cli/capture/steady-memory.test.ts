/** What a capture that runs for days does about V8's garbage. @module */
import { getHeapStatistics } from 'node:v8';
import { expect, test, vi } from 'vitest';
import { keepMemorySteady } from '../../../src/cli/capture/steady-memory.ts';

const INTERVAL = 30_000;
const MEBIBYTE = 1 << 20;

const heapUsed = (): number => getHeapStatistics().used_heap_size;

test('garbage of more than 2 MiB is collected at the next look', () => {
  vi.useFakeTimers();
  try {
    keepMemorySteady();
    vi.advanceTimersByTime(INTERVAL);
    const before = heapUsed();
    let garbage: number[][] = Array.from({ length: 32 }, () => new Array<number>(MEBIBYTE / 8).fill(0.5));
    expect(garbage).toHaveLength(32);
    garbage = [];
    expect(heapUsed() - before).toBeGreaterThan(16 * MEBIBYTE);
    vi.advanceTimersByTime(INTERVAL);
    expect(heapUsed() - before).toBeLessThan(2 * MEBIBYTE);
  } finally {
    vi.useRealTimers();
  }
});
