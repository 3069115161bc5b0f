/** What a traceroute reports: plain data, hop by hop in order, the summary last. @module */
import type { MatchKind } from '../probe/method.ts';
import type { TimestampSource } from '../probe/transport.ts';
import type { IcmpExtensions } from './extensions.ts';

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

/** An answer to one probe. */
export interface HopAnswer {
  readonly source: string;
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
  /** A NAT before this hop changed the probe. */
  readonly isRewritten: boolean;
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
}

/** Why probes of a hop stayed unanswered: it limits its errors (asked again it answered), or nothing is known. */
export type HopSilence = 'none' | 'rate-limited' | 'lost';

export interface TracerouteHop {
  readonly type: 'hop';
  /** From 1. */
  readonly hop: number;
  readonly probes: readonly HopProbe[];
  readonly silence: HopSilence;
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

export type TracerouteEvent = TracerouteStart | TracerouteHop | TracerouteSummary;
