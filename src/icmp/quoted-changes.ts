/**
 * Compares the quoted header of an error with the one that was sent. Addresses and checksum reveal NAT; type of service
 * and traffic class reveal routers that clear DSCP or ECN, or that mark congestion. @module
 */
import { formatAddress } from '../base/address.ts';
import { isEqualBytes } from '../base/bytes.ts';
import type { ProbeMatch } from '../probe/index.ts';
import type { QuoteView } from '../wire/icmp-quote.ts';
import type { HopChanges } from './traceroute/events.ts';

/** The header that was sent. */
export interface SentHeader {
  readonly destination: Uint8Array;
  /** Undefined if not known. */
  readonly source: Uint8Array | undefined;
  /** Type of service (IPv4) or traffic class (IPv6). */
  readonly trafficClass: number;
}

/** DSCP is the upper six bits (RFC 2474), ECN the lower two (RFC 3168). */
const ECN_BITS = 0x03;

/** Returns the differences; undefined without any. */
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

/** Returns the quoted address as text if it differs from the one that was sent. */
function changedAddress(quote: QuoteView, at: number, sent: Uint8Array | undefined): string | undefined {
  if (sent === undefined) return undefined;
  const quoted = quote.bytes.subarray(at, at + quote.addressLength);
  return quoted.length === sent.length && isEqualBytes(quoted, sent) ? undefined : formatAddress(quoted);
}
