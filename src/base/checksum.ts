/**
 * The Internet checksum (RFC 1071), computed in parts so that pseudo headers and payloads can be summed separately.
 * @module
 */
import { readU8, readU16 } from './bytes.ts';

/**
 * Returns the one's-complement sum of the 16-bit words of `bytes[start, end)`; an odd last byte is padded with zero
 * (RFC 1071, 4.1).
 * @param initial the sum of the preceding parts, of even length
 * @returns the folded sum, 0 to 0xffff; the checksum field is its complement, `~sum & 0xffff`
 */
export function checksumSum(bytes: Uint8Array, start: number, end: number, initial = 0): number {
  let sum = initial;
  let at = start;
  for (; at + 1 < end; at += 2) sum += readU16(bytes, at);
  if (at < end) sum += readU8(bytes, at) << 8;
  return foldChecksum(sum);
}

/** Folds the carries of a sum of 16-bit words back in (RFC 1071, 4.1). `sum` is below 2^53. */
export function foldChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = Math.floor(folded / 0x10000) + (folded % 0x10000);
  return folded;
}

/** Returns true if a region that includes its checksum field sums to all ones (RFC 1071, 1.). */
export function isChecksumOk(bytes: Uint8Array, start: number, end: number, initial = 0): boolean {
  return checksumSum(bytes, start, end, initial) === 0xffff;
}
