/**
 * The packet that an ICMP error quotes: IP header with options or extension headers, then as much of the transport
 * header as the router kept, with some routers 8 bytes or less (RFC 792; RFC 1812, 4.3.2.3; RFC 4443, 2.4). @module
 */
import { EMPTY, readU8, readU16, readU32 } from '../base/bytes.ts';
import { IpProtocol } from '../base/protocol-numbers.ts';

const IPV4_MINIMUM = 20;
const IPV6_HEADER = 40;
/** Longer chains are not followed. */
const MAX_EXTENSION_HEADERS = 8;

/** Typed window on a quote; addresses are given by offset. */
export class QuoteView {
  #bytes: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  #protocol = 0;
  #transportAt = 0;
  #isLaterFragment = false;

  /**
   * Points at `bytes[start, end)`. False: no complete IP header. True: the getters of the IP header are in bounds, and
   * the first `transportLength` bytes of the transport header.
   */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = Math.min(end, bytes.length);
    this.#isLaterFragment = false;
    if (this.#end - start < IPV4_MINIMUM) return false;
    const version = readU8(bytes, start) >>> 4;
    if (version === 4) return this.#wrap4();
    return version === 6 && this.#wrap6();
  }

  #wrap4(): boolean {
    const headerLength = (readU8(this.#bytes, this.#start) & 0x0f) * 4;
    if (headerLength < IPV4_MINIMUM || this.#start + headerLength > this.#end) return false;
    this.#protocol = readU8(this.#bytes, this.#start + 9);
    this.#transportAt = this.#start + headerLength;
    this.#isLaterFragment = (readU16(this.#bytes, this.#start + 6) & 0x1fff) !== 0;
    return true;
  }

  #wrap6(): boolean {
    let at = this.#start + IPV6_HEADER;
    if (at > this.#end) return false;
    let next = readU8(this.#bytes, this.#start + 6);
    for (let count = 0; count < MAX_EXTENSION_HEADERS; count += 1) {
      const length = this.#extensionLength(next, at);
      if (length === 0) break;
      if (next === IpProtocol.fragment) this.#isLaterFragment = readU16(this.#bytes, at + 2) >>> 3 !== 0;
      next = readU8(this.#bytes, at);
      at += length;
    }
    this.#protocol = next;
    this.#transportAt = Math.min(at, this.#end);
    return true;
  }

  /** 0: no extension header, or truncated. RFC 8200, 4.3 to 4.6; RFC 4302, 2.2 counts in other units. */
  #extensionLength(next: number, at: number): number {
    if (at + 8 > this.#end) return 0;
    const field = readU8(this.#bytes, at + 1);
    if (next === IpProtocol.fragment) return 8;
    if (next === IpProtocol.ah) return (field + 2) * 4;
    const isWalked =
      next === IpProtocol.hopByHop || next === IpProtocol.routing || next === IpProtocol.destinationOptions;
    return isWalked ? (field + 1) * 8 : 0;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get version(): number {
    return readU8(this.#bytes, this.#start) >>> 4;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** Bytes quoted, including RFC 4884 padding and extensions. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** The length of the whole packet from its header; some routers leave it in host order. */
  get totalLength(): number {
    return this.version === 4
      ? readU16(this.#bytes, this.#start + 2)
      : readU16(this.#bytes, this.#start + 4) + IPV6_HEADER;
  }

  /** IPv4 only. */
  get identification(): number {
    return readU16(this.#bytes, this.#start + 4);
  }

  /** Type of service or traffic class on arrival at the router: shows bleached ECN and DSCP. */
  get trafficClass(): number {
    return this.version === 4 ? readU8(this.#bytes, this.#start + 1) : (readU16(this.#bytes, this.#start) >>> 4) & 0xff;
  }

  /** IPv6 only. */
  get flowLabel(): number {
    return readU32(this.#bytes, this.#start) & 0xf_ffff;
  }

  /** Remaining hop limit: 0 or 1 for most routers, more if a router forwards before it checks. */
  get hopLimit(): number {
    return readU8(this.#bytes, this.#start + (this.version === 4 ? 8 : 7));
  }

  get sourceAt(): number {
    return this.#start + (this.version === 4 ? 12 : 8);
  }

  get destinationAt(): number {
    return this.#start + (this.version === 4 ? 16 : 24);
  }

  get addressLength(): number {
    return this.version === 4 ? 4 : 16;
  }

  /** Upper-layer protocol after extension headers. */
  get protocol(): number {
    return this.#protocol;
  }

  /** Offset of the transport header; equal to `end` if none of it was quoted. */
  get transportAt(): number {
    return this.#transportAt;
  }

  get transportLength(): number {
    return this.#end - this.#transportAt;
  }

  /** True for a fragment other than the first, which has no transport header. */
  get isLaterFragment(): boolean {
    return this.#isLaterFragment;
  }
}
