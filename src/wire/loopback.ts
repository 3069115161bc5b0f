/**
 * BSD loopback headers: four bytes that name an address family (draft-ietf-opsawg-pcaplinktype, LINKTYPE_NULL and
 * LINKTYPE_LOOP). LOOP is in network order; NULL is in the order of the capturing machine. Families are small numbers,
 * so a value above 0xffff is byte-swapped. @module
 */
import { EMPTY, readU32, readU32le, writeU32, writeU32le } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';
import { LOOPBACK_FAMILIES } from '../base/protocol-numbers.ts';

const LOOPBACK_HEADER_LENGTH = 4;

/** Typed window on a NULL or LOOP header. */
export class LoopbackView {
  #bytes = EMPTY;
  #start = 0;

  /** Points at `bytes[start, end)`. False: too short, do not read. True: getters are in bounds. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    return end <= bytes.length && end - start >= LOOPBACK_HEADER_LENGTH;
  }

  /** The address family, in either byte order. */
  get family(): number {
    const family = readU32(this.#bytes, this.#start);
    return family > 0xffff ? readU32le(this.#bytes, this.#start) : family;
  }

  get isIpv4(): boolean {
    return LOOPBACK_FAMILIES.ipv4.includes(this.family);
  }

  get isIpv6(): boolean {
    return LOOPBACK_FAMILIES.ipv6.includes(this.family);
  }

  get payloadStart(): number {
    return this.#start + LOOPBACK_HEADER_LENGTH;
  }
}

/**
 * Writes a NULL (`littleEndian`) or LOOP header at `out[at]`.
 * @returns the offset just past the header
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeLoopback(family: number, littleEndian: boolean, out: Uint8Array, at = 0): number {
  const end = at + LOOPBACK_HEADER_LENGTH;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `the loopback header ends at ${end}`);
  if (littleEndian) writeU32le(out, at, family);
  else writeU32(out, at, family);
  return end;
}
