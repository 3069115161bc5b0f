/** Checksums that a layer's sender should have written, for comparison with those it did write. @module */
import { IPV4_LENGTH, IPV6_LENGTH } from '../base/address.ts';
import { checksumSum, foldChecksum } from '../base/checksum.ts';
import type { DecodeContext } from './protocol.ts';
import type { Region } from './region.ts';

/** The optional field of layers that carry an Internet checksum. */
export interface ExpectedChecksum {
  /** The correct value; absent when checksums are off or when not all covered bytes were captured. */
  readonly expectedChecksum?: number;
}

/**
 * Computes the Internet checksum of the first `length` bytes of a region. Undefined: checksums are off, or the capture does
 * not have all these bytes.
 * @param field offset of the checksum field in the region; it counts as 0
 * @param initial sum of a pseudo header
 */
export function expectedChecksum(
  context: DecodeContext,
  region: Region,
  length: number,
  field: number,
  initial = 0,
): number | undefined {
  const { start } = region;
  const end = start + length;
  if (!context.checksums || end > region.end) return undefined;
  const before = checksumSum(context.bytes, start, start + field, initial);
  return ~foldChecksum(checksumSum(context.bytes, start + field + 2, end, before)) & 0xffff;
}

/** Computes the checksum of an upper-layer message, pseudo header included. Undefined also in a fragment. */
export function expectedUpperChecksum(
  context: DecodeContext,
  region: Region,
  length: number,
  field: number,
  protocol: number,
): number | undefined {
  const { network, bytes } = context;
  if (!context.checksums || network === undefined || network.isFragment) return undefined;
  const size = network.version === 4 ? IPV4_LENGTH : IPV6_LENGTH;
  const source = checksumSum(bytes, network.sourceStart, network.sourceStart + size);
  const addresses = checksumSum(bytes, network.finalDestinationStart, network.finalDestinationStart + size, source);
  const initial = foldChecksum(addresses + protocol + (length >>> 16) + (length & 0xffff));
  return expectedChecksum(context, region, length, field, initial);
}
