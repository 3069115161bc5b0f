/** What the layers above need to know of the packet they are in. @module */
import { IPV4_LENGTH, IPV6_LENGTH } from '../base/address.ts';
import { checksumSum, foldChecksum } from '../base/checksum.ts';

/** The IP packet around a transport header. */
export interface Network {
  readonly version: 4 | 6;
  /** Where the source address stands in the frame. */
  readonly sourceStart: number;
  /** Where the address of the last hop stands: a routing header holds it, the fixed header otherwise (RFC 8200, 8.1). */
  readonly finalDestinationStart: number;
  /** A first fragment: sums cannot be checked. */
  readonly isFragment: boolean;
}

/** Sum of the pseudo header of `length` bytes of an upper layer. */
export function pseudoSum(bytes: Uint8Array, network: Network, protocol: number, length: number): number {
  const size = network.version === 4 ? IPV4_LENGTH : IPV6_LENGTH;
  const source = checksumSum(bytes, network.sourceStart, network.sourceStart + size);
  const both = checksumSum(bytes, network.finalDestinationStart, network.finalDestinationStart + size, source);
  return foldChecksum(both + protocol + (length >>> 16) + (length & 0xffff));
}
