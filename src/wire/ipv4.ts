/** IPv4 headers (RFC 791, 3.1; RFC 2474 for the DS field). Lengths in bytes, fields in host order. @module */
import { EMPTY, readU8, readU16, writeU16 } from '../base/bytes.ts';
import { checksumSum, isChecksumOk } from '../base/checksum.ts';
import { StackError } from '../base/errors.ts';

/** Without options. */
export const IPV4_HEADER_LENGTH = 20;
/** The header length field is at most 15 words. */
const IPV4_MAX_HEADER_LENGTH = 60;

const VERSION_AND_LENGTH = 0;
const TYPE_OF_SERVICE = 1;
const TOTAL_LENGTH = 2;
const IDENTIFICATION = 4;
const FRAGMENT = 6;
const TIME_TO_LIVE = 8;
const PROTOCOL = 9;
const CHECKSUM = 10;
const SOURCE = 12;
const DESTINATION = 16;

const RESERVED_FLAG = 0x8000;
const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET_MASK = 0x1fff;

/**
 * Typed window on an IPv4 header. `wrap` only checks that the fixed part is in bounds, so that a printer can read
 * malformed packets. Code that acts on a packet must check `isWellFormed` too.
 */
export class Ipv4View {
  #bytes = EMPTY;
  #start = 0;
  #end = 0;

  /** Points at `bytes[start, end)`. False: too short, do not read. True: getters are in bounds. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    return end <= bytes.length && end - start >= IPV4_HEADER_LENGTH;
  }

  /** Version 4, a header length within the captured bytes, and a total length of at least the header. */
  get isWellFormed(): boolean {
    const headerLength = this.headerLength;
    return (
      this.version === 4 &&
      headerLength >= IPV4_HEADER_LENGTH &&
      this.#start + headerLength <= this.#end &&
      this.totalLength >= headerLength
    );
  }

  get version(): number {
    return readU8(this.#bytes, this.#start + VERSION_AND_LENGTH) >>> 4;
  }

  /** From the header, 0 to 60 bytes; less than 20 is malformed. */
  get headerLength(): number {
    return (readU8(this.#bytes, this.#start + VERSION_AND_LENGTH) & 0x0f) * 4;
  }

  /** The whole octet: DSCP in the upper six bits, ECN in the lower two. */
  get typeOfService(): number {
    return readU8(this.#bytes, this.#start + TYPE_OF_SERVICE);
  }

  /** Header and payload in bytes, from the header; 0 for large segments that the interface splits (TSO). */
  get totalLength(): number {
    return readU16(this.#bytes, this.#start + TOTAL_LENGTH);
  }

  get identification(): number {
    return readU16(this.#bytes, this.#start + IDENTIFICATION);
  }

  /** The reserved bit, the one of RFC 3514. */
  get isReservedFlagSet(): boolean {
    return (readU16(this.#bytes, this.#start + FRAGMENT) & RESERVED_FLAG) !== 0;
  }

  get isDontFragment(): boolean {
    return (readU16(this.#bytes, this.#start + FRAGMENT) & DONT_FRAGMENT) !== 0;
  }

  get hasMoreFragments(): boolean {
    return (readU16(this.#bytes, this.#start + FRAGMENT) & MORE_FRAGMENTS) !== 0;
  }

  /** In bytes, a multiple of 8. */
  get fragmentOffset(): number {
    return (readU16(this.#bytes, this.#start + FRAGMENT) & FRAGMENT_OFFSET_MASK) * 8;
  }

  /** True for every fragment of a datagram, including the first and the last. */
  get isFragment(): boolean {
    return (readU16(this.#bytes, this.#start + FRAGMENT) & (MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK)) !== 0;
  }

  get timeToLive(): number {
    return readU8(this.#bytes, this.#start + TIME_TO_LIVE);
  }

  get protocol(): number {
    return readU8(this.#bytes, this.#start + PROTOCOL);
  }

  get checksum(): number {
    return readU16(this.#bytes, this.#start + CHECKSUM);
  }

  /** The checksum is right; for well-formed headers only. */
  get isChecksumOk(): boolean {
    return isChecksumOk(this.#bytes, this.#start, this.#start + this.headerLength);
  }

  /** Offset of the source address in the wrapped array. */
  get sourceStart(): number {
    return this.#start + SOURCE;
  }

  /** Offset of the destination address in the wrapped array. */
  get destinationStart(): number {
    return this.#start + DESTINATION;
  }

  /** Options are `bytes[optionsStart, payloadStart)`. */
  get optionsStart(): number {
    return this.#start + IPV4_HEADER_LENGTH;
  }

  get payloadStart(): number {
    return this.#start + this.headerLength;
  }

  /** End of the payload: by the total length, or the end of the captured bytes, whichever comes first. */
  get payloadEnd(): number {
    return Math.min(this.#start + this.totalLength, this.#end);
  }
}

/** Fields of an IPv4 header; addresses have four bytes. */
export interface Ipv4Header {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly timeToLive: number;
  /** Bytes after the header. */
  readonly payloadLength: number;
  readonly typeOfService?: number;
  readonly identification?: number;
  readonly isDontFragment?: boolean;
  readonly hasMoreFragments?: boolean;
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset?: number;
  /** Encoded options, padded to a multiple of 4, at most 40 bytes. */
  readonly options?: Uint8Array;
}

const NO_OPTIONS = new Uint8Array(0);

/**
 * Writes an IPv4 header at `out[at]`, checksum included.
 * @returns the offset just past the header
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 * @throws RangeError if the options are not whole words or too long, or the payload is too long
 */
export function encodeIpv4(header: Ipv4Header, out: Uint8Array, at = 0): number {
  const options = header.options ?? NO_OPTIONS;
  const headerLength = IPV4_HEADER_LENGTH + options.length;
  const totalLength = headerLength + header.payloadLength;
  if (options.length % 4 !== 0 || headerLength > IPV4_MAX_HEADER_LENGTH) {
    throw new RangeError(`IPv4 options must be a multiple of 4 and at most 40 bytes, not ${options.length}`);
  }
  if (totalLength > 0xffff) throw new RangeError(`an IPv4 packet is at most 65535 bytes, not ${totalLength}`);
  const end = at + headerLength;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `the IPv4 header ends at ${end}`);
  out[at + VERSION_AND_LENGTH] = 0x40 | (headerLength / 4);
  out[at + TYPE_OF_SERVICE] = header.typeOfService ?? 0;
  writeU16(out, at + TOTAL_LENGTH, totalLength);
  writeU16(out, at + IDENTIFICATION, header.identification ?? 0);
  writeU16(out, at + FRAGMENT, fragmentField(header));
  out[at + TIME_TO_LIVE] = header.timeToLive;
  out[at + PROTOCOL] = header.protocol;
  writeU16(out, at + CHECKSUM, 0);
  out.set(header.source, at + SOURCE);
  out.set(header.destination, at + DESTINATION);
  out.set(options, at + IPV4_HEADER_LENGTH);
  writeU16(out, at + CHECKSUM, ~checksumSum(out, at, end)); // its own field was 0 while summing
  return end;
}

function fragmentField(header: Ipv4Header): number {
  const offset = header.fragmentOffset ?? 0;
  if (offset % 8 !== 0 || offset > FRAGMENT_OFFSET_MASK * 8) {
    throw new RangeError(`a fragment offset must be a multiple of 8 up to 65528, not ${offset}`);
  }
  return (
    (header.isDontFragment === true ? DONT_FRAGMENT : 0) |
    (header.hasMoreFragments === true ? MORE_FRAGMENTS : 0) |
    (offset / 8)
  );
}
