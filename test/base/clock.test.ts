import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';

test('an aborted signal ends a sleep without an error', async () => {
  const stop = new AbortController();
  const sleeping = systemClock.sleep(3_600_000, stop.signal);
  stop.abort();
  await sleeping;
  await systemClock.sleep(3_600_000, stop.signal);
});

test('a sleep may be longer than the limit of a timer', async () => {
  const day = 86_400_000;
  vi.useFakeTimers();
  try {
    const ended = vi.fn();
    void systemClock.sleep(60 * day).then(ended);
    await vi.advanceTimersByTimeAsync(60 * day - 1);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toHaveBeenCalled();
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60 * day, stop.signal);
    await vi.advanceTimersByTimeAsync(50 * day);
    stop.abort();
    await sleeping;
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('now() never decreases, and wall time is close to Date.now()', async () => {
  const before = systemClock.now();
  await systemClock.sleep(2);
  expect(systemClock.now()).toBeGreaterThan(before);
  expect(Math.abs(systemClock.wallTime() - Date.now())).toBeLessThan(1000);
});
