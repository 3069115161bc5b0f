/**
 * `struct sockaddr_in` and `sockaddr_in6` (linux/in.h, linux/in6.h): the family in host order, the rest in network
 * order. @module
 */
import { readU16, readU16le, writeU16, writeU16le, writeU32 } from '../base/bytes.ts';
import { AF_INET, AF_INET6 } from './constants.ts';

const SOCKADDR_IN_LENGTH = 16;
export const SOCKADDR_IN6_LENGTH = 28;

const PORT = 2;
/** Offset of the address. */
export const SOCKADDR_IN_ADDRESS = 4;
export const SOCKADDR_IN6_ADDRESS = 8;
const IPV6_FLOW_INFO = 4;

/**
 * Writes a socket address at `out[at]`.
 * @param address 4 or 16 bytes
 * @param flowLabel IPv6 only, 20 bits. Link-local addresses need no scope: their sockets are bound to an interface
 * @returns its length
 */
export function writeSocketAddress(
  out: Uint8Array,
  at: number,
  address: Uint8Array,
  port: number,
  flowLabel = 0,
): number {
  const isIpv4 = address.length === 4;
  const length = isIpv4 ? SOCKADDR_IN_LENGTH : SOCKADDR_IN6_LENGTH;
  out.fill(0, at, at + length);
  writeU16le(out, at, isIpv4 ? AF_INET : AF_INET6);
  writeU16(out, at + PORT, port);
  out.set(address, at + (isIpv4 ? SOCKADDR_IN_ADDRESS : SOCKADDR_IN6_ADDRESS));
  if (!isIpv4) writeU32(out, at + IPV6_FLOW_INFO, flowLabel);
  return length;
}

/** The port of a socket address; for ICMP sockets the echo identifier. */
export function socketAddressPort(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + PORT);
}

/** Returns a view of the address; undefined for other families. */
export function socketAddressBytes(bytes: Uint8Array, at: number): Uint8Array | undefined {
  const family = readU16le(bytes, at);
  if (family === AF_INET) return bytes.subarray(at + SOCKADDR_IN_ADDRESS, at + SOCKADDR_IN_ADDRESS + 4);
  return family === AF_INET6 ? bytes.subarray(at + SOCKADDR_IN6_ADDRESS, at + SOCKADDR_IN6_ADDRESS + 16) : undefined;
}
