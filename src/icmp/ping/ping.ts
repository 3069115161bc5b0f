/** Pings an address over a given transport. @module */

import type { PingMethod } from '../../probe/index.ts';
import { type DriveParts, drive } from '../../probe/index.ts';
import { PingEngine } from './engine.ts';
import type { PingEvent, PingSummary } from './events.ts';
import type { PingOptions } from './options.ts';

/** Parts of a run. The caller closes the transport. */
export interface PingParts extends DriveParts {
  readonly method: PingMethod;
}

/** A run. Iterate it once. */
export interface PingRun extends AsyncIterable<PingEvent> {
  /** Returns the figures so far (ping(8) prints them on SIGQUIT). */
  snapshot(): PingSummary;
}

/**
 * Pings an address until the count, the deadline or the signal ends the run. `pingHost` opens a transport itself.
 * @example
 * const parts = { transport, method: echoMethod(target), clock: systemClock };
 * for await (const event of ping(parts, { target, count: 5 })) console.log(formatPingEvent(event));
 */
export function ping(parts: PingParts, options: PingOptions & { readonly signal?: AbortSignal }): PingRun {
  const engine = new PingEngine(parts.method, options, () => parts.transport.droppedByUs);
  const events = drive(engine, parts, options.signal);
  return {
    snapshot: () => engine.summary(parts.clock.now()),
    [Symbol.asyncIterator]: () => events,
  };
}
