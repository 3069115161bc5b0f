/** Networks in the notation of FreeBSD netstat. @module */

/** Returns `address` with the bits after the prefix cleared. */
export function networkOf(address: Uint8Array, prefixLength: number): Uint8Array {
  return address.map((octet, at) => octet & (0xff << Math.min(Math.max((at + 1) * 8 - prefixLength, 0), 8)));
}

/**
 * Formats a network: `10.0.202.0/24`, `fd00:1::/64`. The short form of IPv4 omits the prefix length if the octets
 * before the trailing zeros are the prefix: `10.0.202.0` is 10.0.202.0/24, as the appliance prints it.
 */
export function networkText(network: string, prefixLength: number, isShort: boolean): string {
  return isShort && prefixLength === impliedLength(network) ? network : `${network}/${prefixLength}`;
}

const IPV4_BITS = 32;

/** Returns the bits before the trailing zero octets; undefined for IPv6. */
function impliedLength(network: string): number | undefined {
  if (network.includes(':')) return undefined;
  let bits = IPV4_BITS;
  for (let end = network.length; network.endsWith('.0', end); end -= 2) bits -= 8;
  return bits;
}
