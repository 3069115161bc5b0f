/** ICMPv6 messages (RFC 4443, 8335). The checksum covers a pseudo header (RFC 8200, 8.1). @module */
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { checksumSum, isChecksumOk } from '../base/checksum.ts';
import { StackError } from '../base/errors.ts';
import { isIcmp6Error } from './icmp-types.ts';
import { ICMP_HEADER_LENGTH, IcmpView } from './icmp-view.ts';
import type { IcmpEcho, IcmpMessage } from './icmp4.ts';

const ICMP6_HEADER_LENGTH = ICMP_HEADER_LENGTH;

const TYPE = 0;
const CODE = 1;
const CHECKSUM = 2;
const BODY = 4;

/** Typed window on an ICMPv6 message. */
export class Icmp6View extends IcmpView {
  /** @param pseudoSum `pseudoHeaderSum` of addresses, protocol 58 and the message's length */
  isChecksumOk(pseudoSum: number): boolean {
    return isChecksumOk(this.bytes, this.start, this.end, pseudoSum);
  }

  /** Packet too big (RFC 4443, 3.2). */
  get mtu(): number {
    return readU32(this.bytes, this.start + BODY);
  }

  /** Parameter problem: offset of the offending byte (RFC 4443, 3.4). */
  get pointer(): number {
    return readU32(this.bytes, this.start + BODY);
  }

  /**
   * Listener discovery: maximum response delay in milliseconds, and offset of the group address (RFC 2710, 3); check
   * `length` first.
   */
  get maximumResponseDelay(): number {
    return readU16(this.bytes, this.start + BODY);
  }

  get groupAt(): number {
    return this.payloadAt;
  }

  override get isError(): boolean {
    return isIcmp6Error(this.type);
  }
}

/**
 * Writes any ICMPv6 message.
 * @param pseudoSum `pseudoHeaderSum` of addresses, protocol 58 and the message's length; undefined leaves the checksum
 * 0 for the kernel to fill (it always does on raw ICMPv6 sockets, RFC 3542, 3.1)
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeIcmp6(message: IcmpMessage, pseudoSum: number | undefined, out: Uint8Array, at = 0): number {
  const end = at + ICMP6_HEADER_LENGTH + message.body.length;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `message ends at ${end}, the buffer at ${out.length}`);
  out[at + TYPE] = message.type;
  out[at + CODE] = message.code;
  writeU16(out, at + CHECKSUM, 0);
  writeU32(out, at + BODY, message.rest ?? 0);
  out.set(message.body, at + ICMP6_HEADER_LENGTH);
  if (pseudoSum !== undefined) writeU16(out, at + CHECKSUM, ~checksumSum(out, at, end, pseudoSum));
  return end;
}

/**
 * Writes an ICMPv6 echo request or reply (RFC 4443, 4).
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeEcho6(
  type: 128 | 129,
  echo: IcmpEcho,
  pseudoSum: number | undefined,
  out: Uint8Array,
  at = 0,
): number {
  const rest = ((echo.identifier << 16) | echo.sequence) >>> 0;
  return encodeIcmp6({ type, code: 0, rest, body: echo.payload }, pseudoSum, out, at);
}
