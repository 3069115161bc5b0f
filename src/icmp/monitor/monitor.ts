/** Watching a path as a typed async iterator: rounds as they end, the summary last. @module */

import type { ProbeMethod } from '../../probe/index.ts';
import { type DriveParts, drive } from '../../probe/index.ts';
import { MonitorEngine } from './engine.ts';
import type { MonitorEvent, MonitorOptions } from './events.ts';
import type { MonitorHop } from './hop.ts';

export interface MonitorRun extends AsyncIterable<MonitorEvent> {
  /** The hops as they stand, at any moment: for a live table. */
  hops(): readonly MonitorHop[];
  /** Starts all figures again. */
  reset(): void;
}

/** Watches the path to an address until the count or the signal ends it. */
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
