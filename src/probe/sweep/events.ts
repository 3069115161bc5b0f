/** What a sweep reports: plain data, as it happens, the summary last; and what it can be told. @module */
import type { MatchKind } from '../method.ts';
import type { SweepTargets } from './targets.ts';

/** Options of a sweep; times in milliseconds. */
export interface SweepOptions {
  readonly targets: SweepTargets;
  /** Probes a second; 10,000 by default, 0 for as many as the machine can. */
  readonly rate?: number;
  /** How long an answer may take; 1,000 by default. */
  readonly wait?: number;
  /** How often a silent address is asked again; 1 by default. */
  readonly retries?: number;
  /** Ports to try at each address, for methods that have several (`ProbeDraft.flow`); 1 by default. */
  readonly ports?: number;
  /** Also report who did not answer. */
  readonly reportSilent?: boolean;
}

interface SweepAlive {
  readonly type: 'alive';
  readonly address: string;
  /** Round trip. */
  readonly time: number;
  readonly hopLimit: number | undefined;
  /** TCP: the port that answered, and how. */
  readonly portNumber: number | undefined;
  readonly port: 'open' | 'closed' | undefined;
}

/** Somebody says why the address cannot be reached. */
interface SweepUnreachable {
  readonly type: 'unreachable';
  readonly address: string;
  /** Who says so; undefined when this machine does. */
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
  /** Addresses (with several ports: address and port). */
  readonly alive: number;
  readonly unreachable: number;
  readonly silent: number;
  readonly duplicates: number;
  readonly droppedByUs: number;
  readonly duration: number;
  readonly roundTrip: { readonly min: number; readonly mean: number; readonly max: number } | undefined;
}

export type SweepEvent = SweepAlive | SweepUnreachable | SweepSilent | SweepSummary;
