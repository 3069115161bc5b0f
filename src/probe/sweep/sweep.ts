/** A sweep as a typed async iterator: who answers, as it happens; the summary last. @module */
import { type DriveParts, drive, driveBatches } from '../drive.ts';
import type { ProbeMethod } from '../method.ts';
import { SweepEngine } from './engine.ts';
import type { SweepEvent, SweepOptions, SweepSummary } from './events.ts';

export interface SweepRun extends AsyncIterable<SweepEvent> {
  /** The counts so far, and the share of addresses that were asked, 0 to 1. */
  snapshot(): SweepSummary & { readonly progress: number };
  /** All that one turn of the event loop brought, at once: a third of the cost. Take this, or iterate, not both. */
  batches(): AsyncIterable<readonly SweepEvent[]>;
}

/** Asks every address of `options.targets`. */
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
