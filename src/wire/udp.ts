/** UDP headers (RFC 768). Lengths in bytes, fields in host order. @module */
import { EMPTY, readU16, writeU16 } from '../base/bytes.ts';
import { checksumSum } from '../base/checksum.ts';
import { StackError } from '../base/errors.ts';

export const UDP_HEADER_LENGTH = 8;

const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const LENGTH = 4;
const CHECKSUM = 6;

/** Typed window on a datagram. One instance serves many packets; nothing is copied. */
export class UdpView {
  #bytes = EMPTY;
  #start = 0;
  #end = 0;

  /** Points at `bytes[start, end)`. False: too short, do not read. True: getters are in bounds. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    return end <= bytes.length && end - start >= UDP_HEADER_LENGTH;
  }

  get sourcePort(): number {
    return readU16(this.#bytes, this.#start + SOURCE_PORT);
  }

  get destinationPort(): number {
    return readU16(this.#bytes, this.#start + DESTINATION_PORT);
  }

  /** Header and data in bytes, from the header; less than 8 is malformed. */
  get length(): number {
    return readU16(this.#bytes, this.#start + LENGTH);
  }

  /** 0: no checksum (allowed over IPv4). */
  get checksum(): number {
    return readU16(this.#bytes, this.#start + CHECKSUM);
  }

  get payloadStart(): number {
    return this.#start + UDP_HEADER_LENGTH;
  }

  /** End of the data: by the length field, or the end of the captured bytes, whichever comes first. */
  get payloadEnd(): number {
    return Math.max(this.payloadStart, Math.min(this.#start + this.length, this.#end));
  }
}

/** Fields of a datagram. */
export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

/**
 * Writes a datagram at `out[at]`. With the sum of its pseudo header the checksum is computed; otherwise it is 0 (none).
 * @param pseudoSum `pseudoHeaderSum` of addresses, protocol 17 and the datagram's length
 * @returns the offset just past the datagram
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeUdp(datagram: UdpDatagram, out: Uint8Array, at = 0, pseudoSum?: number): number {
  const length = UDP_HEADER_LENGTH + datagram.payload.length;
  const end = at + length;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `the datagram ends at ${end}`);
  writeU16(out, at + SOURCE_PORT, datagram.sourcePort);
  writeU16(out, at + DESTINATION_PORT, datagram.destinationPort);
  writeU16(out, at + LENGTH, length);
  writeU16(out, at + CHECKSUM, 0);
  out.set(datagram.payload, at + UDP_HEADER_LENGTH);
  if (pseudoSum === undefined) return end;
  const checksum = ~checksumSum(out, at, end, pseudoSum) & 0xffff;
  writeU16(out, at + CHECKSUM, checksum === 0 ? 0xffff : checksum); // RFC 768: 0 would mean "none"
  return end;
}
