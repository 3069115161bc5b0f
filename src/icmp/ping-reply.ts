/** Makes owned reports out of lent events. @module */
import { formatAddress, formatIpv4 } from '../base/address.ts';
import { EMPTY, readU8, readU32 } from '../base/bytes.ts';
import type { ProbeMatch } from '../probe/method.ts';
import type { ArrivalEvent, ErrorQueueEvent } from '../probe/transport.ts';
import type { EchoMethod } from './echo-method.ts';
import { ICMP4_HEADER_LENGTH } from './header4.ts';
import type { PingError, PingReply } from './ping-events.ts';

/** What the engine knows about the probe that was answered. */
export interface AnsweredPing {
  readonly index: number;
  readonly time: number;
  /** Payload bytes that it carried. */
  readonly size: number;
  /** Bytes of IPv4 options that it carried. */
  readonly optionsLength: number;
  readonly isKernelSent: boolean;
  readonly isDuplicate: boolean;
  readonly isLate: boolean;
}

const IPV4_HEADER = 20;
const REST_OF_HEADER = 4;

export function describeReply(method: EchoMethod, event: ArrivalEvent, ping: AnsweredPing): PingReply {
  const headerLength = method.family === 4 ? IPV4_HEADER : 0;
  const expected = headerLength + ping.optionsLength + ICMP4_HEADER_LENGTH + ping.size;
  const actual = headerLength + (event.start - event.optionsStart) + event.claimedLength;
  return {
    type: 'reply',
    sequence: ping.index,
    bytes: event.end - event.start,
    source: formatAddress(event.source),
    hopLimit: event.hopLimit,
    time: ping.time,
    timestampSource: event.stamp === 'user' ? 'user' : ping.isKernelSent ? 'kernel-both' : 'kernel-rx',
    isDuplicate: ping.isDuplicate,
    isLate: ping.isLate,
    damage: method.damage(event, ping.index, ping.size),
    wrongLength: actual === expected ? undefined : { actual, expected },
    options: event.bytes.slice(event.optionsStart, event.start),
    times: method.times(event),
    at: event.time,
  };
}

export function describeError(
  family: 4 | 6,
  index: number,
  match: ProbeMatch,
  event: ArrivalEvent | ErrorQueueEvent,
): PingError {
  const common = {
    type: 'error',
    sequence: index,
    kind: match.kind,
    family,
    icmpType: match.type,
    code: match.code,
    mtu: match.mtu,
    bytes: event.end - event.start,
    source: formatAddress(event.source),
    at: event.time,
  } as const;
  if (event.kind === 'error-queue') return { ...common, pointer: 0, gateway: undefined, quote: EMPTY };
  const rest = event.start + REST_OF_HEADER;
  return {
    ...common,
    // A byte in ICMPv4 (RFC 792), a word in ICMPv6 (RFC 4443, 3.4).
    pointer: family === 4 ? readU8(event.bytes, rest) : readU32(event.bytes, rest),
    gateway: match.kind === 'redirect' && family === 4 ? formatIpv4(event.bytes, rest) : undefined,
    quote: event.bytes.slice(match.quoteStart, match.quoteEnd),
  };
}
