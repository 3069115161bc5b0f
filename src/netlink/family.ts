/** Address families by the length of an address. @module */
import { IPV4_LENGTH, IPV6_LENGTH } from '../base/address.ts';
import { AF_INET, AF_INET6 } from '../sys/constants.ts';

/** AF_INET for 4 bytes, AF_INET6 for 16; undefined for other lengths. */
export function familyOf(address: Uint8Array): number | undefined {
  if (address.length === IPV4_LENGTH) return AF_INET;
  return address.length === IPV6_LENGTH ? AF_INET6 : undefined;
}

/** Returns `bytes` if they are an IPv4 or IPv6 address. */
export function ifAddress(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes === undefined || familyOf(bytes) === undefined ? undefined : bytes;
}

/** Returns the family of an address in a request. @throws RangeError if it is neither 4 nor 16 bytes long */
export function requireFamily(address: Uint8Array): number {
  const family = familyOf(address);
  if (family === undefined) throw new RangeError(`an address of ${address.length} bytes`);
  return family;
}

/** Returns `prefixLength`. @throws RangeError if it exceeds the address */
export function requirePrefixLength(address: Uint8Array, prefixLength: number): number {
  if (Number.isInteger(prefixLength) && prefixLength >= 0 && prefixLength <= address.length * 8) return prefixLength;
  throw new RangeError(`a prefix of ${prefixLength} bits of an address of ${address.length * 8}`);
}
