/**
 * The packet that an ICMP error quotes: IP header with options or extension headers, then as much of the transport
 * header as the router kept, 8 bytes or fewer with some (RFC 792; RFC 1812, 4.3.2.3; RFC 4443, 2.4). @module
 */
import { EMPTY, readU8, readU16, readU32 } from '../base/bytes.ts';
import { IpProtocol } from '../base/protocol-numbers.ts';

const IPV4_MINIMUM = 20;
const IPV6_HEADER = 40;
/** Longer chains than anyone sends are not followed. */
const MAX_EXTENSION_HEADERS = 8;

/** Typed window on a quote; addresses stay where they are, named by their offset. */
export class QuoteView {
  #bytes: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  #protocol = 0;
  #transportAt = 0;
  #isLaterFragment = false;

  /**
   * Points at `bytes[start, end)`. False: no IP header, or one that does not fit. True: the getters of the IP header
   * are in bounds; of the transport header, the first `transportLength` bytes are.
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

  /** 0: no extension header, or cut off. RFC 8200, 4.3 to 4.6; RFC 4302, 2.2 counts in other units. */
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

  /** Bytes that the router quoted, RFC 4884 padding and extensions not taken off. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** The whole packet's length as its header says; some routers leave it in their own byte order. */
  get totalLength(): number {
    return this.version === 4
      ? readU16(this.#bytes, this.#start + 2)
      : readU16(this.#bytes, this.#start + 4) + IPV6_HEADER;
  }

  /** IPv4 only. */
  get identification(): number {
    return readU16(this.#bytes, this.#start + 4);
  }

  /** Type of service or traffic class, as it was when the packet died: shows bleached ECN and DSCP. */
  get trafficClass(): number {
    return this.version === 4 ? readU8(this.#bytes, this.#start + 1) : (readU16(this.#bytes, this.#start) >>> 4) & 0xff;
  }

  /** IPv6 only. */
  get flowLabel(): number {
    return readU32(this.#bytes, this.#start) & 0xf_ffff;
  }

  /** Hop limit that was left; 0 or 1 for most routers, more where a router forwards before it looks. */
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

  /** Upper-layer protocol, extension headers skipped. */
  get protocol(): number {
    return this.#protocol;
  }

  /** Where the transport header begins; equal to `end` when nothing of it was quoted. */
  get transportAt(): number {
    return this.#transportAt;
  }

  get transportLength(): number {
    return this.#end - this.#transportAt;
  }

  /** True: not the first fragment, so there is no transport header. */
  get isLaterFragment(): boolean {
    return this.#isLaterFragment;
  }
}
