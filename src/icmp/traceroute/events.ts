/** Events of a traceroute, hop by hop. The last event is the summary. @module */
import type { MatchKind, Origin, TimestampSource } from '../../probe/index.ts';
import type { IcmpExtensions } from '../../wire/icmp-extensions.ts';
import type { ShortQuote } from '../short-quote.ts';

export interface TracerouteStart {
  readonly type: 'start';
  readonly target: string;
  readonly address: string;
  readonly source: string | undefined;
  readonly family: 4 | 6;
  readonly maxHops: number;
  /** Packet length in bytes, with IP header. */
  readonly packetLength: number;
}

/** Differences between the probe as sent and as quoted by a hop. */
export interface HopChanges {
  /** Address translation: the quoted addresses, if they differ, and whether the checksum does. */
  readonly nat:
    | {
        readonly source: string | undefined;
        readonly destination: string | undefined;
        readonly isChecksumChanged: boolean;
      }
    | undefined;
  /** Six bits (RFC 2474). */
  readonly dscp: { readonly sent: number; readonly seen: number } | undefined;
  /** Two bits (RFC 3168): 3 is congestion, a change to 0 is a router that clears ECN. */
  readonly ecn: { readonly sent: number; readonly seen: number } | undefined;
}

/** A reply to one probe. */
export interface HopAnswer {
  readonly source: string;
  /** AS number and country. The engine leaves it out; a caller with an `OriginTable` adds it. */
  readonly origin?: Origin;
  /** Round trip time, in milliseconds. */
  readonly time: number;
  readonly timestampSource: TimestampSource;
  readonly kind: MatchKind;
  readonly icmpType: number;
  readonly code: number;
  /** MTU of "packet too big"; 0 if not given. */
  readonly mtu: number;
  /** The reply came from the target. */
  readonly isArrival: boolean;
  /** Remaining TTL or hop limit of the reply. */
  readonly hopLimit: number | undefined;
  /** Remaining TTL of the quoted probe; usually 1, more at routers that check it late. */
  readonly quotedHopLimit: number | undefined;
  /** DSCP and ECN of the quoted probe. */
  readonly quotedTrafficClass: number | undefined;
  /** Changes to the probe before this hop; undefined without changes or without a quote. */
  readonly changes: HopChanges | undefined;
  /** Estimated hops of the return path, from the TTL of the reply; undefined if that is not known. */
  readonly backwardHops: number | undefined;
  readonly extensions: IcmpExtensions | undefined;
  /** TCP: state of the port. */
  readonly port: 'open' | 'closed' | undefined;
  /** 2 if the first probe was lost and a second one got the reply. */
  readonly attempts: number;
  /** The reply arrived after the timeout. */
  readonly isLate: boolean;
}

/** One probe of a hop. Without a reply it was lost, or the kernel refused to send it. */
export interface HopProbe {
  readonly flow: number;
  readonly answer: HopAnswer | undefined;
  readonly errorName: string | undefined;
  /** Path MTU, if the probe was refused for its size. */
  readonly mtu: number | undefined;
}

/** Why probes of a hop have no reply: `rate-limited` if a second attempt got one, `lost` if not. */
export type HopSilence = 'none' | 'rate-limited' | 'lost';

export interface TracerouteHop {
  readonly type: 'hop';
  /** From 1. */
  readonly hop: number;
  readonly probes: readonly HopProbe[];
  readonly silence: HopSilence;
  /** Length of the packets that reached this hop, with IP header; undefined without a search for the path MTU. */
  readonly pathMtu: number | undefined;
  /** True for the hop of the target, and for a hop that ends the path with "unreachable". */
  readonly isLast: boolean;
}

export interface TracerouteSummary {
  readonly type: 'summary';
  readonly target: string;
  readonly address: string;
  /** The target replied. */
  readonly isReached: boolean;
  /** The trace ended because too many consecutive hops did not reply (`gapLimit`). */
  readonly isGapReached: boolean;
  /** Number of the last hop reported. */
  readonly hops: number;
  readonly transmitted: number;
  readonly received: number;
  /** Smallest MTU reported on the path; undefined without a report. */
  readonly pathMtu: number | undefined;
  readonly droppedByUs: number;
  readonly duration: number;
}

export type TracerouteEvent = TracerouteStart | TracerouteHop | ShortQuote | TracerouteSummary;
