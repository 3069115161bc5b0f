import { expect, test } from 'vitest';
import { formatCounters, formatProgress } from '../../src/cli/capture/live-counter.ts';
import { numberOption, parseFilter, readFilter } from '../../src/cli/options.ts';
import { parsePrecision, parsePrint } from '../../src/cli/print-options.ts';

test('numbers within bounds, or an error that says which', () => {
  expect(numberOption('-c', undefined)).toBeUndefined();
  expect(numberOption('-c', '12', { least: 1 })).toBe(12);
  expect(numberOption('--duration', '0.5', { fraction: true })).toBe(0.5);
  for (const text of ['', '-1', '1e3', '0x10', ' 1', '1.5', 'x', '９']) {
    expect(() => numberOption('-c', text, { least: 0, most: 10 }), text).toThrow(
      `-c takes a whole number from 0 to 10, not ${JSON.stringify(text)}`,
    );
  }
  expect(() => numberOption('-c', '11', { most: 10 })).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

test('precision', () => {
  const words = { 'time-stamp-precision': 'micro', nano: false, micro: false } as const;
  expect(parsePrecision(words)).toBe('micro');
  expect(parsePrecision({ ...words, nano: true })).toBe('nano');
  expect(parsePrecision({ ...words, 'time-stamp-precision': 'nano' })).toBe('nano');
  expect(parsePrecision({ ...words, 'time-stamp-precision': 'nano', micro: true })).toBe('micro');
});

test('a filter comes from words or from a file, not both', async () => {
  expect(await readFilter(parseFilter({ F: undefined, expression: ['tcp', 'port', '25'] }))).toBe('tcp port 25');
  expect(() => parseFilter({ F: 'x', expression: ['tcp'] })).toThrow(expect.objectContaining({ code: 'USAGE' }));
  await expect(readFilter(parseFilter({ F: '/no/such/file', expression: [] }))).rejects.toThrow('/no/such/file');
});

test('letters of tcpdump become options of the printer', () => {
  const none = {
    n: 0,
    e: false,
    q: false,
    t: 0,
    v: 0,
    x: 0,
    X: 0,
    A: 0,
    S: false,
    K: false,
    lengths: false,
    number: false,
    nano: false,
    micro: false,
    'time-stamp-precision': 'micro',
  } as const;
  expect(parsePrint(none)).toMatchObject({ time: 'clock', numeric: false, verbosity: 0 });
  expect(parsePrint(none)).not.toHaveProperty('dump');
  expect(parsePrint({ ...none, n: 2, t: 4, v: 9, X: 2, nano: true })).toMatchObject({
    time: 'date',
    numeric: true,
    verbosity: 3,
    dump: { form: 'hexAndText', withLinkHeader: true },
    timestampPrecision: 'nano',
  });
});

test('counters in tcpdump’s words', () => {
  const counted = { received: 3, dropped: 2, freezes: 1 };
  expect(formatCounters(1, { ...counted, accepted: 3 })).toBe(
    '1 packet captured\n3 packets received by filter\n2 packets dropped by kernel\n',
  );
  expect(formatCounters(1, { ...counted, accepted: 1 })).toBe(
    '1 packet captured\n3 packets received by filter\n1 packet accepted by filter\n2 packets dropped by kernel\n',
  );
  expect(formatProgress(12_345, 1_234_567, 0)).toBe('12,345 packets, 1.2 MB, 0 dropped');
  expect(formatProgress(0, 999, 1)).toBe('0 packets, 999 B, 1 dropped');
});
