/** Signals that ask a running recording for something, and leave it running. @module */
import type { SignalSource } from './context.ts';

/**
 * SIGUSR1 writes the counters, SIGUSR2 writes out what waits. Never given back: they are answered to the very end, also
 * while programs of --on-rotate are waited for.
 */
export function answerRequests(
  signals: SignalSource,
  requests: { readonly writeCounters: () => void; readonly flush: () => void | Promise<void> },
): void {
  signals.on(['SIGUSR1', 'SIGUSR2'], (signal) => {
    if (signal === 'SIGUSR1') requests.writeCounters();
    else Promise.resolve(requests.flush()).catch(() => {}); // what is wrong is said at the end
  });
}
