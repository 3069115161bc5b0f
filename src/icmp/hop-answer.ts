/** Makes an owned `HopAnswer` out of a lent event and its match. @module */
import { IpProtocol } from '../base/protocol-numbers.ts';
import type { ProbeMatch, TimestampSource } from '../probe/index.ts';
import { type IcmpExtensions, readExtensions } from '../wire/icmp-extensions.ts';
import { QuoteView } from '../wire/icmp-quote.ts';
import type { AnswerEvent } from './answer-finder.ts';
import { quotedChanges, type SentHeader } from './quoted-changes.ts';
import type { HopAnswer } from './traceroute/events.ts';

/** What the engine knows about the probe that was answered. */
export interface AnsweredProbe {
  /** Who answered. */
  readonly source: string;
  readonly time: number;
  readonly timestampSource: TimestampSource;
  readonly isArrival: boolean;
  readonly attempts: number;
  readonly isLate: boolean;
  readonly sent: SentHeader;
}

/** TTLs and hop limits that systems begin with. */
const INITIAL_HOP_LIMITS = [64, 128, 255] as const;

const quoteView = new QuoteView();

/** True: it settles its probe. What is damaged proves nothing, and after a redirect or a quench the probe goes on. */
export function isHopAnswer({ kind, isChecksumOk }: ProbeMatch): boolean {
  return isChecksumOk && kind !== 'redirect' && kind !== 'source-quench';
}

export function describeAnswer(match: ProbeMatch, event: AnswerEvent, probe: AnsweredProbe): HopAnswer {
  const isQuoted = event.kind === 'arrival' && match.quoteStart !== undefined && match.quoteEnd !== undefined;
  const hasQuote = isQuoted && quoteView.wrap(event.bytes, match.quoteStart, match.quoteEnd);
  const hopLimit = event.kind === 'arrival' ? event.hopLimit : undefined;
  return {
    source: probe.source,
    time: probe.time,
    timestampSource: probe.timestampSource,
    kind: match.kind,
    icmpType: match.type,
    code: match.code,
    mtu: match.mtu,
    isArrival: probe.isArrival,
    hopLimit,
    quotedHopLimit: hasQuote ? quoteView.hopLimit : undefined,
    quotedTrafficClass: hasQuote ? quoteView.trafficClass : undefined,
    changes: hasQuote ? quotedChanges(quoteView, match, probe.sent) : undefined,
    backwardHops: hopLimit === undefined ? undefined : backwardHops(hopLimit),
    extensions: extensionsOf(event),
    port: match.port,
    attempts: probe.attempts,
    isLate: probe.isLate,
  };
}

/** Hops on the way back, as many as hops on the way there count: what is missing to the next usual initial value. */
function backwardHops(hopLimit: number): number {
  const initial = INITIAL_HOP_LIMITS.find((limit) => hopLimit <= limit) ?? hopLimit;
  return initial - hopLimit + 1;
}

/** Extensions of an ICMP error (RFC 4884); undefined for all else. */
export function extensionsOf(event: AnswerEvent): IcmpExtensions | undefined {
  if (event.kind !== 'arrival') return undefined;
  if (event.protocol === IpProtocol.icmp) return readExtensions(event.bytes, event.start, event.end, 4);
  if (event.protocol === IpProtocol.icmp6) return readExtensions(event.bytes, event.start, event.end, 6);
  return undefined;
}
