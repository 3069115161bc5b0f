/** `ADDRESS/LENGTH` as text, in plans. @module */
import { parseIpv4, parseIpv6 } from '../base/address.ts';

export interface Prefix {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  readonly length: number;
}

/** @throws TypeError for text that is neither an IPv4 nor an IPv6 address */
export function parseAddress(text: string): Uint8Array {
  const address = parseIpv4(text) ?? parseIpv6(text);
  if (address === undefined) throw new TypeError(`not an address: ${text}`);
  return address;
}

/** Parses `10.1.1.1/24`, `fd00::/64`, `default`; an address without a length has the full length. @throws TypeError */
export function parsePrefix(text: string): Prefix {
  const [addressText = '', lengthText, ...rest] = (text === 'default' ? '0.0.0.0/0' : text).split('/');
  const address = parseAddress(addressText);
  const bits = address.length * 8;
  const length = lengthText === undefined ? bits : Number(lengthText);
  if (rest.length > 0 || !Number.isInteger(length) || length < 0 || length > bits || lengthText === '') {
    throw new TypeError(`not a prefix: ${text}`);
  }
  return { address, length };
}
