/** The common part of ICMPv4 and ICMPv6 messages: the first eight bytes. @module */
import { EMPTY, readU8, readU16 } from '../base/bytes.ts';

/** Bytes before the body, in both families (RFC 792; RFC 4443, 2.1). */
export const ICMP_HEADER_LENGTH = 8;

const TYPE = 0;
const CODE = 1;
const CHECKSUM = 2;
const IDENTIFIER = 4;
const SEQUENCE = 6;
const EXTENDED_SEQUENCE = 6;
const EXTENDED_FLAGS = 7;

/** Typed window on a message. One instance serves many packets; nothing is copied. */
export abstract class IcmpView {
  protected bytes: Uint8Array = EMPTY;
  protected start = 0;
  #end = 0;

  /**
   * Points at `bytes[start, end)`. False: too short, do not read. True: getters are in bounds, unless their comment
   * says otherwise.
   */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.bytes = bytes;
    this.start = start;
    this.#end = end;
    return end <= bytes.length && end - start >= ICMP_HEADER_LENGTH;
  }

  get type(): number {
    return readU8(this.bytes, this.start + TYPE);
  }

  get code(): number {
    return readU8(this.bytes, this.start + CODE);
  }

  get checksum(): number {
    return readU16(this.bytes, this.start + CHECKSUM);
  }

  /** Echo, timestamp, mask and extended echo messages. */
  get identifier(): number {
    return readU16(this.bytes, this.start + IDENTIFIER);
  }

  /** Echo, timestamp and mask messages. */
  get sequence(): number {
    return readU16(this.bytes, this.start + SEQUENCE);
  }

  /** Extended echo messages: one byte (RFC 8335, 2). */
  get extendedSequence(): number {
    return readU8(this.bytes, this.start + EXTENDED_SEQUENCE);
  }

  /** Extended echo: bit 0 is "local" in a request; state, A, 4 and 6 in a reply (RFC 8335, 2 and 3). */
  get extendedFlags(): number {
    return readU8(this.bytes, this.start + EXTENDED_FLAGS);
  }

  /** True for an error, which quotes the packet that caused it from `payloadAt` on. */
  abstract get isError(): boolean;

  /** Offset of echo data, or of the quote of an error. */
  get payloadAt(): number {
    return this.start + ICMP_HEADER_LENGTH;
  }

  get end(): number {
    return this.#end;
  }

  get length(): number {
    return this.#end - this.start;
  }
}
