/** Counters of a capture per second. @module */
import { expect, test } from 'vitest';
import { StatisticsHistory } from '../../src/session/statistics-history.ts';

const counts = (received: number, dropped: number, freezes = 0) => ({
  received,
  accepted: received - dropped,
  dropped,
  freezes,
});

const at = (wallTime: number) => ({ wallTime, milliseconds: 1000 });

test('each entry is the increase since the entry before; the worst is kept beyond the limit', () => {
  const history = new StatisticsHistory(3);
  expect(history.seconds).toEqual([]);
  expect(history.worst).toBeUndefined();
  history.add(at(1000), 10, counts(12, 2, 1));
  history.add(at(2000), 30, counts(52, 22, 3));
  for (let second = 3; second < 6; second += 1) history.add(at(second * 1000), 30 + second, counts(52 + second, 23, 3));
  expect(history.seconds).toEqual([
    { ...at(3000), frames: 3, received: 3, accepted: 2, dropped: 1, freezes: 0 },
    { ...at(4000), frames: 1, received: 1, accepted: 1, dropped: 0, freezes: 0 },
    { ...at(5000), frames: 1, received: 1, accepted: 1, dropped: 0, freezes: 0 },
  ]);
  expect(history.latest).toEqual(history.seconds.at(-1));
  expect(history.worst).toEqual({ ...at(2000), frames: 20, received: 40, accepted: 20, dropped: 20, freezes: 2 });
});
