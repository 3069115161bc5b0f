/** Creates a `HopAnswer` from a borrowed event and its match. @module */
import { IpProtocol } from '../base/protocol-numbers.ts';
import type { ProbeMatch, TimestampSource } from '../probe/index.ts';
import { type IcmpExtensions, readExtensions } from '../wire/icmp-extensions.ts';
import { QuoteView } from '../wire/icmp-quote.ts';
import type { AnswerEvent } from './answer-finder.ts';
import { quotedChanges, type SentHeader } from './quoted-changes.ts';
import type { HopAnswer } from './traceroute/events.ts';

/** The probe of a reply. */
export interface AnsweredProbe {
  /** Source of the reply. */
  readonly source: string;
  readonly time: number;
  readonly timestampSource: TimestampSource;
  readonly isArrival: boolean;
  readonly attempts: number;
  readonly isLate: boolean;
  readonly sent: SentHeader;
}

/** Initial TTLs and hop limits of operating systems. */
const INITIAL_HOP_LIMITS = [64, 128, 255] as const;

const quoteView = new QuoteView();

/** Returns true if the match settles its probe. After a redirect or a source quench, the probe continues. */
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

/** Estimates the hops of the return path: the distance to the next initial value, plus one. */
function backwardHops(hopLimit: number): number {
  const initial = INITIAL_HOP_LIMITS.find((limit) => hopLimit <= limit) ?? hopLimit;
  return initial - hopLimit + 1;
}

/** Returns the extensions of an ICMP error (RFC 4884); undefined without any. */
export function extensionsOf(event: AnswerEvent): IcmpExtensions | undefined {
  if (event.kind !== 'arrival') return undefined;
  if (event.protocol === IpProtocol.icmp) return readExtensions(event.bytes, event.start, event.end, 4);
  if (event.protocol === IpProtocol.icmp6) return readExtensions(event.bytes, event.start, event.end, 6);
  return undefined;
}
