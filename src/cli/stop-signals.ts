/** Signals that end a command: the first one in good order, a later one at once. @module */
import { constants } from 'node:os';
import type { CommandContext } from './context.ts';

/**
 * Milliseconds after the first signal in which further ones are ignored: timeout(1) signals its child and then the
 * child's process group, and a service manager sends SIGHUP right after SIGTERM.
 */
const REPEAT_INTERVAL = 1000;

export interface StopSignals {
  /** Aborted by the first SIGINT or SIGTERM, on a terminal also by SIGHUP, or by `stop`. */
  readonly signal: AbortSignal;
  stop(): void;
  /** Restores the default actions, but not before a repeated first signal can no longer arrive. */
  release(): void;
}

export function listenForStop(context: CommandContext): StopSignals {
  const { signals, clock } = context;
  const controller = new AbortController();
  let firstTime: number | undefined;
  const names: NodeJS.Signals[] = hasTerminal(context) ? ['SIGINT', 'SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM'];
  const release = signals.on(names, (name) => {
    firstTime ??= clock.now();
    if (clock.now() - firstTime >= REPEAT_INTERVAL) process.exit(128 + constants.signals[name]);
    controller.abort();
  });
  return {
    signal: controller.signal,
    stop: () => controller.abort(),
    release() {
      if (firstTime === undefined) release();
      else setTimeout(release, firstTime + REPEAT_INTERVAL - clock.now()).unref();
    },
  };
}

/**
 * Ignores SIGHUP when neither standard output nor standard error is a terminal. Under nohup(1) the process inherits
 * "ignore", but Node resets it.
 */
export function ignoreHangup(context: Pick<CommandContext, 'signals' | 'stdout' | 'stderr'>): void {
  if (!hasTerminal(context)) context.signals.on(['SIGHUP'], () => {});
}

function hasTerminal({ stdout, stderr }: Pick<CommandContext, 'stdout' | 'stderr'>): boolean {
  return stdout.isTerminal || stderr.isTerminal;
}
