/** Networks in the notation of FreeBSD netstat. @module */
import { formatAddress, IPV4_LENGTH } from '../../base/address.ts';

/** Returns `address` with the bits after the prefix cleared. */
export function networkOf(address: Uint8Array, prefixLength: number): Uint8Array {
  return address.map((octet, at) => octet & (0xff << Math.min(Math.max((at + 1) * 8 - prefixLength, 0), 8)));
}

/**
 * Formats a network: `10.0.202.0/24`, `fd00:1::/64`. The short form of IPv4 omits the prefix length if the octets
 * before the trailing zeros are the prefix: `10.0.202.0` is 10.0.202.0/24, as the appliance prints it.
 */
export function networkText(network: Uint8Array, prefixLength: number, isShort: boolean): string {
  const text = formatAddress(network);
  return isShort && prefixLength === impliedLength(network) ? text : `${text}/${prefixLength}`;
}

/** Returns the bits up to the last octet that is not zero; undefined for IPv6. */
function impliedLength(network: Uint8Array): number | undefined {
  return network.length === IPV4_LENGTH ? (network.findLastIndex((octet) => octet !== 0) + 1) * 8 : undefined;
}
