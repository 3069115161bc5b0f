/** What a ping reports: plain data, owned by the receiver, in the order things happened; the summary comes last. @module */
import type { MatchKind, NodeInformation, PayloadDamage, TimestampSource } from '../../probe/index.ts';
import type { ShortQuote } from '../short-quote.ts';

export interface PingStart {
  readonly type: 'start';
  /** As the caller named it. */
  readonly target: string;
  readonly address: string;
  readonly source: string | undefined;
  readonly family: 4 | 6;
  /** Payload bytes of the first probe; of the last, too, in a sweep of sizes. */
  readonly size: number;
  readonly lastSize: number;
}

/** Only with `reportSent`: a probe left. */
interface PingSent {
  readonly type: 'sent';
  readonly sequence: number;
}

/** Only with `reportOutstanding`: no answer yet when the next probe left. */
interface PingOutstanding {
  readonly type: 'outstanding';
  readonly sequence: number;
}

export interface PingReply {
  readonly type: 'reply';
  /** From 0; not cut to 16 bits. */
  readonly sequence: number;
  /** Of the ICMP message. */
  readonly bytes: number;
  readonly source: string;
  readonly hopLimit: number | undefined;
  /** Round trip, milliseconds. */
  readonly time: number;
  readonly timestampSource: TimestampSource;
  readonly isDuplicate: boolean;
  /** True: the answer came after its wait was over and it had been given up. */
  readonly isLate: boolean;
  /** The reply's payload is not what was sent. */
  readonly damage: PayloadDamage | undefined;
  /** Length of the whole packet that would have been right, where it was wrong. */
  readonly wrongLength: { readonly actual: number; readonly expected: number } | undefined;
  /** IPv4 options of the reply, undecoded; empty when there are none. */
  readonly options: Uint8Array;
  /** Timestamp replies: the remote clock. */
  readonly times: { readonly originate: number; readonly receive: number; readonly transmit: number } | undefined;
  /** Mask replies (RFC 950): the subnet's mask, dotted. */
  readonly mask: string | undefined;
  /** Node information replies (RFC 4620). */
  readonly node: NodeInformation | undefined;
  /** On the clock's timeline. */
  readonly at: number;
}

/** A router or the target says why not. */
export interface PingError {
  readonly type: 'error';
  readonly sequence: number;
  readonly kind: MatchKind;
  readonly family: 4 | 6;
  readonly icmpType: number;
  readonly code: number;
  /** 0 when not told. */
  readonly mtu: number;
  /** Parameter problem: the offending byte. */
  readonly pointer: number;
  /** Redirect: the better gateway. */
  readonly gateway: string | undefined;
  /** Of the error's own ICMP message. */
  readonly bytes: number;
  readonly source: string;
  /** The quoted packet as far as it was kept; empty from an error queue. */
  readonly quote: Uint8Array;
  readonly at: number;
}

/** The wait for an answer is over. */
interface PingTimeout {
  readonly type: 'timeout';
  readonly sequence: number;
}

/** This machine did not let the probe out. */
interface PingRefused {
  readonly type: 'refused';
  readonly sequence: number;
  readonly errorName: string;
  readonly mtu: number | undefined;
}

/** An answer with our marks that is not to be trusted, and so not counted. */
interface PingStranger {
  readonly type: 'stranger';
  readonly sequence: number;
  readonly source: string;
  readonly reason: 'address' | 'checksum';
}

/** Round trip times, milliseconds. Duplicates and late answers included, as ping(8) does. */
export interface RoundTripFigures {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  readonly deviation: number;
  readonly jitter: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
}

export interface PingSummary {
  readonly type: 'summary';
  readonly target: string;
  readonly address: string;
  readonly transmitted: number;
  /** Probes that were answered, late ones included. */
  readonly received: number;
  readonly duplicates: number;
  readonly late: number;
  /** Error messages about our probes. */
  readonly errors: number;
  readonly refused: number;
  readonly damaged: number;
  readonly strangers: number;
  /** Under way when the run was ended: neither answered nor lost. */
  readonly pending: number;
  /** Of the probes whose fate is known. */
  readonly lossPercent: number;
  readonly lossRuns: number;
  readonly longestLossRun: number;
  /** Packets for us that the kernel had no room for. */
  readonly droppedByUs: number;
  /** Milliseconds from the first probe to the end. */
  readonly duration: number;
  /** Undefined when nothing was received. */
  readonly roundTrip: RoundTripFigures | undefined;
  readonly histogram: readonly HistogramBucket[];
}

/** Round trips from `from` up to, not including, `to` milliseconds. */
export interface HistogramBucket {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export type PingEvent =
  | PingStart
  | PingSent
  | PingOutstanding
  | PingReply
  | PingError
  | PingTimeout
  | PingRefused
  | PingStranger
  | ShortQuote
  | PingSummary;
