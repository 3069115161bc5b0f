/** Advice after frames were dropped. @module */
import { expect, test } from 'vitest';
import { dropAdvice } from '../../../src/cli/capture/drop-advice.ts';

const MOST = 2048;
const second = (received: number, dropped: number) => ({
  wallTime: new Date(2026, 0, 2, 3, 4, 5).getTime(),
  milliseconds: 1001,
  frames: received - dropped,
  received,
  accepted: received,
  dropped,
  freezes: 1,
});

test('nothing lost, nothing said', () => {
  const statistics = { received: 5, accepted: 5, dropped: 0, freezes: 0 };
  expect(dropAdvice({ statistics, worst: undefined, bufferMebibytes: 32, mostMebibytes: MOST })).toBe('');
});

test.each([
  [32, 1000, 10, '-B 64'],
  [32, 1000, 700, '-B 128'],
  [1, 3000, 2000, '-B 4'],
  [1024, 1000, 999, '-B 2048'],
])(
  'of a ring of %i MiB and %i frames in the worst second %i lost: %s',
  (bufferMebibytes, received, dropped, advice) => {
    const statistics = { received: 1_000_000, accepted: 1_000_000, dropped, freezes: 1 };
    const text = dropAdvice({ statistics, worst: second(received, dropped), bufferMebibytes, mostMebibytes: MOST });
    const counts = `${dropped.toLocaleString('en-US')} of ${received.toLocaleString('en-US')}`;
    expect(text).toBe(
      `tapline: frames were dropped, most of them at 03:04:05 (${counts} in a second); ` +
        `increase the buffer (${advice}), shorten -s or narrow the filter\n`,
    );
  },
);

test('says how long it looked away', () => {
  const worst = { ...second(50, 20), milliseconds: 5002 };
  const statistics = { received: 100, accepted: 100, dropped: 20, freezes: 1 };
  const text = dropAdvice({ statistics, worst, bufferMebibytes: 32, mostMebibytes: MOST });
  expect(text).toContain('most of them at 03:04:05 (20 of 50 in 5 seconds);');
});

test('the largest ring cannot grow', () => {
  const statistics = { received: 10, accepted: 10, dropped: 5, freezes: 1 };
  expect(dropAdvice({ statistics, worst: undefined, bufferMebibytes: MOST, mostMebibytes: MOST })).toBe(
    'tapline: frames were dropped; shorten -s or narrow the filter\n',
  );
});
