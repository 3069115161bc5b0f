/**
 * Walks IPv6 extension headers (RFC 8200, 4; RFC 4302 for AH; RFC 7045 for the list). Bounded twice: every step
 * advances at least eight bytes, and a chain has at most `IPV6_MAX_EXTENSIONS` links. @module
 */
import { EMPTY, readU8, readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';
import { IpProtocol } from '../base/protocol-numbers.ts';

/** Real chains have one to four headers; a longer one is an attack. */
export const IPV6_MAX_EXTENSIONS = 64;
const IPV6_FRAGMENT_HEADER_LENGTH = 8;

const MINIMUM_LENGTH = 8;
const MOBILITY = 135;
const HOST_IDENTITY = 139;
const SHIM6 = 140;

/** How the length of an extension header is counted. */
function extensionLength(kind: number, lengthByte: number): number {
  switch (kind) {
    case IpProtocol.fragment:
      return IPV6_FRAGMENT_HEADER_LENGTH;
    case IpProtocol.ah:
      return (lengthByte + 2) * 4; // RFC 4302, 2.2: in four-byte words, minus 2
    default:
      return (lengthByte + 1) * 8;
  }
}

/** Returns true for extension headers with a next-header byte; ESP encrypts its own. */
export function isIpv6Extension(protocol: number): boolean {
  switch (protocol) {
    case IpProtocol.hopByHop:
    case IpProtocol.routing:
    case IpProtocol.fragment:
    case IpProtocol.ah:
    case IpProtocol.destinationOptions:
    case MOBILITY:
    case HOST_IDENTITY:
    case SHIM6:
      return true;
    default:
      return false;
  }
}

/**
 * Cursor on a chain of extension headers; nothing is copied. After `next()` has returned false, `upperProtocol` and
 * `upperStart` describe what follows, unless `isTruncated`.
 */
export class Ipv6ExtensionCursor {
  #bytes = EMPTY;
  #end = 0;
  #kind = 0;
  #start = 0;
  #length = 0;
  #nextProtocol = 0;
  #nextStart = 0;
  #count = 0;
  #truncated = false;
  #fragmentOffset = 0;

  /** Starts before the first header of `bytes[start, end)`, whose type is `nextHeader` of the fixed header. */
  begin(bytes: Uint8Array, start: number, end: number, nextHeader: number): void {
    this.#bytes = bytes;
    this.#end = Math.min(end, bytes.length);
    this.#nextProtocol = nextHeader;
    this.#nextStart = start;
    this.#count = 0;
    this.#truncated = false;
    this.#fragmentOffset = 0;
  }

  /**
   * Moves to the next extension header. False: the upper layer, the data of a later fragment, or nothing complete
   * follows.
   */
  next(): boolean {
    if (this.#truncated || this.#fragmentOffset !== 0 || !isIpv6Extension(this.#nextProtocol)) return false;
    if (this.#nextStart + MINIMUM_LENGTH > this.#end || this.#count === IPV6_MAX_EXTENSIONS) {
      this.#truncated = true;
      return false;
    }
    const length = extensionLength(this.#nextProtocol, readU8(this.#bytes, this.#nextStart + 1));
    if (this.#nextStart + length > this.#end) {
      this.#truncated = true;
      return false;
    }
    this.#kind = this.#nextProtocol;
    this.#start = this.#nextStart;
    this.#length = length;
    this.#nextProtocol = readU8(this.#bytes, this.#start);
    this.#nextStart = this.#start + length;
    this.#count += 1;
    if (this.#kind === IpProtocol.fragment) this.#fragmentOffset = readU16(this.#bytes, this.#start + 2) & 0xfff8;
    return true;
  }

  /** Moves to the end of the chain. True: `upperStart` is the offset of the upper layer, at most the end. */
  skipAll(): boolean {
    while (this.next());
    return !this.#truncated && this.#fragmentOffset === 0;
  }

  /** Protocol number of the current header. */
  get kind(): number {
    return this.#kind;
  }

  get start(): number {
    return this.#start;
  }

  get length(): number {
    return this.#length;
  }

  get upperProtocol(): number {
    return this.#nextProtocol;
  }

  get upperStart(): number {
    return this.#nextStart;
  }

  /** The chain ended in a truncated header, or was longer than `IPV6_MAX_EXTENSIONS`. */
  get isTruncated(): boolean {
    return this.#truncated;
  }

  /** Fragment offset of the last fragment header, in bytes; if not 0, no upper-layer header follows. */
  get fragmentOffset(): number {
    return this.#fragmentOffset;
  }
}

const FRAGMENT_OFFSET = 2;
const FRAGMENT_IDENTIFICATION = 4;

/** Typed window on a fragment header (RFC 8200, 4.5). */
export class Ipv6FragmentView {
  #bytes = EMPTY;
  #start = 0;

  /** Points at `bytes[start, end)`. False: too short, do not read. True: getters are in bounds. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    return end <= bytes.length && end - start >= IPV6_FRAGMENT_HEADER_LENGTH;
  }

  get nextHeader(): number {
    return readU8(this.#bytes, this.#start);
  }

  /** In bytes, a multiple of 8. */
  get fragmentOffset(): number {
    return readU16(this.#bytes, this.#start + FRAGMENT_OFFSET) & 0xfff8;
  }

  get hasMoreFragments(): boolean {
    return (readU16(this.#bytes, this.#start + FRAGMENT_OFFSET) & 1) === 1;
  }

  get identification(): number {
    return readU32(this.#bytes, this.#start + FRAGMENT_IDENTIFICATION);
  }
}

/** Fields of a fragment header. */
export interface Ipv6FragmentHeader {
  readonly nextHeader: number;
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset: number;
  readonly hasMoreFragments: boolean;
  readonly identification: number;
}

/**
 * Writes a fragment header at `out[at]`.
 * @returns the offset just past the header
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeIpv6Fragment(header: Ipv6FragmentHeader, out: Uint8Array, at = 0): number {
  const end = at + IPV6_FRAGMENT_HEADER_LENGTH;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `the fragment header ends at ${end}`);
  out[at] = header.nextHeader;
  out[at + 1] = 0;
  writeU16(out, at + FRAGMENT_OFFSET, (header.fragmentOffset & 0xfff8) | (header.hasMoreFragments ? 1 : 0));
  writeU32(out, at + FRAGMENT_IDENTIFICATION, header.identification);
  return end;
}
