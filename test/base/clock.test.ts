import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';

test('a sleep ends early, without an error, when its signal is aborted', async () => {
  const stop = new AbortController();
  const sleeping = systemClock.sleep(3_600_000, stop.signal);
  stop.abort();
  await sleeping;
  await systemClock.sleep(3_600_000, stop.signal);
});

test('a sleep of months lasts as long, though no timer does', async () => {
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

test('now never goes back, wall time is near the language’s own', async () => {
  const before = systemClock.now();
  await systemClock.sleep(2);
  expect(systemClock.now()).toBeGreaterThan(before);
  expect(Math.abs(systemClock.wallTime() - Date.now())).toBeLessThan(1000);
});
