/** Options of a ping run. @module */
import type { TargetOptions } from '../probe-target.ts';

/** Options of a run; times in milliseconds. */
export interface PingOptions extends TargetOptions {
  /** Source address, for the header line. */
  readonly source?: string;
  /** Number of probes, in a size sweep per size; no limit by default. */
  readonly count?: number;
  /** Interval between probes; 1,000 by default. */
  readonly interval?: number;
  /** Reply timeout; 10,000 by default, as in ping(8). A later reply is late. */
  readonly wait?: number;
  /** Ends the run after this time. */
  readonly deadline?: number;
  /** Number of probes to send at once at the start. */
  readonly preload?: number;
  /** Sends the next probe with each reply, and at least a hundred per second. */
  readonly isFlood?: boolean;
  /** Sends the next probe with each reply, or after the interval. */
  readonly isAdaptive?: boolean;
  /** Ends the run with the first reply. */
  readonly stopOnReply?: boolean;
  readonly hopLimit?: number;
  /** Size sweep: payload bytes from `from` to `to` in steps of `step`. */
  readonly sizes?: { readonly from: number; readonly to: number; readonly step: number };
  /** Accepts replies from any address: for broadcast, multicast and anycast. */
  readonly anySource?: boolean;
  readonly reportSent?: boolean;
  /** Reports a probe without a reply when the next one is sent, and the last one at its timeout. */
  readonly reportOutstanding?: boolean;
  /** Bytes of IPv4 options in probes and expected in replies; 0 by default. */
  readonly optionsLength?: number;
}

/** Returns the number of probes of a run; `Infinity` without a limit. */
export function totalOf({ sizes, count }: PingOptions): number {
  if (sizes === undefined) return count ?? Infinity;
  const steps = Math.floor((sizes.to - sizes.from) / Math.max(1, sizes.step)) + 1;
  return Math.max(0, steps) * Math.max(1, count ?? 1);
}

/**
 * Returns the payload bytes of probe `index`. A size sweep sends each size `count` times.
 * @param usual size without a sweep
 */
export function sizeOf({ sizes, count }: PingOptions, usual: number, index: number): number {
  if (sizes === undefined) return usual;
  return sizes.from + Math.floor(index / Math.max(1, count ?? 1)) * sizes.step;
}
