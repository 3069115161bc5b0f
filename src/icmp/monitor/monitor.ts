/** Monitors a path over a given transport. @module */

import type { ProbeMethod } from '../../probe/index.ts';
import { type DriveParts, drive } from '../../probe/index.ts';
import { MonitorEngine } from './engine.ts';
import type { MonitorEvent, MonitorOptions } from './events.ts';
import type { MonitorHop } from './hop.ts';

export interface MonitorRun extends AsyncIterable<MonitorEvent> {
  /** Returns the hops so far. */
  hops(): readonly MonitorHop[];
  /** Clears all figures, but keeps the path. */
  reset(): void;
}

/** Monitors the path to an address until the count or the signal ends the run. */
export function monitor(
  parts: DriveParts & { readonly method: ProbeMethod },
  options: MonitorOptions & { readonly signal?: AbortSignal },
): MonitorRun {
  const engine = new MonitorEngine(parts.method, options, () => parts.transport.droppedByUs);
  const events = drive(engine, parts, options.signal);
  return {
    hops: () => engine.hops(),
    reset: () => engine.reset(),
    [Symbol.asyncIterator]: () => events,
  };
}
