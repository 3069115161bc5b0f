/** Options of a traceroute. @module */

import type { TargetOptions } from '../probe-target.ts';

/** Options of a run; times in milliseconds. */
export interface TracerouteOptions extends TargetOptions {
  /** Source address, for the header line. */
  readonly source?: string;
  /** Source address and type of service or traffic class of the probes, to detect changes on the path. */
  readonly sourceAddress?: Uint8Array;
  readonly trafficClass?: number;
  /** 1 by default. */
  readonly firstHop?: number;
  /** 64 by default. */
  readonly maxHops?: number;
  /** Probes for each hop; 3 by default. */
  readonly probes?: number;
  /** Reply timeout; 5,000 by default. Shorter after replies of the same or the next hop, see `trace-path.ts`. */
  readonly wait?: number;
  /** Probes in flight; 16 by default. */
  readonly parallel?: number;
  /** Minimum time between two probes; 0 by default. */
  readonly pause?: number;
  /** Stops after this many consecutive hops without a reply; 10 by default, 0 never stops. */
  readonly gapLimit?: number;
  /** Repeats a lost probe if its hop or a later one replied; true by default. */
  readonly retry?: boolean;
  /** Sends each probe on a flow of its own, and as many as needed to find all paths with 95 % confidence. */
  readonly isMultipath?: boolean;
  /** Searches the path MTU: payload bytes of the first probes, which shrink to each MTU reported. */
  readonly size?: number;
  /** False accepts an arrival from any address, for targets with several addresses; true by default. */
  readonly strictTarget?: boolean;
}
