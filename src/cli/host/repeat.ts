/** Repeats a report until a limit or a signal. @module */
import type { CommandContext } from '../context.ts';
import { listenForStop } from '../stop-signals.ts';

/**
 * Waits for `interval` and runs `report`, again and again. The first report of a series was already made.
 * @param interval in milliseconds, from start to start
 * @param count number of reports in the series; undefined: until a signal
 */
export async function repeatEvery(
  interval: number,
  count: number | undefined,
  context: CommandContext,
  report: () => Promise<void>,
): Promise<void> {
  const { clock, stdout } = context;
  const stop = listenForStop(context);
  try {
    let next = clock.now();
    for (let made = 1; made < (count ?? Number.POSITIVE_INFINITY) && !stdout.closed; made += 1) {
      next = Math.max(next + interval, clock.now());
      await clock.sleep(next - clock.now(), stop.signal);
      if (stop.signal.aborted) return;
      await report();
    }
  } finally {
    stop.release();
  }
}
