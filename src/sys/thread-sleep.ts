/** Sleep of the calling thread, for waits that a timer's millisecond is too coarse for. @module */
import { PR_SET_TIMERSLACK } from './constants.ts';
import { nanosleep, prctl } from './libc.ts';

const timespec = new BigInt64Array(2);
let isSlackSet = false;

/**
 * Blocks this thread, event loop included, for about so many milliseconds (nanosleep(2)); a signal ends it early. The
 * first call takes the thread's timer slack down from 50 microseconds to the least there is: wake-ups are then late by
 * what the scheduler needs.
 * @param milliseconds with fractions, less than 1,000
 */
export function sleepThread(milliseconds: number): void {
  if (!isSlackSet) {
    prctl(PR_SET_TIMERSLACK, 1);
    isSlackSet = true;
  }
  timespec[1] = BigInt(Math.floor(milliseconds * 1e6));
  nanosleep(timespec, null);
}
