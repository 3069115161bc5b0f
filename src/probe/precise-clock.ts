/**
 * The system clock with sleeps shorter than the resolution of a timer: a short sleep ends with turns of the event loop,
 * which reads sockets meanwhile. Long sleeps use the timer alone. @module
 */
import { type Clock, systemClock } from '../base/clock.ts';

/** Milliseconds that a timer may be late. */
const TIMER_GRAIN = 1.5;
/** Milliseconds from which on a late timer does not matter. */
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
