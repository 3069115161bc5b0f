/** Sleep of the calling thread, for waits below the millisecond of a timer. @module */
import { PR_SET_TIMERSLACK } from './constants.ts';
import { nanosleep, prctl } from './libc.ts';

const timespec = new BigInt64Array(2);
let isSlackSet = false;

/**
 * Blocks this thread and its event loop for `milliseconds` (nanosleep(2)); a signal ends it early. The first call
 * reduces the timer slack of the thread from 50 microseconds to the minimum.
 * @param milliseconds with fractions, less than 1,000
 */
export function sleepThread(milliseconds: number): void {
  if (!isSlackSet) {
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    isSlackSet = true;
  }
  timespec[1] = BigInt(Math.floor(milliseconds * 1e6));
  nanosleep(timespec, null);
}
