/**
 * What became of a probe on its way: the header that an error quotes, beside the one that left. Address and checksum tell
 * of NAT, type of service and traffic class of routers that bleach DSCP or ECN, or that mark congestion. @module
 */
import { formatAddress } from '../base/address.ts';
import { isEqualBytes } from '../base/bytes.ts';
import type { ProbeMatch } from '../probe/index.ts';
import type { QuoteView } from '../wire/icmp-quote.ts';
import type { HopChanges } from './traceroute/events.ts';

/** The header that left. */
export interface SentHeader {
  readonly destination: Uint8Array;
  /** Undefined where the transport does not know. */
  readonly source: Uint8Array | undefined;
  /** Type of service, or traffic class. */
  readonly trafficClass: number;
}

/** DSCP is the upper six bits (RFC 2474), ECN the lower two (RFC 3168). */
const ECN_BITS = 0x03;

/** Compares; undefined when nothing is different. */
export function quotedChanges(quote: QuoteView, match: ProbeMatch, sent: SentHeader): HopChanges | undefined {
  const source = changedAddress(quote, quote.sourceAt, sent.source);
  const destination = changedAddress(quote, quote.destinationAt, sent.destination);
  const isChecksumChanged = match.isRewritten === true;
  const isNat = source !== undefined || destination !== undefined || isChecksumChanged;
  const dscp = quote.trafficClass >>> 2;
  const ecn = quote.trafficClass & ECN_BITS;
  const isDscpChanged = dscp !== sent.trafficClass >>> 2;
  const isEcnChanged = ecn !== (sent.trafficClass & ECN_BITS);
  if (!isNat && !isDscpChanged && !isEcnChanged) return undefined;
  return {
    nat: isNat ? { source, destination, isChecksumChanged } : undefined,
    dscp: isDscpChanged ? { sent: sent.trafficClass >>> 2, seen: dscp } : undefined,
    ecn: isEcnChanged ? { sent: sent.trafficClass & ECN_BITS, seen: ecn } : undefined,
  };
}

/** The quoted address as text, when it is not the one that was sent. */
function changedAddress(quote: QuoteView, at: number, sent: Uint8Array | undefined): string | undefined {
  if (sent === undefined) return undefined;
  const quoted = quote.bytes.subarray(at, at + quote.addressLength);
  return quoted.length === sent.length && isEqualBytes(quoted, sent) ? undefined : formatAddress(quoted);
}
