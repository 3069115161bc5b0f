/** What a ping run can be told, and what follows from it. @module */
import type { TargetOptions } from '../probe-target.ts';

/** Options of a run; times in milliseconds. */
export interface PingOptions extends TargetOptions {
  /** Of our own, shown when given. */
  readonly source?: string;
  /** Probes to send; without end by default. In a sweep of sizes, of each size. */
  readonly count?: number;
  /** Between probes; 1,000 by default. */
  readonly interval?: number;
  /** After this an answer is late; 10,000 by default, as long as ping(8) waits. */
  readonly wait?: number;
  /** The run ends after this, whatever is under way. */
  readonly deadline?: number;
  /** Sent at once, before the first interval. */
  readonly preload?: number;
  /** The next probe leaves with each answer, but a hundred a second at least. */
  readonly isFlood?: boolean;
  /** The next probe leaves with each answer; without one, after the interval. */
  readonly isAdaptive?: boolean;
  /** The first answer ends the run. */
  readonly stopOnReply?: boolean;
  readonly hopLimit?: number;
  /** Sizes from `from` to `to` in steps of `step`. */
  readonly sizes?: { readonly from: number; readonly to: number; readonly step: number };
  /** Answers of any address count: broadcast, multicast, anycast. */
  readonly anySource?: boolean;
  readonly reportSent?: boolean;
  /** Reports probes that are unanswered when the next one leaves, or when nothing follows and their wait is over. */
  readonly reportOutstanding?: boolean;
  /** Bytes of IPv4 options that our own packets carry, and so should the answers; 0 by default. */
  readonly optionsLength?: number;
}

/** How many probes a run sends; `Infinity` when nothing but its user ends it. */
export function totalOf({ sizes, count }: PingOptions): number {
  if (sizes === undefined) return count ?? Infinity;
  const steps = Math.floor((sizes.to - sizes.from) / Math.max(1, sizes.step)) + 1;
  return Math.max(0, steps) * Math.max(1, count ?? 1);
}

/**
 * Payload bytes of probe `index`: in a sweep of sizes each is sent `count` times.
 * @param usual the method's own, without a sweep
 */
export function sizeOf({ sizes, count }: PingOptions, usual: number, index: number): number {
  if (sizes === undefined) return usual;
  return sizes.from + Math.floor(index / Math.max(1, count ?? 1)) * sizes.step;
}
