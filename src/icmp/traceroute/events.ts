/** What a traceroute reports: plain data, hop by hop in order, the summary last. @module */
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
  /** Bytes of each packet, IP header included. */
  readonly packetLength: number;
}

/** Differences between the probe that left and the one that a hop quotes. */
export interface HopChanges {
  /** Somebody translates addresses: those that the quote shows where they differ, and whether the checksum does. */
  readonly nat:
    | {
        readonly source: string | undefined;
        readonly destination: string | undefined;
        readonly isChecksumChanged: boolean;
      }
    | undefined;
  /** Six bits (RFC 2474). */
  readonly dscp: { readonly sent: number; readonly seen: number } | undefined;
  /** Two bits (RFC 3168): 3 is congestion, 0 where it was not 0 is bleached. */
  readonly ecn: { readonly sent: number; readonly seen: number } | undefined;
}

/** An answer to one probe. */
export interface HopAnswer {
  readonly source: string;
  /** Whose network that is: for those to fill in who have a table (`OriginTable`). */
  readonly origin?: Origin;
  /** Round trip, milliseconds. */
  readonly time: number;
  readonly timestampSource: TimestampSource;
  readonly kind: MatchKind;
  readonly icmpType: number;
  readonly code: number;
  /** Of "too big"; 0 when not told. */
  readonly mtu: number;
  /** It is the target's. */
  readonly isArrival: boolean;
  /** TTL or hop limit that the answer had left. */
  readonly hopLimit: number | undefined;
  /** TTL that the quoted probe had left; more than 1 where a router looks late. */
  readonly quotedHopLimit: number | undefined;
  /** DSCP and ECN of the probe as it died. */
  readonly quotedTrafficClass: number | undefined;
  /** What was changed in the probe before it came to this hop; undefined when nothing was, or nothing was quoted. */
  readonly changes: HopChanges | undefined;
  /** Hops that the answer came over, guessed from its TTL; undefined where that is not known. */
  readonly backwardHops: number | undefined;
  readonly extensions: IcmpExtensions | undefined;
  /** TCP: the port's state. */
  readonly port: 'open' | 'closed' | undefined;
  /** 2: the first probe was lost and a later one answered. */
  readonly attempts: number;
  /** It came when the probe had been given up. */
  readonly isLate: boolean;
}

/** One probe of a hop. Without an answer it was lost, or the kernel refused to send it. */
export interface HopProbe {
  readonly flow: number;
  readonly answer: HopAnswer | undefined;
  readonly errorName: string | undefined;
  /** The path's MTU, where that is why the kernel refused. */
  readonly mtu: number | undefined;
}

/** Why probes of a hop stayed unanswered: it limits its errors (asked again it answered), or nothing is known. */
export type HopSilence = 'none' | 'rate-limited' | 'lost';

export interface TracerouteHop {
  readonly type: 'hop';
  /** From 1. */
  readonly hop: number;
  readonly probes: readonly HopProbe[];
  readonly silence: HopSilence;
  /** Bytes of the packets that this hop answered, header included, where the run looks for the MTU of the path. */
  readonly pathMtu: number | undefined;
  /** True for the target's hop, and for a hop that ends the way by refusing. */
  readonly isLast: boolean;
}

export interface TracerouteSummary {
  readonly type: 'summary';
  readonly target: string;
  readonly address: string;
  /** The target answered. */
  readonly isReached: boolean;
  /** Number of the last hop reported. */
  readonly hops: number;
  readonly transmitted: number;
  readonly received: number;
  /** Smallest MTU that a router on the way named; undefined when none did. */
  readonly pathMtu: number | undefined;
  readonly droppedByUs: number;
  readonly duration: number;
}

export type TracerouteEvent = TracerouteStart | TracerouteHop | ShortQuote | TracerouteSummary;
