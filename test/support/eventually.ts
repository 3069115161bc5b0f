/** Waits for events that a kernel or a program brings about in its own time. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_LIMIT } from './limits.ts';

/** Milliseconds from one check to the next. */
const PAUSE = 10;

/**
 * Repeats `check` until it passes.
 * @param check fails by throwing, as `expect` does
 * @returns the value of the check that passed
 * @throws what the last check threw, once `EVENT_LIMIT` is over
 */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  for (const deadline = performance.now() + EVENT_LIMIT; ; await sleep(PAUSE)) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}
