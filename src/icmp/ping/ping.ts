/** Ping as a typed async iterator: one event after the other, the summary last. @module */

import type { PingMethod } from '../../probe/index.ts';
import { type DriveParts, drive } from '../../probe/index.ts';
import { PingEngine } from './engine.ts';
import type { PingEvent, PingSummary } from './events.ts';
import type { PingOptions } from './options.ts';

/** What a run is made of. The transport is the caller's: it is not closed here. */
export interface PingParts extends DriveParts {
  readonly method: PingMethod;
}

/** A run: iterate it once. */
export interface PingRun extends AsyncIterable<PingEvent> {
  /** The figures so far, at any moment (what ping(8) shows on SIGQUIT). */
  snapshot(): PingSummary;
}

/**
 * Pings one address until the count, the deadline or the signal ends it.
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
