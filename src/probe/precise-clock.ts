/**
 * The system's clock with sleeps of less than a timer's millisecond: the last stretch of a short sleep is spent on turns
 * of the event loop, which reads sockets meanwhile. Long sleeps are left to the timer; nobody sees their last
 * millisecond. @module
 */
import { type Clock, systemClock } from '../base/clock.ts';

/** A timer may fire this much late. */
const TIMER_GRAIN = 1.5;
/** From here on a millisecond more does not matter. */
const LONG = 20;

export const preciseClock: Clock = {
  now: systemClock.now,
  wallTime: systemClock.wallTime,
  async sleep(milliseconds, signal) {
    if (milliseconds >= LONG) {
      await systemClock.sleep(milliseconds, signal);
      return;
    }
    const end = systemClock.now() + milliseconds;
    if (milliseconds > TIMER_GRAIN) await systemClock.sleep(milliseconds - TIMER_GRAIN, signal);
    do {
      await new Promise((resolve) => setImmediate(resolve));
    } while (systemClock.now() < end && signal?.aborted !== true);
  },
};
