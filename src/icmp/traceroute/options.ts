/** What a traceroute can be told. @module */

import type { TargetOptions } from '../probe-target.ts';

/** Options of a run; times in milliseconds. */
export interface TracerouteOptions extends TargetOptions {
  readonly source?: string;
  /** Our address as the transport knows it, and type of service or traffic class of the probes: to see what changes them. */
  readonly sourceAddress?: Uint8Array;
  readonly trafficClass?: number;
  /** 1 by default. */
  readonly firstHop?: number;
  /** 64 by default. */
  readonly maxHops?: number;
  /** Probes for each hop; 3 by default. */
  readonly probes?: number;
  /** Longest wait for an answer; 5,000 by default. Shorter once others answered: see `HERE` and `NEAR`. */
  readonly wait?: number;
  /** Probes under way at once; 16 by default. */
  readonly parallel?: number;
  /** Smallest time between two probes. */
  readonly pause?: number;
  /** Silent hops in a row after which the rest is not asked; 0, the default, asks on. */
  readonly gapLimit?: number;
  /** Asks silent probes again, where others of the hop, or later hops, answered; true by default. */
  readonly retry?: boolean;
  /** Sends each probe on a flow of its own, and as many as it takes to see all paths with 95 % confidence. */
  readonly isMultipath?: boolean;
  /** Payload bytes of the first probes; they shrink to each MTU that a router names. */
  readonly size?: number;
  /** False: a probe counts as arrived whoever says so, as with targets of several addresses. */
  readonly strictTarget?: boolean;
}
