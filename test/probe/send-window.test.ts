/** Send window of a sweep: a burst at first, then more with distant or silent targets. @module */
import { expect, test } from 'vitest';
import { ProbeState, ProbeTable } from '../../src/probe/probe-table.ts';
import { SendWindow } from '../../src/probe/send-window.ts';

/** Sends at `now` until the window is full, or `most` probes are sent. */
function fill(table: ProbeTable, window: SendWindow, now: number, most = 20_000): number {
  let sent = 0;
  while (sent < most && window.opensAt(now) <= now) {
    table.add(0, now);
    window.opened();
    sent += 1;
  }
  return sent;
}

function answer(table: ProbeTable, window: SendWindow, index: number, roundTrip: number): void {
  window.closed(index);
  table.setState(index, ProbeState.replied);
  window.answered(roundTrip);
}

test('a burst of 128, and one more for each reply', () => {
  const table = new ProbeTable(0x4_0000);
  const window = new SendWindow(table);
  expect(fill(table, window, 0)).toBe(128);
  expect(window.opensAt(1)).toBe(10);
  for (let index = 5; index < 12; index += 1) answer(table, window, index, 0.2);
  expect(fill(table, window, 1)).toBe(7);
  expect(window.open).toBe(128);
});

test('probes without reply free their place after 10 ms, up to 8,192 open probes', () => {
  const table = new ProbeTable(0x4_0000);
  const window = new SendWindow(table);
  let sent = 0;
  for (let now = 0; now <= 1000; now += 10) sent += fill(table, window, now);
  expect(sent).toBe(8_192);
  expect(window.opensAt(1000)).toBe(Number.POSITIVE_INFINITY);
  answer(table, window, 3, 0.2);
  expect(window.opensAt(1000)).toBe(1000);
});

test('with distant targets, many probes are open at once', () => {
  const table = new ProbeTable(0x4_0000);
  const window = new SendWindow(table);
  fill(table, window, 0);
  for (let index = 0; index < 64; index += 1) answer(table, window, index, 25);
  expect(fill(table, window, 25)).toBe(8_192 - 64);
});

test('a late reply is counted once', () => {
  const table = new ProbeTable(0x4_0000);
  const window = new SendWindow(table);
  fill(table, window, 0);
  expect(fill(table, window, 11)).toBe(128);
  for (let index = 0; index < 128; index += 1) answer(table, window, index, 11 / 128);
  expect(window.open).toBe(128);
  expect(fill(table, window, 12)).toBe(0);
});
