/** Events of a ping run, owned by the receiver. The last event is the summary. @module */
import type { MatchKind, NodeInformation, PayloadDamage, TimestampSource } from '../../probe/index.ts';
import type { ShortQuote } from '../short-quote.ts';

export interface PingStart {
  readonly type: 'start';
  /** Name or address as the caller gave it. */
  readonly target: string;
  readonly address: string;
  readonly source: string | undefined;
  readonly family: 4 | 6;
  /** Payload bytes of the first and the last probe; they differ in a size sweep. */
  readonly size: number;
  readonly lastSize: number;
}

/** A probe was sent. Only with `reportSent`. */
interface PingSent {
  readonly type: 'sent';
  readonly sequence: number;
}

/** No reply when the next probe was sent. Only with `reportOutstanding`. */
interface PingOutstanding {
  readonly type: 'outstanding';
  readonly sequence: number;
}

export interface PingReply {
  readonly type: 'reply';
  /** From 0, not limited to 16 bits. */
  readonly sequence: number;
  /** Length of the ICMP message. */
  readonly bytes: number;
  readonly source: string;
  readonly hopLimit: number | undefined;
  /** Round trip time, in milliseconds. */
  readonly time: number;
  readonly timestampSource: TimestampSource;
  readonly isDuplicate: boolean;
  /** The reply arrived after the timeout. */
  readonly isLate: boolean;
  /** The payload differs from the one that was sent. */
  readonly damage: PayloadDamage | undefined;
  /** Packet length, if it is not the expected one. */
  readonly wrongLength: { readonly actual: number; readonly expected: number } | undefined;
  /** IPv4 options of the reply, not decoded; empty without options. */
  readonly options: Uint8Array;
  /** Timestamp replies: the remote clock. */
  readonly times: { readonly originate: number; readonly receive: number; readonly transmit: number } | undefined;
  /** Mask replies (RFC 950): the subnet mask, dotted. */
  readonly mask: string | undefined;
  /** Node information replies (RFC 4620). */
  readonly node: NodeInformation | undefined;
  /** Time on the timeline of the clock. */
  readonly at: number;
}

/** An ICMP error of a router or the target. */
export interface PingError {
  readonly type: 'error';
  readonly sequence: number;
  readonly kind: MatchKind;
  readonly family: 4 | 6;
  readonly icmpType: number;
  readonly code: number;
  /** 0 if not given. */
  readonly mtu: number;
  /** Parameter problem: offset of the offending byte. */
  readonly pointer: number;
  /** Redirect: the other gateway. */
  readonly gateway: string | undefined;
  /** Length of the error's ICMP message. */
  readonly bytes: number;
  readonly source: string;
  /** The quoted part of the packet; empty from an error queue. */
  readonly quote: Uint8Array;
  readonly at: number;
}

/** No reply within the timeout. */
interface PingTimeout {
  readonly type: 'timeout';
  readonly sequence: number;
}

/** This machine did not send the probe. */
interface PingRefused {
  readonly type: 'refused';
  readonly sequence: number;
  readonly errorName: string;
  readonly mtu: number | undefined;
}

/** A reply with the right identity, but another source address or a bad checksum. It is not counted. */
interface PingStranger {
  readonly type: 'stranger';
  readonly sequence: number;
  readonly source: string;
  readonly reason: 'address' | 'checksum';
}

/** Round trip times, in milliseconds. They include duplicates and late replies, as in ping(8). */
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
  /** Probes with a reply, including late ones. */
  readonly received: number;
  readonly duplicates: number;
  readonly late: number;
  /** ICMP errors. */
  readonly errors: number;
  readonly refused: number;
  readonly damaged: number;
  readonly strangers: number;
  /** Probes in flight at the end of the run. They count as lost. */
  readonly pending: number;
  /** Percentage of the transmitted probes without a reply, as in ping(8). */
  readonly lossPercent: number;
  readonly lossRuns: number;
  readonly longestLossRun: number;
  /** Packets that overflowed the receive buffer of this machine. */
  readonly droppedByUs: number;
  /** Milliseconds from the first probe to the end of the run. */
  readonly duration: number;
  /** Undefined without a reply. */
  readonly roundTrip: RoundTripFigures | undefined;
  readonly histogram: readonly HistogramBucket[];
}

/** Number of round trips from `from` to less than `to` milliseconds. */
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
