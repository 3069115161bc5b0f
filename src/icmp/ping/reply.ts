/** Creates the events of a ping run from borrowed ones. @module */
import { formatIpv4 } from '../../base/address.ts';
import { EMPTY, readU8, readU32 } from '../../base/bytes.ts';
import type { ArrivalEvent, PingMethod, ProbeMatch, TimestampSource } from '../../probe/index.ts';
import type { AnswerEvent } from '../answer-finder.ts';
import type { ProbeTarget } from '../probe-target.ts';
import type { PingError, PingReply, PingStart } from './events.ts';
import { type PingOptions, sizeOf } from './options.ts';

/** The probe of a reply. */
export interface AnsweredPing {
  readonly index: number;
  readonly time: number;
  /** Source of the reply. */
  readonly source: string;
  /** Payload bytes of the probe. */
  readonly size: number;
  /** Bytes of IPv4 options of the probe. */
  readonly optionsLength: number;
  readonly timestampSource: TimestampSource;
  readonly isDuplicate: boolean;
  readonly isLate: boolean;
}

const IPV4_HEADER = 20;
const REST_OF_HEADER = 4;

/** Returns the first event of a run. */
export function describeStart(method: PingMethod, target: ProbeTarget, options: PingOptions): PingStart {
  const size = sizeOf(options, method.size, 0);
  return {
    type: 'start',
    target: target.name,
    address: target.address,
    source: options.source,
    family: method.family,
    size,
    lastSize: options.sizes?.to ?? size,
  };
}

export function describeReply(method: PingMethod, event: ArrivalEvent, ping: AnsweredPing): PingReply {
  return {
    type: 'reply',
    sequence: ping.index,
    bytes: event.end - event.start,
    source: ping.source,
    hopLimit: event.hopLimit,
    time: ping.time,
    timestampSource: ping.timestampSource,
    isDuplicate: ping.isDuplicate,
    isLate: ping.isLate,
    damage: method.damage(event, ping.index, ping.size),
    wrongLength: wrongLength(method, event, ping),
    options: event.bytes.slice(event.optionsStart, event.start),
    ...method.details(event),
    at: event.time,
  };
}

/** Returns actual and expected packet length; undefined if they are equal or the length is not known. */
function wrongLength(method: PingMethod, event: ArrivalEvent, ping: AnsweredPing): PingReply['wrongLength'] {
  const wanted = method.replyLength(ping.size);
  if (wanted === undefined) return undefined;
  const headerLength = method.family === 4 ? IPV4_HEADER : 0;
  const expected = headerLength + ping.optionsLength + wanted;
  const actual = headerLength + (event.start - event.optionsStart) + event.claimedLength;
  return actual === expected ? undefined : { actual, expected };
}

export function describeError(
  { family, index, source }: { readonly family: 4 | 6; readonly index: number; readonly source: string },
  match: ProbeMatch,
  event: AnswerEvent,
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
    source,
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
