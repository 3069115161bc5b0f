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
  /** TCP ports to probe at each address, in the order of the method (`ProbeDraft.flow`); without them, one probe each. */
  readonly ports?: readonly number[];
  /** Reports addresses that did not reply. */
  readonly reportSilent?: boolean;
}

/** An address, or a TCP port of it, replied. */
interface SweepAlive {
  readonly type: 'alive';
  readonly address: string;
  /** The first reply of the address. */
  readonly isFirst: boolean;
  /** Round trip time. */
  readonly time: number;
  readonly hopLimit: number | undefined;
  /** TCP: the port that replied, and its state. */
  readonly portNumber: number | undefined;
  readonly port: 'open' | 'closed' | undefined;
}

/** An ICMP error, or an error of this machine. */
export interface SweepUnreachable {
  readonly type: 'unreachable';
  readonly address: string;
  readonly portNumber: number | undefined;
  /** Source of the ICMP error; undefined for an error of this machine. */
  readonly by: string | undefined;
  readonly kind: MatchKind | undefined;
  readonly code: number;
  readonly errorName: string | undefined;
}

/** No reply to any probe. */
interface SweepSilent {
  readonly type: 'silent';
  readonly address: string;
  readonly portNumber: number | undefined;
}

export interface SweepSummary {
  readonly type: 'summary';
  /** Number of addresses. */
  readonly targets: number;
  readonly transmitted: number;
  /** Addresses by state. An address is alive if one of its ports replied, open or closed. */
  readonly alive: number;
  readonly unreachable: number;
  readonly silent: number;
  /** TCP: ports of all addresses by state; filtered ports did not reply, or an ICMP error came back. */
  readonly ports: { readonly open: number; readonly closed: number; readonly filtered: number } | undefined;
  readonly duplicates: number;
  /** Replies and errors that arrived after their address was given up. */
  readonly late: number;
  readonly droppedByUs: number;
  readonly duration: number;
  readonly roundTrip: { readonly min: number; readonly mean: number; readonly max: number } | undefined;
}

export type SweepEvent = SweepAlive | SweepUnreachable | SweepSilent | SweepSummary;
