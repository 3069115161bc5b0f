/** Pause in which a busy ring fills. @module */
import { expect, test } from 'vitest';
import { BusyPause } from '../../../src/capture/ring/busy-pause.ts';

const MEBIBYTE = 1 << 20;

test('lasts until four blocks are filled, and never long enough that the ring could overflow', () => {
  const pause = new BusyPause(64 * MEBIBYTE, 250);
  pause.next(1, false, 1000);
  expect(pause.next(1, false, 1003)).toBe(12);
  expect(pause.next(8, false, 1015)).toBe(6);
  expect(pause.next(1, false, 1030)).toBeCloseTo((64 * MEBIBYTE) / 3_200_000);
  expect(pause.next(4, false, 1031)).toBe(2);
});

test('none when blocks are so rare that a pause would not save a wake-up', () => {
  const pause = new BusyPause(64 * MEBIBYTE, 250);
  pause.next(1, false, 1000);
  expect(pause.next(1, false, 1022)).toBe(0);
  expect(pause.next(1, true, 1100)).toBeCloseTo((64 * MEBIBYTE) / 3_200_000);
});

test('none without new blocks, except while blocks are being written to the disk', () => {
  const pause = new BusyPause(64 * MEBIBYTE, 250);
  pause.next(1, false, 1000);
  expect(pause.next(0, false, 1010)).toBe(0);
  expect(pause.next(0, true, 1020)).toBe(2);
});

test('none for a small ring, and a short one when frames must be shown soon', () => {
  const small = new BusyPause(8 * MEBIBYTE, 250);
  small.next(1, false, 1000);
  expect(small.next(1, false, 1010)).toBe(0);
  expect(small.isRoomy).toBe(false);
  const quick = new BusyPause(64 * MEBIBYTE, 5);
  quick.next(1, false, 1000);
  expect(quick.next(1, false, 1002)).toBe(2.5);
});
