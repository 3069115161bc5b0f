/**
 * ICMP echo probes. A 16-bit identifier does not identify a run: other programs derive theirs from process numbers, and
 * sequence numbers wrap at 65,536. So the payload begins with a 32-bit nonce of the run and the full number of the probe.
 * Round trip times never come from echoed bytes. @module
 */
import { formatIpv4, IPV4_LENGTH } from '../../base/address.ts';
import { readU8, readU16, readU32, writeU16, writeU32 } from '../../base/bytes.ts';
import { checksumSum } from '../../base/checksum.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { Icmp4Type, Icmp6Type } from '../../wire/icmp-types.ts';
import { encodeMask, encodeTimestamp, ICMP4_HEADER_LENGTH, Icmp4View } from '../../wire/icmp4.ts';
import { Icmp6View } from '../../wire/icmp6.ts';
import type { ProbeDraft, ProbeMatch } from '../method.ts';
import type { ArrivalEvent, ErrorQueueEvent } from '../transport.ts';
import { errorKind, IcmpErrorReader } from './icmp-error.ts';
import { NO_DETAILS, type PayloadDamage, type PingMethod, type ReplyDetails } from './ping-method.ts';

export interface EchoMethodOptions {
  readonly family: 4 | 6;
  /** 32 random bits that identify the run. */
  readonly nonce: number;
  /** Undefined derives it from the nonce; the kernel sets that of ping sockets. */
  readonly identifier?: number | undefined;
  /** Payload bytes; 56 by default. */
  readonly size?: number;
  /** Payload bytes of the largest probe; `size` by default. */
  readonly maxSize?: number;
  /** Repeated over the payload after nonce and number; by default each byte is its own offset, as in ping(8). */
  readonly pattern?: Uint8Array;
  /** `timestamp` requests the remote clock (RFC 792), `mask` the subnet mask (RFC 950); both IPv4 only. */
  readonly message?: 'echo' | 'timestamp' | 'mask';
  /**
   * Keeps the checksum constant for all probes of a flow: routers that balance load hash the first bytes of the ICMP
   * header (Augustin et al., "Avoiding traceroute anomalies with Paris traceroute", 2006).
   */
  readonly isFlowStable?: boolean;
}

/** Requests with identifier and sequence number, and their replies. */
const MESSAGES4 = {
  echo: { request: Icmp4Type.echoRequest, reply: Icmp4Type.echoReply },
  timestamp: { request: Icmp4Type.timestampRequest, reply: Icmp4Type.timestampReply },
  mask: { request: Icmp4Type.maskRequest, reply: Icmp4Type.maskReply },
} as const;
/** Bytes after the header, where they are fixed. */
const FIXED_SIZES = { echo: undefined, timestamp: 12, mask: 4 } as const;

export const DEFAULT_ECHO_SIZE = 56;
const NONCE_AT = 0;
const INDEX_AT = 4;
/** Nonce and number of the probe. */
const IDENTITY_LENGTH = 8;
const BALANCE_AT = 8;
const BALANCED_LENGTH = 10;

export class EchoMethod implements PingMethod {
  readonly protocol = 'icmp';
  readonly family: 4 | 6;
  readonly length: number;
  readonly quotedLength = ICMP4_HEADER_LENGTH;
  readonly identifier: number;
  readonly size: number;
  readonly #nonce: number;
  readonly #pattern: Uint8Array | undefined;
  readonly #message: 'echo' | 'timestamp' | 'mask';
  readonly #isEcho: boolean;
  readonly #isFlowStable: boolean;
  readonly #isIdentifierForced: boolean;
  readonly #view4 = new Icmp4View();
  readonly #view6 = new Icmp6View();
  readonly #error = new IcmpErrorReader();
  readonly #expected: Uint8Array;
  readonly #icmpProtocol: number;
  readonly #requestType: number;
  readonly #replyType: number;
  /** One match serves all replies. The caller borrows it. */
  readonly #reply = {
    kind: 'reply' as const,
    index: 0,
    isFullIndex: false,
    type: 0,
    code: 0,
    mtu: 0,
    isArrival: true,
    isChecksumOk: true,
  };

  /** @throws RangeError for a size that no packet can have, or a message that ICMPv6 does not have */
  constructor(options: EchoMethodOptions) {
    const size = options.size ?? DEFAULT_ECHO_SIZE;
    const maxSize = Math.max(size, options.maxSize ?? size);
    const limit = 0xffff - 20 - ICMP4_HEADER_LENGTH;
    if (!Number.isInteger(size) || size < 0 || maxSize > limit) {
      throw new RangeError(`payload size must be 0 to ${limit} bytes, not ${maxSize}`);
    }
    this.#message = options.message ?? 'echo';
    this.#isEcho = this.#message === 'echo';
    if (!this.#isEcho && options.family === 6) throw new RangeError(`ICMPv6 has no ${this.#message} message`);
    this.family = options.family;
    this.size = FIXED_SIZES[this.#message] ?? size;
    this.length = ICMP4_HEADER_LENGTH + Math.max(this.size, maxSize);
    this.#nonce = options.nonce >>> 0;
    this.#isIdentifierForced = options.identifier !== undefined;
    this.identifier = (options.identifier ?? this.#nonce ^ (this.#nonce >>> 16)) & 0xffff;
    this.#pattern = options.pattern !== undefined && options.pattern.length > 0 ? options.pattern : undefined;
    this.#isFlowStable = options.isFlowStable ?? false;
    this.#expected = new Uint8Array(this.length);
    const isIpv4 = options.family === 4;
    this.#icmpProtocol = isIpv4 ? IpProtocol.icmp : IpProtocol.icmp6;
    this.#requestType = isIpv4 ? MESSAGES4[this.#message].request : Icmp6Type.echoRequest;
    this.#replyType = isIpv4 ? MESSAGES4[this.#message].reply : Icmp6Type.echoReply;
  }

  encode(draft: ProbeDraft, out: Uint8Array): number {
    if (!this.#isEcho) return this.#encodeOther(draft, out);
    const end = ICMP4_HEADER_LENGTH + (draft.size ?? this.size);
    out[0] = this.#requestType;
    out[1] = 0;
    writeU16(out, 2, 0);
    writeU16(out, 4, this.identifier);
    writeU16(out, 6, draft.index & 0xffff);
    this.#fill(draft.index, draft.flow, out, ICMP4_HEADER_LENGTH, end);
    if (this.family === 4) writeU16(out, 2, ~checksumSum(out, 0, end));
    return end;
  }

  #fill(index: number, flow: number, out: Uint8Array, start: number, end: number): void {
    const size = end - start;
    const pattern = this.#pattern;
    for (let at = size < IDENTITY_LENGTH ? 0 : IDENTITY_LENGTH; at < size; at += 1) {
      out[start + at] = pattern === undefined ? at : readU8(pattern, at % pattern.length);
    }
    if (size < IDENTITY_LENGTH) return;
    writeU32(out, start + NONCE_AT, this.#nonce);
    writeU32(out, start + INDEX_AT, index);
    if (!this.#isFlowStable || size < BALANCED_LENGTH) return;
    // The sum of sequence and number grows with each probe; this word restores the sum of the flow.
    const varying = (index & 0xffff) + (index >>> 16) + (index & 0xffff);
    writeU16(out, start + BALANCE_AT, (((flow - varying) % 0xffff) + 0xffff) % 0xffff);
  }

  #encodeOther(draft: ProbeDraft, out: Uint8Array): number {
    const identity = { identifier: this.identifier, sequence: draft.index & 0xffff };
    if (this.#message === 'mask') return encodeMask(Icmp4Type.maskRequest, { ...identity, mask: 0 }, out);
    const originate = Date.now() % 86_400_000;
    return encodeTimestamp(Icmp4Type.timestampRequest, { ...identity, originate, receive: 0, transmit: 0 }, out);
  }

  match(event: ArrivalEvent | ErrorQueueEvent): ProbeMatch | undefined {
    if (event.kind === 'error-queue') return this.#matchErrorQueue(event);
    return this.#matchReply(event) ?? this.#matchError(event);
  }

  #matchReply(event: ArrivalEvent): ProbeMatch | undefined {
    const view = this.family === 4 ? this.#view4 : this.#view6;
    if (event.protocol !== this.#icmpProtocol || !view.wrap(event.bytes, event.start, event.end)) return undefined;
    if (view.type !== this.#replyType || view.code !== 0 || view.identifier !== this.identifier) return undefined;
    const index = this.#isEcho ? this.#readIndex(event.bytes, view.payloadAt, event.end) : -1;
    if (index === undefined) return undefined;
    const match = this.#reply;
    match.type = this.#replyType;
    match.isFullIndex = index >= 0;
    match.index = index >= 0 ? index : view.sequence;
    // The kernel has verified ICMPv6, and a truncated message cannot be verified.
    const isWhole = event.claimedLength <= event.end - event.start;
    match.isChecksumOk = this.family === 6 || !isWhole || this.#view4.isChecksumOk;
    return match;
  }

  /** Returns the full number from a payload; -1 if it is too short; undefined if another program wrote it. */
  #readIndex(bytes: Uint8Array, start: number, end: number): number | undefined {
    if (end - start < IDENTITY_LENGTH) return -1;
    return readU32(bytes, start + NONCE_AT) === this.#nonce ? readU32(bytes, start + INDEX_AT) : undefined;
  }

  #matchError(event: ArrivalEvent): ProbeMatch | undefined {
    const error = this.#error;
    if (!error.read(event)) return undefined;
    const { quote } = error;
    if (quote.protocol !== this.#icmpProtocol || quote.isLaterFragment) return undefined;
    const identity = this.#readQuoted(quote.bytes, quote.transportAt, quote.end);
    if (identity === undefined) return undefined;
    return { ...error.describe(), ...identity };
  }

  /** Returns the number of the probe from a quoted ICMP message, of which routers keep at least 8 bytes. */
  #readQuoted(bytes: Uint8Array, start: number, end: number): { index: number; isFullIndex: boolean } | undefined {
    if (end - start < this.quotedLength) return undefined;
    if (readU8(bytes, start) !== this.#requestType || readU16(bytes, start + 4) !== this.identifier) return undefined;
    const index = this.#isEcho ? this.#readIndex(bytes, start + ICMP4_HEADER_LENGTH, end) : -1;
    if (index === undefined) return undefined;
    return index < 0 ? { index: readU16(bytes, start + 6), isFullIndex: false } : { index, isFullIndex: true };
  }

  #matchErrorQueue(event: ErrorQueueEvent): ProbeMatch | undefined {
    const kind = errorKind(event.family, event.type, event.code);
    if (kind === undefined || event.family !== this.family || !this.#isIdentifierForced) return undefined;
    const identity = this.#readQuoted(event.bytes, event.start, event.end);
    if (identity === undefined) return undefined;
    const { type, code, mtu, destination } = event;
    return {
      kind,
      ...identity,
      type,
      code,
      mtu,
      isArrival: false,
      isChecksumOk: true,
      quotedDestination: destination,
    };
  }

  replyLength(size: number): number {
    return ICMP4_HEADER_LENGTH + size;
  }

  damage(event: ArrivalEvent, index: number, size = this.size): PayloadDamage | undefined {
    if (!this.#isEcho) return undefined;
    const start = event.start + ICMP4_HEADER_LENGTH;
    const length = Math.min(size, event.end - start);
    const expected = this.#expected;
    this.#fill(index, 0, expected, 0, size);
    const from = this.#isFlowStable ? BALANCED_LENGTH : 0;
    for (let at = from; at < length; at += 1) {
      const actual = readU8(event.bytes, start + at);
      if (actual === readU8(expected, at)) continue;
      const received = event.bytes.slice(start, start + length);
      return { offset: at, expected: readU8(expected, at), actual, sent: expected.slice(0, size), received };
    }
    return undefined;
  }

  details(event: ArrivalEvent): ReplyDetails {
    const view = this.#view4;
    if (this.#isEcho || !view.wrap(event.bytes, event.start, event.end)) return NO_DETAILS;
    if (this.#message === 'mask') {
      const isWhole = view.end - view.payloadAt >= IPV4_LENGTH;
      return isWhole ? { ...NO_DETAILS, mask: formatIpv4(event.bytes, view.payloadAt) } : NO_DETAILS;
    }
    if (!view.hasTimes) return NO_DETAILS;
    const { originate, receive, transmit } = view;
    return { ...NO_DETAILS, times: { originate, receive, transmit } };
  }
}

/**
 * Creates an echo method with a random nonce.
 * @param target an address, which gives the family, or all options
 * @throws RangeError as the constructor of `EchoMethod`
 */
export function echoMethod(
  target: string | (Omit<EchoMethodOptions, 'nonce'> & { readonly nonce?: number }),
): EchoMethod {
  const options = typeof target === 'string' ? ({ family: target.includes(':') ? 6 : 4 } as const) : target;
  return new EchoMethod({ nonce: randomNonce(), ...options });
}

/** Draws 32 bits from the system's random number generator. */
export function randomNonce(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
