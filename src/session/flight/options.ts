/** Options and results of a flight recorder. @module */
import type { NameResolver } from '../../bpf/index.ts';
import type { CaptureInterface } from '../../pcap/index.ts';
import type { RecordOutput } from '../record-output.ts';

/** What a file holds before its first trigger: milliseconds, or bytes of PCAPNG blocks. */
export type FlightBefore = { readonly milliseconds: number } | { readonly bytes: number };

export interface FlightOptions {
  /** Interfaces of the source, in its order: blocks refer to them by index. */
  readonly interfaces: readonly CaptureInterface[];
  readonly before: FlightBefore;
  /** Milliseconds that a file continues after its last trigger. */
  readonly after: number;
  /** Filters in pcap-filter(7) syntax. A frame of any interface that matches one is a trigger. */
  readonly triggers: readonly string[];
  readonly resolver?: NameResolver;
  /** Size of the history in bytes. If `before` is in bytes, at least that and one batch more. */
  readonly historySize: number;
  /** Ends after this many triggers, with the end of the last window. Default: no limit. */
  readonly maximumTriggers?: number;
  /** Where windows are written to, for instance `FlightFiles`. */
  readonly output: FlightOutput;
  /** Called for every trigger that begins a window. */
  readonly onWindow?: (trigger: FlightTrigger) => void;
}

/** An output for windows of PCAPNG blocks. */
export interface FlightOutput extends Omit<RecordOutput, 'recordFormat'> {
  /** Begins the window of this trigger. */
  beginWindow(trigger: FlightTrigger): void;
  /** Ends the window after its last blocks. */
  endWindow(): void;
}

export interface FlightTrigger {
  /** Counts from 1. */
  readonly number: number;
  /** The filters that matched, or the argument of `trigger`. */
  readonly reason: string;
  /** Seconds since 1970, and nanoseconds. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Milliseconds of the requested window that were already evicted; 0 if none. */
  readonly missing: number;
}

export interface FlightCounters {
  readonly seen: number;
  readonly inMemory: number;
  readonly written: number;
  /** Frames evicted before they were as old as `before`: windows would have missed them. */
  readonly evictedEarly: number;
  /** Frames lost because the history was full of frames not yet written. Comments in the files say where. */
  readonly lost: number;
  readonly triggers: number;
  /** Windows begun; overlapping ones count as one. */
  readonly windows: number;
}
