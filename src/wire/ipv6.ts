/** IPv6 headers (RFC 8200, 3). Lengths in bytes, fields in host order. @module */
import { EMPTY, readU8, readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';

export const IPV6_HEADER_LENGTH = 40;

const VERSION_CLASS_FLOW = 0;
const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const HOP_LIMIT = 7;
const SOURCE = 8;
const DESTINATION = 24;

/** Typed window on the fixed header; `Ipv6ExtensionCursor` reads extension headers. */
export class Ipv6View {
  #bytes = EMPTY;
  #start = 0;
  #end = 0;

  /** Points at `bytes[start, end)`. False: too short, do not read. True: getters are in bounds. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    return end <= bytes.length && end - start >= IPV6_HEADER_LENGTH;
  }

  get version(): number {
    return readU8(this.#bytes, this.#start) >>> 4;
  }

  /** The whole octet: DSCP in the upper six bits, ECN in the lower two. */
  get trafficClass(): number {
    return (readU16(this.#bytes, this.#start) >>> 4) & 0xff;
  }

  /** 20 bits. */
  get flowLabel(): number {
    return readU32(this.#bytes, this.#start + VERSION_CLASS_FLOW) & 0xfffff;
  }

  /** Extension headers and upper layer in bytes, from the header; 0 in jumbograms (RFC 2675) and large segments. */
  get payloadLength(): number {
    return readU16(this.#bytes, this.#start + PAYLOAD_LENGTH);
  }

  get nextHeader(): number {
    return readU8(this.#bytes, this.#start + NEXT_HEADER);
  }

  get hopLimit(): number {
    return readU8(this.#bytes, this.#start + HOP_LIMIT);
  }

  /** Offset of the source address in the wrapped array. */
  get sourceStart(): number {
    return this.#start + SOURCE;
  }

  /** Offset of the destination address in the wrapped array. */
  get destinationStart(): number {
    return this.#start + DESTINATION;
  }

  get payloadStart(): number {
    return this.#start + IPV6_HEADER_LENGTH;
  }

  /** End of the payload: by its length, or the end of the captured bytes, whichever comes first. */
  get payloadEnd(): number {
    return Math.min(this.#start + IPV6_HEADER_LENGTH + this.payloadLength, this.#end);
  }
}

/** Fields of an IPv6 header; addresses have sixteen bytes. */
export interface Ipv6Header {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly nextHeader: number;
  readonly hopLimit: number;
  /** Bytes after the header, including extension headers. */
  readonly payloadLength: number;
  readonly trafficClass?: number;
  readonly flowLabel?: number;
}

/**
 * Writes an IPv6 header at `out[at]`.
 * @returns the offset just past the header
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 * @throws RangeError if the payload is too long for the field
 */
export function encodeIpv6(header: Ipv6Header, out: Uint8Array, at = 0): number {
  const end = at + IPV6_HEADER_LENGTH;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `the IPv6 header ends at ${end}`);
  if (header.payloadLength > 0xffff) {
    throw new RangeError(`an IPv6 payload is at most 65535 bytes, not ${header.payloadLength}`);
  }
  const trafficClass = (header.trafficClass ?? 0) & 0xff;
  writeU32(
    out,
    at + VERSION_CLASS_FLOW,
    ((6 << 28) | (trafficClass << 20) | ((header.flowLabel ?? 0) & 0xfffff)) >>> 0,
  );
  writeU16(out, at + PAYLOAD_LENGTH, header.payloadLength);
  out[at + NEXT_HEADER] = header.nextHeader;
  out[at + HOP_LIMIT] = header.hopLimit;
  out.set(header.source, at + SOURCE);
  out.set(header.destination, at + DESTINATION);
  return end;
}
