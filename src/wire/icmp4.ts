/** ICMPv4 messages (RFC 792, 950, 1191, 8335). Lengths in bytes, fields in host order. @module */
import { readU8, readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { checksumSum, isChecksumOk } from '../base/checksum.ts';
import { StackError } from '../base/errors.ts';
import { Icmp4Type, isIcmp4Error } from './icmp-types.ts';
import { ICMP_HEADER_LENGTH, IcmpView } from './icmp-view.ts';

export const ICMP4_HEADER_LENGTH = ICMP_HEADER_LENGTH;
/** Timestamp messages carry three times after the header (RFC 792, "Timestamp or Timestamp Reply Message"). */
const ICMP4_TIMESTAMP_LENGTH = 20;
/** Mask messages carry a mask after the header (RFC 950, appendix I). */
const ICMP4_MASK_LENGTH = 12;

const TYPE = 0;
const CODE = 1;
const CHECKSUM = 2;
const IDENTIFIER = 4;
const SEQUENCE = 6;
const POINTER = 4;
const GATEWAY = 4;
const NEXT_HOP_MTU = 6;
const ORIGINATE = 8;
const RECEIVE = 12;
const TRANSMIT = 16;
const MASK = 8;

/** Typed window on an ICMPv4 message. */
export class Icmp4View extends IcmpView {
  /** Verifies the checksum over the whole window; meaningful only if the message is not truncated. */
  get isChecksumOk(): boolean {
    return isChecksumOk(this.bytes, this.start, this.end);
  }

  /** Parameter problem: offset of the offending byte. */
  get pointer(): number {
    return readU8(this.bytes, this.start + POINTER);
  }

  /** Fragmentation needed: MTU of the next hop, 0 if unknown (RFC 1191, 4). */
  get nextHopMtu(): number {
    return readU16(this.bytes, this.start + NEXT_HOP_MTU);
  }

  /** Redirect: offset of the gateway's address. */
  get gatewayAt(): number {
    return this.start + GATEWAY;
  }

  /** Router advertisement (RFC 1256, 3): number of addresses, and their lifetime in seconds. */
  get addressCount(): number {
    return readU8(this.bytes, this.start + IDENTIFIER);
  }

  get lifetime(): number {
    return readU16(this.bytes, this.start + SEQUENCE);
  }

  /** True: `originate`, `receive` and `transmit` are in bounds. */
  get hasTimes(): boolean {
    return this.length >= ICMP4_TIMESTAMP_LENGTH;
  }

  /** Milliseconds since midnight UT; the high bit marks other units (RFC 792). */
  get originate(): number {
    return readU32(this.bytes, this.start + ORIGINATE);
  }

  get receive(): number {
    return readU32(this.bytes, this.start + RECEIVE);
  }

  get transmit(): number {
    return readU32(this.bytes, this.start + TRANSMIT);
  }

  /** Mask messages (RFC 950, appendix I); 0 if truncated. */
  get mask(): number {
    return this.length >= ICMP4_MASK_LENGTH ? readU32(this.bytes, this.start + MASK) : 0;
  }

  override get isError(): boolean {
    return isIcmp4Error(this.type);
  }
}

/** Fields of an echo message. */
export interface IcmpEcho {
  readonly identifier: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/**
 * Writes an echo request at `out[at]`, checksum included (RFC 792, "Echo or Echo Reply Message").
 * @returns the offset just past the message
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeEchoRequest(echo: IcmpEcho, out: Uint8Array, at = 0): number {
  return encodeEcho(Icmp4Type.echoRequest, echo, out, at);
}

/**
 * Writes the reply to an echo request.
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeEchoReply(echo: IcmpEcho, out: Uint8Array, at = 0): number {
  return encodeEcho(Icmp4Type.echoReply, echo, out, at);
}

function encodeEcho(type: number, echo: IcmpEcho, out: Uint8Array, at: number): number {
  const end = at + ICMP4_HEADER_LENGTH + echo.payload.length;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `echo ends at ${end}, the buffer at ${out.length}`);
  writeU16(out, at + IDENTIFIER, echo.identifier);
  writeU16(out, at + SEQUENCE, echo.sequence);
  out.set(echo.payload, at + ICMP4_HEADER_LENGTH);
  return seal(type, 0, out, at, end);
}

/** The three times of a timestamp message, milliseconds since midnight UT. */
export interface Icmp4Times {
  readonly identifier: number;
  readonly sequence: number;
  readonly originate: number;
  readonly receive: number;
  readonly transmit: number;
}

/**
 * Writes a timestamp request or reply (RFC 792, "Timestamp or Timestamp Reply Message").
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeTimestamp(type: 13 | 14, times: Icmp4Times, out: Uint8Array, at = 0): number {
  const end = at + ICMP4_TIMESTAMP_LENGTH;
  if (end > out.length)
    throw new StackError('ENCODE_OVERFLOW', `timestamp ends at ${end}, the buffer at ${out.length}`);
  writeU16(out, at + IDENTIFIER, times.identifier);
  writeU16(out, at + SEQUENCE, times.sequence);
  writeU32(out, at + ORIGINATE, times.originate);
  writeU32(out, at + RECEIVE, times.receive);
  writeU32(out, at + TRANSMIT, times.transmit);
  return seal(type, 0, out, at, end);
}

/**
 * Writes an address mask request or reply (RFC 950, appendix I).
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeMask(
  type: 17 | 18,
  fields: { readonly identifier: number; readonly sequence: number; readonly mask: number },
  out: Uint8Array,
  at = 0,
): number {
  const end = at + ICMP4_MASK_LENGTH;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `mask ends at ${end}, the buffer at ${out.length}`);
  writeU16(out, at + IDENTIFIER, fields.identifier);
  writeU16(out, at + SEQUENCE, fields.sequence);
  writeU32(out, at + MASK, fields.mask);
  return seal(type, 0, out, at, end);
}

/** Fields of any message that consists of a header and a body. */
export interface IcmpMessage {
  readonly type: number;
  readonly code: number;
  /** Bytes 4 to 7: pointer, RFC 4884 length, MTU, gateway; 0 where unused. */
  readonly rest?: number;
  /** Bytes after the header: the quoted packet with RFC 4884 padding and extensions. */
  readonly body: Uint8Array;
}

/**
 * Writes any ICMPv4 message, checksum included.
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeIcmp4(message: IcmpMessage, out: Uint8Array, at = 0): number {
  const end = at + ICMP4_HEADER_LENGTH + message.body.length;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `message ends at ${end}, the buffer at ${out.length}`);
  writeU32(out, at + IDENTIFIER, message.rest ?? 0);
  out.set(message.body, at + ICMP4_HEADER_LENGTH);
  return seal(message.type, message.code, out, at, end);
}

function seal(type: number, code: number, out: Uint8Array, at: number, end: number): number {
  out[at + TYPE] = type;
  out[at + CODE] = code;
  writeU16(out, at + CHECKSUM, 0);
  writeU16(out, at + CHECKSUM, ~checksumSum(out, at, end)); // its own field was 0 while summing
  return end;
}
