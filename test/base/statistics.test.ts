import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Jitter, LossRuns, QuantileSample, RunningStats } from '../../src/base/statistics.ts';

describe('running statistics', () => {
  test('six replies give the figures that ping(8) printed in the reference output', () => {
    const stats = new RunningStats();
    for (const time of [2.095, 1.824, 2.005, 1.939, 1.868, 1.963]) stats.add(time);
    const shown = [stats.min, stats.mean, stats.max, stats.deviation].map((figure) => figure.toFixed(3));
    expect(shown).toEqual(['1.824', '1.949', '2.095', '0.088']);
    expect([stats.count, stats.last]).toEqual([6, 1.963]);
  });

  test('a large offset does not reduce the precision of the deviation', () => {
    const stats = new RunningStats();
    for (const value of [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]) stats.add(value);
    expect(stats.deviation).toBeCloseTo(Math.sqrt(22.5), 9);
  });

  test('all values are zero without samples', () => {
    const stats = new RunningStats();
    expect([stats.count, stats.min, stats.mean, stats.max, stats.deviation]).toEqual([0, 0, 0, 0, 0]);
  });
});

test('jitter has gain 1/16 (RFC 3550, A.8)', () => {
  const jitter = new Jitter();
  for (const time of [10, 26, 10]) jitter.add(time);
  expect(jitter.value).toBe(1 + (16 - 1) / 16);
});

describe('quantiles', () => {
  test('nearest rank', () => {
    const sample = new QuantileSample();
    for (let value = 1; value <= 100; value += 1) sample.add(value);
    expect(sample.quantiles([0, 0.5, 0.9, 0.99, 1])).toEqual([1, 50, 90, 99, 100]);
    expect(new QuantileSample().quantiles([0.5])).toEqual([0]);
  });

  test('a long run uses bounded memory, with an error below 1 %', () => {
    const sample = new QuantileSample();
    for (let index = 0; index < 100_000; index += 1) sample.add((index * 7_919) % 100_003);
    expect(sample.isExact).toBe(false);
    expect(sample.sorted().length).toBeLessThanOrEqual(8_192);
    const [median = 0, p99 = 0] = sample.quantiles([0.5, 0.99]);
    expect(Math.abs(median - 50_000)).toBeLessThan(1_000);
    expect(Math.abs(p99 - 99_000)).toBeLessThan(1_000);
  });

  test('exact quantiles are those of the sorted samples', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 50 }), (values) => {
        const sample = new QuantileSample();
        for (const value of values) sample.add(value);
        const sorted = values.toSorted((one, other) => one - other);
        expect(sample.quantiles([0.5])).toEqual([sorted[Math.ceil(values.length / 2) - 1]]);
      }),
    );
  });
});

test('runs of losses', () => {
  const runs = new LossRuns();
  for (const isLost of [false, true, true, false, true, false, true, true, true]) runs.add(isLost);
  expect([runs.runs, runs.longest]).toEqual([3, 3]);
});
