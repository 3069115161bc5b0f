/** A ring as an input of a merge, when the clock is set back. @module */
import { expect, test } from 'vitest';
import { RingInput, type RingLoan } from '../../src/capture/ring-input.ts';

const HOUR = 3_600_000;

test('an interface that went away is waited for no longer, though the clock was set back an hour since', () => {
  const ring = { peek: () => undefined, isEmpty: true, blockCount: 4 };
  const loan = { fd: -1, ring, batch: {}, blockTimeout: 20, refuseFrames() {}, isInterfaceThere: () => false };
  const input = new RingInput(loan as unknown as RingLoan, 0);
  const gone = 10 * HOUR;
  input.look(gone);
  expect([input.isGone, input.hasEnded]).toEqual([true, false]);
  input.look(gone - HOUR);
  input.look(gone - HOUR + 5);
  expect(input.hasEnded).toBe(true);
});
