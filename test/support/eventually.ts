/** Waits for events in the kernel or in another program. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_LIMIT } from './limits.ts';

/** Milliseconds between checks. */
const PAUSE = 10;

/**
 * Repeats `check` until it passes.
 * @param check throws when it fails, as `expect` does
 * @returns the value of the check that passed
 * @throws the error of the last check, after `EVENT_LIMIT`
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
