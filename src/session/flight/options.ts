/** What a flight recorder is asked for, and what it says. @module */
import type { NameResolver } from '../../bpf/index.ts';
import type { CaptureInterface } from '../../pcap/index.ts';
import type { RecordOutput } from '../record-output.ts';

/** How far back a file reaches from its first trigger: milliseconds, or bytes of PCAPNG blocks. */
export type FlightBefore = { readonly milliseconds: number } | { readonly bytes: number };

export interface FlightOptions {
  /** Of the source, in its order: blocks name them by their places. */
  readonly interfaces: readonly CaptureInterface[];
  readonly before: FlightBefore;
  /** Milliseconds that a file goes on after its last trigger. */
  readonly after: number;
  /** pcap-filter(7) expressions; a frame of any interface that matches one is a trigger. */
  readonly triggers: readonly string[];
  readonly resolver?: NameResolver;
  /** Bytes of memory for the past. With `before` in bytes at least those, and a batch more. */
  readonly historySize: number;
  /** Ends after so many triggers, once the last one's window is over. Default: no end. */
  readonly maximumTriggers?: number;
  /** Where the windows go; `FlightFiles` is one. */
  readonly output: FlightOutput;
  /** Told about every trigger that begins a window. */
  readonly onWindow?: (trigger: FlightTrigger) => void;
}

/** An output that keeps windows apart. What it takes are PCAPNG blocks. */
export interface FlightOutput extends Omit<RecordOutput, 'recordFormat'> {
  /** What comes next is the window of this trigger. */
  beginWindow(trigger: FlightTrigger): void;
  /** The window is over, and all of it taken. */
  endWindow(): void;
}

export interface FlightTrigger {
  /** From 1 on. */
  readonly number: number;
  /** The expressions that matched, or what `trigger` was told. */
  readonly reason: string;
  /** Seconds since 1970, and nanoseconds. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Milliseconds of the past that were wanted and had left memory already; 0 when it was large enough. */
  readonly missing: number;
}

export interface FlightCounters {
  readonly seen: number;
  readonly inMemory: number;
  readonly written: number;
  /** Frames that left memory before they were as old as `before`: a trigger would have missed them. */
  readonly evictedEarly: number;
  /** Frames that found memory full of what the disk had not taken yet; remarks in the files say where. */
  readonly lost: number;
  readonly triggers: number;
  /** Windows begun; those that overlap are one. */
  readonly windows: number;
}
