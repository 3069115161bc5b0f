/** Makes an owned `HopAnswer` out of a lent event and its match. @module */
import { formatAddress } from '../base/address.ts';
import { IpProtocol } from '../base/protocol-numbers.ts';
import type { ProbeMatch } from '../probe/method.ts';
import type { ArrivalEvent, ErrorQueueEvent, TimestampSource } from '../probe/transport.ts';
import { type IcmpExtensions, readExtensions } from './extensions.ts';
import { QuoteView } from './quote.ts';
import type { HopAnswer } from './traceroute-events.ts';

/** What the engine knows about the probe that was answered. */
export interface AnsweredProbe {
  readonly time: number;
  readonly timestampSource: TimestampSource;
  readonly isArrival: boolean;
  readonly attempts: number;
  readonly isLate: boolean;
}

const quoteView = new QuoteView();

export function describeAnswer(
  match: ProbeMatch,
  event: ArrivalEvent | ErrorQueueEvent,
  probe: AnsweredProbe,
): HopAnswer {
  const isQuoted = event.kind === 'arrival' && match.quoteStart !== undefined && match.quoteEnd !== undefined;
  const hasQuote = isQuoted && quoteView.wrap(event.bytes, match.quoteStart, match.quoteEnd);
  return {
    source: formatAddress(event.source),
    time: probe.time,
    timestampSource: probe.timestampSource,
    kind: match.kind,
    icmpType: match.type,
    code: match.code,
    mtu: match.mtu,
    isArrival: probe.isArrival,
    hopLimit: event.kind === 'arrival' ? event.hopLimit : undefined,
    quotedHopLimit: hasQuote ? quoteView.hopLimit : undefined,
    quotedTrafficClass: hasQuote ? quoteView.trafficClass : undefined,
    isRewritten: match.isRewritten ?? false,
    extensions: event.kind === 'arrival' ? extensionsOf(event) : undefined,
    port: match.port,
    attempts: probe.attempts,
    isLate: probe.isLate,
  };
}

function extensionsOf(event: ArrivalEvent): IcmpExtensions | undefined {
  if (event.protocol === IpProtocol.icmp) return readExtensions(event.bytes, event.start, event.end, 4);
  if (event.protocol === IpProtocol.icmp6) return readExtensions(event.bytes, event.start, event.end, 6);
  return undefined;
}
