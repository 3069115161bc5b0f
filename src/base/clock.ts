/** The clock that waiting code receives as an argument, so that tests need not wait. @module */

export interface Clock {
  /** Returns monotonic milliseconds with fractions; only differences are meaningful. */
  now(): number;
  /** Returns milliseconds since 1970. */
  wallTime(): number;
  /** Resolves after any duration, or early and without an error when `signal` is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The longest delay of a timer, in milliseconds; a longer one fires at once. */
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
