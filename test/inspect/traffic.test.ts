/** Traffic from two readings of counters. @module */
import { expect, test } from 'vitest';
import type { CounterReading } from '../../src/inspect/interface-counters.ts';
import { totalTraffic, trafficBetween } from '../../src/inspect/traffic.ts';
import { decodeLinkStatistics } from '../../src/netlink/link-statistics.ts';

const NOTHING = decodeLinkStatistics(new Uint8Array(0));

interface Figures {
  readonly rxBytes?: number;
  readonly rxPackets?: number;
  readonly txPackets?: number;
}

function reading(name: string, figures: Figures, index = 2, outputDrops = 0): CounterReading {
  const statistics = { ...NOTHING, ...figures };
  return { name, index, statistics, rootQueue: undefined, inputDrops: 0, outputDrops };
}

test('differences, and their sum', () => {
  const before = [reading('a', { rxBytes: 100, rxPackets: 1 }), reading('b', { txPackets: 5 }, 3, 7)];
  const after = [reading('a', { rxBytes: 350, rxPackets: 3 }), reading('b', { txPackets: 9 }, 3, 10)];
  const traffic = trafficBetween(before, after);
  expect(traffic).toMatchObject([
    { name: 'a', inputBytes: 250, inputPackets: 2, isReset: false },
    { name: 'b', outputPackets: 4, outputDrops: 3, isReset: false },
  ]);
  expect(totalTraffic(traffic)).toMatchObject({ inputBytes: 250, inputPackets: 2, outputPackets: 4, outputDrops: 3 });
});

test('an interface that is new has had all its traffic in the interval', () => {
  expect(trafficBetween([], [reading('a', { rxPackets: 3 })])).toMatchObject([{ inputPackets: 3, isReset: false }]);
});

test('a counter that falls, or another interface of the same name, is a reset', () => {
  const before = [reading('a', { rxBytes: 100, txPackets: 10 })];
  const fell = trafficBetween(before, [reading('a', { rxBytes: 30, txPackets: 12 })]);
  expect(fell).toMatchObject([{ inputBytes: 30, outputPackets: 12, isReset: true }]);
  const other = trafficBetween(before, [reading('a', { rxBytes: 300, txPackets: 30 }, 9)]);
  expect(other).toMatchObject([{ inputBytes: 300, outputPackets: 30, isReset: true }]);
});

test('a counter of 32 bits wraps', () => {
  const before = [reading('a', { rxBytes: 2 ** 32 - 50, rxPackets: 10 })];
  const after = [reading('a', { rxBytes: 70, rxPackets: 11 })];
  expect(trafficBetween(before, after)).toMatchObject([{ inputBytes: 120, inputPackets: 1, isReset: false }]);
});
