/** What watching a path reports: plain data, round by round, the summary last; and what it can be told. @module */

import type { TargetOptions } from '../probe-target.ts';
import type { ShortQuote } from '../short-quote.ts';
import type { MonitorHop } from './hop.ts';

/** Options; times in milliseconds. */
export interface MonitorOptions extends TargetOptions {
  /** Between rounds; 1,000 by default. */
  readonly interval?: number;
  /** Rounds; without end by default. */
  readonly count?: number;
  readonly firstHop?: number;
  /** 30 by default. */
  readonly maxHops?: number;
  /** How long an answer may take; 5,000 by default, but in the last round no longer than three times what was seen. */
  readonly wait?: number;
  /** Hops asked beyond the last one known, until the target answers; 5 by default. */
  readonly unknownHops?: number;
  /** Leaves out hops that never answered in this many rounds; 0, the default, asks on. */
  readonly giveUpAfter?: number;
}

interface MonitorStart {
  readonly type: 'start';
  readonly target: string;
  readonly address: string;
  readonly family: 4 | 6;
  /** Of the method's messages, with IP header. */
  readonly packetLength: number;
}

/** A hop's answers come from another address than before. */
interface MonitorPathChange {
  readonly type: 'path-change';
  readonly round: number;
  readonly hop: number;
  readonly address: string;
}

/** This machine did not let a probe out. */
export interface MonitorRefused {
  readonly type: 'refused';
  readonly hop: number;
  readonly errorName: string;
  readonly mtu: number | undefined;
}

/** All probes of a round are settled. */
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
