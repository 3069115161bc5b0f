/** Address families by the length of an address. @module */
import { IPV4_LENGTH, IPV6_LENGTH } from '../base/address.ts';
import { AF_INET, AF_INET6 } from '../sys/constants.ts';

/** AF_INET for 4 bytes, AF_INET6 for 16; undefined for anything else. */
export function familyOf(address: Uint8Array): number | undefined {
  if (address.length === IPV4_LENGTH) return AF_INET;
  return address.length === IPV6_LENGTH ? AF_INET6 : undefined;
}
