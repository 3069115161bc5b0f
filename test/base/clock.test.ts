import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';

test('a sleep ends early, without an error, when its signal is aborted', async () => {
  const stop = new AbortController();
  const sleeping = systemClock.sleep(3_600_000, stop.signal);
  stop.abort();
  await sleeping;
  await systemClock.sleep(3_600_000, stop.signal);
});

test('now never goes back, wall time is near the language’s own', async () => {
  const before = systemClock.now();
  await systemClock.sleep(2);
  expect(systemClock.now()).toBeGreaterThan(before);
  expect(Math.abs(systemClock.wallTime() - Date.now())).toBeLessThan(1000);
});
