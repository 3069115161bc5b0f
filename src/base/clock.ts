/** Time as a part that is handed in, so that everything that waits can be tested without waiting. @module */

export interface Clock {
  /** Milliseconds with fractions, never set back; only differences mean anything. */
  now(): number;
  /** Milliseconds since 1970. */
  wallTime(): number;
  /** Resolves after the time has passed, however long; also, early and without an error, when `signal` is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Milliseconds that a timer takes at most; a longer one fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  sleep(milliseconds, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      let timer: NodeJS.Timeout | undefined;
      const wait = (left: number): void => {
        timer = left > LONGEST_TIMER ? setTimeout(wait, LONGEST_TIMER, left - LONGEST_TIMER) : setTimeout(finish, left);
      };
      wait(milliseconds);
      signal?.addEventListener('abort', finish, { once: true });
    });
  },
};
