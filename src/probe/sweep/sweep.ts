/** A sweep over a given transport. @module */
import { type DriveParts, drive, driveBatches } from '../drive.ts';
import type { ProbeMethod } from '../method.ts';
import { SweepEngine } from './engine.ts';
import type { SweepEvent, SweepOptions, SweepSummary } from './events.ts';

export interface SweepRun extends AsyncIterable<SweepEvent> {
  /** Returns the counts so far, and the share of addresses probed, 0 to 1. */
  snapshot(): SweepSummary & { readonly progress: number };
  /** Yields all events of one turn of the event loop at once, at a third of the cost. Use this or iterate, not both. */
  batches(): AsyncIterable<readonly SweepEvent[]>;
}

/** Probes every address of `options.targets`. */
export function sweep(
  parts: DriveParts & { readonly method: ProbeMethod },
  options: SweepOptions & { readonly signal?: AbortSignal },
): SweepRun {
  const engine = new SweepEngine(parts.method, options, () => parts.transport.droppedByUs);
  return {
    batches: () => driveBatches(engine, parts, options.signal),
    snapshot: () => ({ ...engine.summary(parts.clock.now()), progress: engine.progress }),
    [Symbol.asyncIterator]: () => drive(engine, parts, options.signal),
  };
}
