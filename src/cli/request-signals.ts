/** SIGUSR1 and SIGUSR2: requests to a running capture. @module */
import type { SignalSource } from './context.ts';

/**
 * Writes the counters on SIGUSR1, and flushes the files on SIGUSR2, until the process exits: also while it waits for
 * programs of --on-rotate.
 */
export function answerRequests(
  signals: SignalSource,
  requests: { readonly writeCounters: () => void; readonly flush: () => void | Promise<void> },
): void {
  signals.on(['SIGUSR1', 'SIGUSR2'], (signal) => {
    if (signal === 'SIGUSR1') requests.writeCounters();
    else Promise.resolve(requests.flush()).catch(() => {}); // errors are reported at the end
  });
}
