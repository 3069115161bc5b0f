/** Events and options of a sweep. The last event is the summary. @module */
import type { MatchKind } from '../method.ts';
import type { SweepTargets } from './targets.ts';

/** Options of a sweep; times in milliseconds. */
export interface SweepOptions {
  readonly targets: SweepTargets;
  /** Probes per second; 10,000 by default, 0 for no limit. */
  readonly rate?: number;
  /** Reply timeout; 1,000 by default. */
  readonly wait?: number;
  /** Further probes to a silent address; 1 by default. */
  readonly retries?: number;
  /** Number of ports to probe at each address, for methods with several (`ProbeDraft.flow`); 1 by default. */
  readonly ports?: number;
  /** Reports addresses that did not reply. */
  readonly reportSilent?: boolean;
}

interface SweepAlive {
  readonly type: 'alive';
  readonly address: string;
  /** Round trip time. */
  readonly time: number;
  readonly hopLimit: number | undefined;
  /** TCP: the port that replied, and its state. */
  readonly portNumber: number | undefined;
  readonly port: 'open' | 'closed' | undefined;
}

/** An ICMP error, or an error of this machine. */
interface SweepUnreachable {
  readonly type: 'unreachable';
  readonly address: string;
  /** Source of the ICMP error; undefined for an error of this machine. */
  readonly by: string | undefined;
  readonly kind: MatchKind | undefined;
  readonly code: number;
  readonly errorName: string | undefined;
}

interface SweepSilent {
  readonly type: 'silent';
  readonly address: string;
}

export interface SweepSummary {
  readonly type: 'summary';
  readonly targets: number;
  readonly transmitted: number;
  /** Number of addresses; with several ports, of pairs of address and port. */
  readonly alive: number;
  readonly unreachable: number;
  readonly silent: number;
  readonly duplicates: number;
  readonly droppedByUs: number;
  readonly duration: number;
  readonly roundTrip: { readonly min: number; readonly mean: number; readonly max: number } | undefined;
}

export type SweepEvent = SweepAlive | SweepUnreachable | SweepSilent | SweepSummary;
