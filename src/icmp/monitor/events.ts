/** Events and options of path monitoring. The last event is the summary. @module */

import type { TargetOptions } from '../probe-target.ts';
import type { ShortQuote } from '../short-quote.ts';
import type { MonitorHop } from './hop.ts';

/** Options of a run; times in milliseconds. */
export interface MonitorOptions extends TargetOptions {
  /** Interval between rounds; 1,000 by default. */
  readonly interval?: number;
  /** Number of rounds; no limit by default. */
  readonly count?: number;
  /** 1 by default. */
  readonly firstHop?: number;
  /** 30 by default. */
  readonly maxHops?: number;
  /** Reply timeout; 5,000 by default. In the last round at most three times the longest round trip. */
  readonly wait?: number;
  /** Hops to probe beyond the last one that replied, until the target replies; all of them by default. */
  readonly unknownHops?: number;
  /** Stops probing a hop that did not reply in this many rounds; 0, the default, never does. */
  readonly giveUpAfter?: number;
}

interface MonitorStart {
  readonly type: 'start';
  readonly target: string;
  readonly address: string;
  readonly family: 4 | 6;
  /** Packet length in bytes, with IP header. */
  readonly packetLength: number;
}

/** A hop replied from another address than before. */
interface MonitorPathChange {
  readonly type: 'path-change';
  readonly round: number;
  readonly hop: number;
  readonly address: string;
}

/** This machine did not send a probe. */
export interface MonitorRefused {
  readonly type: 'refused';
  readonly hop: number;
  readonly errorName: string;
  readonly mtu: number | undefined;
}

/** A round ended. */
interface MonitorRound {
  readonly type: 'round';
  readonly round: number;
  readonly hops: readonly MonitorHop[];
}

export interface MonitorSummary {
  readonly type: 'summary';
  readonly target: string;
  readonly address: string;
  readonly rounds: number;
  readonly isReached: boolean;
  readonly hops: readonly MonitorHop[];
  readonly droppedByUs: number;
  readonly duration: number;
}

export type MonitorEvent =
  | MonitorStart
  | MonitorPathChange
  | MonitorRefused
  | MonitorRound
  | ShortQuote
  | MonitorSummary;
