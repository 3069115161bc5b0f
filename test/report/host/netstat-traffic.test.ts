/** Traffic per interval. Widths: FreeBSD 14, usr.bin/netstat/if.c; figures: the manual of the reference appliance. @module */
import { expect, test } from 'vitest';
import type { TrafficCounts } from '../../../src/inspect/traffic.ts';
import {
  trafficBanner,
  trafficCsvLines,
  trafficCsvTitles,
  trafficLine,
  trafficRateBanner,
  trafficRateLine,
  trafficToJson,
} from '../../../src/report/host/netstat-traffic.ts';

/** "Example of Option 5". */
const REFERENCE: TrafficCounts = {
  inputPackets: 49,
  inputErrors: 0,
  inputDrops: 0,
  inputBytes: 8116,
  outputPackets: 55,
  outputErrors: 0,
  outputBytes: 7496,
  collisions: 0,
  outputDrops: 0,
};

test('the screen of the reference', () => {
  expect(trafficBanner('nic1') + trafficLine(REFERENCE)).toBe(
    '            input           nic1           output\n' +
      '   packets  errs idrops      bytes    packets  errs      bytes colls drops\n' +
      '        49     0     0       8116         55     0       7496     0     0\n',
  );
  expect(trafficBanner(undefined)).toContain('        (Total)');
});

test('numbers wider than their column push the others to the right', () => {
  expect(trafficLine({ ...REFERENCE, inputBytes: 117_062_552_515 })).toBe(
    '        49     0     0 117062552515         55     0       7496     0     0\n',
  );
});

test('rates', () => {
  const counts = {
    ...REFERENCE,
    inputPackets: 10,
    inputBytes: 125_000_000,
    outputBytes: 0,
    outputPackets: 0,
    outputDrops: 3,
  };
  expect(trafficRateBanner() + trafficRateLine('e\u001b[0m', counts, 2)).toBe(
    'interface       in packets/s    in bits/s out packets/s   out bits/s errors drops\n' +
      'e^[[0m                   5.0         500M          0.0            0      0     3\n',
  );
});

test.each([
  [0, '0'],
  [999, '999'],
  [999.6, '1.00k'],
  [12_345, '12.3k'],
  [999_600, '1.00M'],
  [1e9, '1.00G'],
  [123e15, '123000T'],
])('%d bits per second', (bits, text) => {
  const line = trafficRateLine('a', { ...REFERENCE, inputBytes: bits / 8 }, 1);
  expect(line.split(/ +/)[2]).toBe(text);
});

test('CSV and JSON', () => {
  const report = {
    time: 1_700_000_000.25,
    seconds: 0.5,
    interfaces: [{ name: 'eth,0', ...REFERENCE, isReset: false }],
    total: REFERENCE,
  };
  const titles = trafficCsvTitles().trim().split(',');
  expect(trafficCsvLines(report)).toBe(
    '1700000000.250,0.500,"eth,0",49,0,0,8116,55,0,7496,0,0,98.0,129856.0,110.0,119936.0,false\n',
  );
  expect(titles).toHaveLength(17);
  expect(trafficToJson(report)).toMatchObject({
    seconds: 0.5,
    interfaces: [{ name: 'eth,0', inputPackets: 49, inputBitsPerSecond: 129_856 }],
    total: { outputPacketsPerSecond: 110 },
  });
});
