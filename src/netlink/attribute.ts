/**
 * Netlink attributes, `struct nlattr` of linux/netlink.h: length (header included), type, value, padding to four bytes.
 * Netlink uses host byte order, which is little-endian on all supported machines.
 *
 * Encoders return the bytes of the attribute, or undefined for an undefined value, which `joinParts` omits, so optional
 * fields need no conditions. Readers return undefined for an attribute that is absent or too short. @module
 */
import { EMPTY, readU8, readU16le, readU32le, writeU16le, writeU32le } from '../base/bytes.ts';

const HEADER_LENGTH = 4;
const MAX_LENGTH = 0xffff;

/** NLA_F_NESTED and NLA_F_NET_BYTEORDER occupy the top bits of the type field. */
const NESTED = 0x8000;
const TYPE_MASK = 0x3fff;

/** NLA_ALIGN and NLMSG_ALIGN. */
export function align4(length: number): number {
  return (length + 3) & ~3;
}

/** Concatenates parts; undefined ones are omitted. */
export function joinParts(...parts: readonly (Uint8Array | undefined)[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part?.length ?? 0;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    if (part === undefined) continue;
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** @throws RangeError if the value exceeds the 16-bit length */
export function bytesAttribute(type: number, value: Uint8Array | undefined): Uint8Array | undefined {
  return value === undefined ? undefined : encode(type, value);
}

export function u8Attribute(type: number, value: number | undefined): Uint8Array | undefined {
  return value === undefined ? undefined : encode(type, Uint8Array.of(value));
}

export function u16Attribute(type: number, value: number | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined;
  const bytes = new Uint8Array(2);
  writeU16le(bytes, 0, value);
  return encode(type, bytes);
}

export function u32Attribute(type: number, value: number | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined;
  const bytes = new Uint8Array(4);
  writeU32le(bytes, 0, value);
  return encode(type, bytes);
}

/** Encodes a zero-terminated string. */
export function textAttribute(type: number, value: string | undefined): Uint8Array | undefined {
  return value === undefined ? undefined : encode(type, new TextEncoder().encode(`${value}\0`));
}

/** Encodes a nested attribute; an empty one is valid (an address family, the defaults of a kind). */
export function nestedAttribute(type: number, ...parts: readonly (Uint8Array | undefined)[]): Uint8Array {
  return encode(type | NESTED, joinParts(...parts));
}

function encode(type: number, value: Uint8Array): Uint8Array {
  const length = HEADER_LENGTH + value.length;
  if (length > MAX_LENGTH) throw new RangeError(`attribute ${type & TYPE_MASK} is ${length} bytes long`);
  const bytes = new Uint8Array(align4(length));
  writeU16le(bytes, 0, length);
  writeU16le(bytes, 2, type);
  bytes.set(value, HEADER_LENGTH);
  return bytes;
}

/**
 * Attributes of a message by type; the last of equal types wins, as in the kernel's `nla_parse`. One instance may serve
 * many messages: `wrap` points it at the next one.
 */
export class Attributes {
  readonly #cursor = new AttributeCursor();
  #bytes: Uint8Array = EMPTY;
  // A message has few attributes: searching these lists is faster than making a map of each message.
  #count = 0;
  readonly #types: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Points at `bytes[start, end)`; false if an attribute ends outside. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    const cursor = this.#cursor;
    let count = 0;
    cursor.wrap(bytes, start, end);
    for (; cursor.next(); count += 1) {
      this.#types[count] = cursor.type;
      this.#starts[count] = cursor.start;
      this.#ends[count] = cursor.end;
    }
    this.#bytes = bytes;
    this.#count = cursor.isWhole ? count : 0;
    return cursor.isWhole;
  }

  has(type: number): boolean {
    return this.#find(type) >= 0;
  }

  u8(type: number): number | undefined {
    const at = this.#startOf(type, 1);
    return at === undefined ? undefined : readU8(this.#bytes, at);
  }

  u16(type: number): number | undefined {
    const at = this.#startOf(type, 2);
    return at === undefined ? undefined : readU16le(this.#bytes, at);
  }

  /** @param offset of the number in the value, for structures */
  u32(type: number, offset = 0): number | undefined {
    const at = this.#startOf(type, offset + 4);
    return at === undefined ? undefined : readU32le(this.#bytes, at + offset);
  }

  /** Returns a copy of the value. */
  bytes(type: number): Uint8Array | undefined {
    const found = this.#find(type);
    return found < 0 ? undefined : this.#bytes.slice(this.#starts[found], this.#ends[found]);
  }

  /**
   * Text up to the first zero byte. Bytes that are not UTF-8 become U+FFFD: an interface name may contain any bytes.
   */
  text(type: number): string | undefined {
    const bytes = this.bytes(type);
    if (bytes === undefined) return undefined;
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  /** Undefined also if the nested attributes are malformed. */
  nested(type: number): Attributes | undefined {
    const found = this.#find(type);
    return found < 0 ? undefined : readAttributes(this.#bytes, this.#starts[found] ?? 0, this.#ends[found] ?? 0);
  }

  #find(type: number): number {
    let at = this.#count - 1;
    while (at >= 0 && this.#types[at] !== type) at -= 1;
    return at;
  }

  #startOf(type: number, length: number): number | undefined {
    const found = this.#find(type);
    const start = this.#starts[found];
    return start === undefined || found < 0 || (this.#ends[found] ?? 0) - start < length ? undefined : start;
  }
}

/** Parses `bytes[start, end)` as attributes; undefined if one of them ends outside. */
export function readAttributes(bytes: Uint8Array, start: number, end: number): Attributes | undefined {
  const attributes = new Attributes();
  return attributes.wrap(bytes, start, end) ? attributes : undefined;
}

/** Visits attributes in order, including equal types; returns false at the first malformed one. */
export function forEachAttribute(
  bytes: Uint8Array,
  start: number,
  end: number,
  visit: (type: number, valueStart: number, valueEnd: number) => void,
): boolean {
  const cursor = new AttributeCursor();
  cursor.wrap(bytes, start, end);
  while (cursor.next()) visit(cursor.type, cursor.start, cursor.end);
  return cursor.isWhole;
}

/** The end of a message that is malformed. */
const MALFORMED = -1;

/** Visits attributes in order without allocation; `start` and `end` bound the value. One instance serves many messages. */
export class AttributeCursor {
  type = 0;
  start = 0;
  end = 0;
  #bytes = EMPTY;
  #next = 0;
  #limit = 0;

  /** Points before the first attribute of `bytes[start, end)`. */
  wrap(bytes: Uint8Array, start: number, end: number): void {
    const isInside = start <= end && end <= bytes.length;
    this.#bytes = bytes;
    this.#next = isInside ? start : 0;
    this.#limit = isInside ? end : MALFORMED;
  }

  /** Moves to the next attribute; false at the end, and at a malformed attribute. */
  next(): boolean {
    const at = this.#next;
    // Trailing bytes shorter than a header are padding, as in the kernel's `nla_ok`.
    if (this.#limit - at < HEADER_LENGTH) return false;
    const length = readU16le(this.#bytes, at);
    if (length < HEADER_LENGTH || length > this.#limit - at) {
      this.#limit = MALFORMED;
      return false;
    }
    this.type = readU16le(this.#bytes, at + 2) & TYPE_MASK;
    this.start = at + HEADER_LENGTH;
    this.end = at + length;
    this.#next = at + align4(length);
    return true;
  }

  /** After `next` returned false: whether every attribute was inside the message. */
  get isWhole(): boolean {
    return this.#limit !== MALFORMED;
  }
}
