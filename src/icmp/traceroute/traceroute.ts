/** Traces the path to an address over a given transport. @module */

import type { ProbeMethod } from '../../probe/index.ts';
import { type DriveParts, drive } from '../../probe/index.ts';
import { TracerouteEngine } from './engine.ts';
import type { TracerouteEvent } from './events.ts';
import type { TracerouteOptions } from './options.ts';

/** Parts of a run. The transport must match the method; the caller closes it. */
export interface TracerouteParts extends DriveParts {
  readonly method: ProbeMethod;
}

/**
 * Traces the path to an address. `traceHost` opens a transport itself.
 * @example
 * const parts = { transport, method: echoMethod({ family: 4, size: 12, isFlowStable: true }), clock: systemClock };
 * for await (const event of traceroute(parts, { target })) process.stdout.write(formatTracerouteEvent(event));
 */
export function traceroute(
  parts: TracerouteParts,
  options: TracerouteOptions & { readonly signal?: AbortSignal },
): AsyncGenerator<TracerouteEvent, void, undefined> {
  const engine = new TracerouteEngine(parts.method, options, () => parts.transport.droppedByUs);
  return drive(engine, parts, options.signal);
}
