/** The pseudo headers that transport checksums cover (RFC 9293, 3.1; RFC 768; RFC 8200, 8.1). @module */
import type { IPV4_LENGTH, IPV6_LENGTH } from '../base/address.ts';
import { checksumSum, foldChecksum } from '../base/checksum.ts';

/**
 * Returns the sum of an IPv4 or IPv6 pseudo header, the initial value for `checksumSum`. In both headers the
 * destination address follows the source address, so one offset gives both.
 * @param addressLength 4 or 16
 * @param upperLength bytes of the upper-layer header and its data
 */
export function pseudoHeaderSum(
  bytes: Uint8Array,
  sourceStart: number,
  addressLength: typeof IPV4_LENGTH | typeof IPV6_LENGTH,
  protocol: number,
  upperLength: number,
): number {
  const addresses = checksumSum(bytes, sourceStart, sourceStart + 2 * addressLength);
  return foldChecksum(addresses + protocol + (upperLength >>> 16) + (upperLength & 0xffff));
}
