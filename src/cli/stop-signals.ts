/** The first interrupt ends a command in good order, the second at once. @module */
import { constants } from 'node:os';
import type { SignalSource } from './context.ts';

export interface StopSignals {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP (the terminal went away), or by `stop`. */
  readonly signal: AbortSignal;
  stop(): void;
  /** Gives the signals back. */
  release(): void;
}

export function listenForStop(signals: SignalSource): StopSignals {
  const controller = new AbortController();
  const release = signals.on(['SIGINT', 'SIGTERM', 'SIGHUP'], (name) => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
    controller.abort();
  });
  return { signal: controller.signal, stop: () => controller.abort(), release };
}
