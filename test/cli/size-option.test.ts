/** Amounts of bytes as words. @module */
import { describe, expect, test } from 'vitest';
import { floorOption, sizeOption } from '../../src/cli/size-option.ts';

describe('sizes', () => {
  test.each([
    ['1', 1_000_000],
    ['0.5', 500_000],
    ['1K', 1024],
    ['3k', 3072],
    ['2M', 2_097_152],
    ['1.5G', 1_610_612_736],
    ['1T', 1_099_511_627_776],
  ])('%s is %i bytes', (text, bytes) => {
    expect(sizeOption('-C', text)).toBe(bytes);
  });

  test.each(['', '0', '-1', 'K', '1MiB', '1e3', '99999999T', '0.0000001'])('%j is none', (text) => {
    expect(() => sizeOption('-C', text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

test.each([
  [undefined, undefined],
  ['0', { bytes: 0 }],
  ['500M', { bytes: 524_288_000 }],
  ['5%', { fraction: 0.05 }],
  ['0.5%', { fraction: 0.005 }],
  ['100%', { fraction: 1 }],
])('what stays free: %s', (text, floor) => {
  expect(floorOption('--min-free', text)).toEqual(floor);
});

test.each(['200%', '%', '-5%', 'all'])('what cannot stay free: %s', (text) => {
  expect(() => floorOption('--min-free', text)).toThrow(
    `--min-free takes a size (millions of bytes, or a number with K, M, G or T) or a percentage from 0 to 100 %, not "${text}"`,
  );
});
