/** A clock for sending on schedule: long waits, precise short waits, and yielding. @module */
import { type Clock, systemClock } from '../../base/clock.ts';
import { sleepThread } from '../../sys/thread-sleep.ts';

export interface PacingClock extends Pick<Clock, 'now' | 'sleep'> {
  /** Returns at `time` of `now()`, as precisely as the machine can. Blocks; for waits of a few milliseconds. */
  waitUntil(time: number): void;
  /** Lets signals, timers and sockets proceed. */
  turn(): Promise<void>;
}

/** Milliseconds that a sleeping thread may wake late (measured: 10 to 60 microseconds). The rest of a wait is spun. */
const WAKE_LATENCY = 0.08;

export const pacingClock: PacingClock = {
  now: systemClock.now,
  sleep: systemClock.sleep,
  waitUntil(time) {
    const left = time - systemClock.now();
    if (left > WAKE_LATENCY) sleepThread(left - WAKE_LATENCY);
    while (systemClock.now() < time);
  },
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};
