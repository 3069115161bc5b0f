/** TCP headers (RFC 9293, 3.1; RFC 3168 and RFC 9768 for ECN). Lengths in bytes, fields in host order. @module */
import { EMPTY, readU8, readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { checksumSum } from '../base/checksum.ts';
import { StackError } from '../base/errors.ts';

/** Without options. */
export const TCP_HEADER_LENGTH = 20;
const TCP_MAX_OPTIONS_LENGTH = 40;

/** Control bits. */
export const TcpFlag = {
  fin: 0x01,
  syn: 0x02,
  reset: 0x04,
  push: 0x08,
  acknowledgment: 0x10,
  urgent: 0x20,
  congestionEcho: 0x40,
  congestionWindowReduced: 0x80,
  /** The ninth bit, AE (RFC 9768), NS before. */
  accurateEcn: 0x100,
} as const;

const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const SEQUENCE = 4;
const ACKNOWLEDGMENT = 8;
const OFFSET_AND_FLAGS = 12;
const WINDOW = 14;
const CHECKSUM = 16;
const URGENT_POINTER = 18;

/**
 * Typed window on a segment. `wrap` only checks that the fixed part is in bounds, so that a printer can read malformed
 * segments. Code that acts on a segment must check `isWellFormed` too.
 */
export class TcpView {
  #bytes = EMPTY;
  #start = 0;
  #end = 0;

  /** Points at `bytes[start, end)`. False: too short, do not read. True: getters are in bounds. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    return end <= bytes.length && end - start >= TCP_HEADER_LENGTH;
  }

  /** The header length is valid and within the captured bytes. */
  get isWellFormed(): boolean {
    const headerLength = this.headerLength;
    return headerLength >= TCP_HEADER_LENGTH && this.#start + headerLength <= this.#end;
  }

  get sourcePort(): number {
    return readU16(this.#bytes, this.#start + SOURCE_PORT);
  }

  get destinationPort(): number {
    return readU16(this.#bytes, this.#start + DESTINATION_PORT);
  }

  get sequence(): number {
    return readU32(this.#bytes, this.#start + SEQUENCE);
  }

  get acknowledgment(): number {
    return readU32(this.#bytes, this.#start + ACKNOWLEDGMENT);
  }

  /** From the data offset, 0 to 60 bytes; less than 20 is malformed. */
  get headerLength(): number {
    return (readU8(this.#bytes, this.#start + OFFSET_AND_FLAGS) >>> 4) * 4;
  }

  /** Nine bits, see `TcpFlag`. */
  get flags(): number {
    return readU16(this.#bytes, this.#start + OFFSET_AND_FLAGS) & 0x1ff;
  }

  /** Unscaled. */
  get window(): number {
    return readU16(this.#bytes, this.#start + WINDOW);
  }

  get checksum(): number {
    return readU16(this.#bytes, this.#start + CHECKSUM);
  }

  get urgentPointer(): number {
    return readU16(this.#bytes, this.#start + URGENT_POINTER);
  }

  /** Options are `bytes[optionsStart, payloadStart)` of a well-formed segment. */
  get optionsStart(): number {
    return this.#start + TCP_HEADER_LENGTH;
  }

  get payloadStart(): number {
    return this.#start + this.headerLength;
  }
}

/** Fields of a segment; absent numbers are 0. */
export interface TcpSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence?: number;
  readonly acknowledgment?: number;
  /** See `TcpFlag`. */
  readonly flags: number;
  readonly window?: number;
  readonly urgentPointer?: number;
  /** Encoded options, padded to a multiple of 4, at most 40 bytes (`encodeTcpOptions`). */
  readonly options?: Uint8Array;
  readonly payload?: Uint8Array;
}

/**
 * Writes a segment at `out[at]`, checksum included.
 * @param pseudoSum `pseudoHeaderSum` of addresses, protocol 6 and the segment's length
 * @returns the offset just past the segment
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 * @throws RangeError if the options are not whole words or too long
 */
export function encodeTcp(segment: TcpSegment, pseudoSum: number, out: Uint8Array, at = 0): number {
  const options = segment.options ?? EMPTY;
  const payload = segment.payload ?? EMPTY;
  if (options.length % 4 !== 0 || options.length > TCP_MAX_OPTIONS_LENGTH) {
    throw new RangeError(`TCP options must be a multiple of 4 and at most 40 bytes, not ${options.length}`);
  }
  const headerLength = TCP_HEADER_LENGTH + options.length;
  const end = at + headerLength + payload.length;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `the segment ends at ${end}`);
  writeU16(out, at + SOURCE_PORT, segment.sourcePort);
  writeU16(out, at + DESTINATION_PORT, segment.destinationPort);
  writeU32(out, at + SEQUENCE, segment.sequence ?? 0);
  writeU32(out, at + ACKNOWLEDGMENT, segment.acknowledgment ?? 0);
  writeU16(out, at + OFFSET_AND_FLAGS, ((headerLength / 4) << 12) | (segment.flags & 0x1ff));
  writeU16(out, at + WINDOW, segment.window ?? 0);
  writeU16(out, at + CHECKSUM, 0);
  writeU16(out, at + URGENT_POINTER, segment.urgentPointer ?? 0);
  out.set(options, at + TCP_HEADER_LENGTH);
  out.set(payload, at + headerLength);
  writeU16(out, at + CHECKSUM, ~checksumSum(out, at, end, pseudoSum));
  return end;
}
