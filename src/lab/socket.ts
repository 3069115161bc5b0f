/** Creates sockets in the namespace of a host, for `node:net` and `node:dgram`. @module */
import { writeU16, writeU16le } from '../base/bytes.ts';
import {
  AF_INET,
  AF_INET6,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_SNDTIMEO,
  SOCK_CLOEXEC,
  SOL_SOCKET,
} from '../sys/constants.ts';
import { bind, close, setsockopt, socket } from '../sys/libc.ts';
import { check } from '../sys/syscall.ts';
import type { LabHost } from './host.ts';
import { parseAddress } from './prefix.ts';

/** Milliseconds that the lab waits for a carrier, a connection or a packet. A loaded machine needs a fraction of it. */
export const LAB_LIMIT = 30_000;

/** `struct sockaddr_in` (16 bytes) or `sockaddr_in6` (28). */
export function socketAddress(address: string, port: number): Uint8Array {
  const bytes = parseAddress(address);
  const isIpv4 = bytes.length === 4;
  const encoded = new Uint8Array(isIpv4 ? 16 : 28);
  writeU16le(encoded, 0, isIpv4 ? AF_INET : AF_INET6);
  writeU16(encoded, 2, port);
  encoded.set(bytes, isIpv4 ? 4 : 8);
  return encoded;
}

/**
 * Opens a socket in `host`, of the family of `address`. Blocking calls on it time out after `LAB_LIMIT`.
 * @param prepare called with the descriptor in the namespace of the host; the socket is closed if it throws
 */
export function makeSocket(
  host: LabHost,
  address: string,
  type: number,
  protocol: number,
  prepare: (fd: number) => void,
): number {
  return host.run(() => {
    const family = address.includes(':') ? AF_INET6 : AF_INET;
    const fd = check(socket(family, type | SOCK_CLOEXEC, protocol), 'socket', `open a socket in ${host.name}`);
    try {
      const timeout = BigInt64Array.of(BigInt(LAB_LIMIT / 1000), 0n);
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, timeout.byteLength);
      setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, timeout, timeout.byteLength);
      prepare(fd);
      return fd;
    } catch (error) {
      close(fd);
      throw error;
    }
  });
}

/** Binds to an address and port of the host; port 0 selects a free one. */
export function bindSocket(fd: number, host: LabHost, address: string, port: number): void {
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, Uint32Array.of(1), 4);
  const local = socketAddress(address, port);
  check(bind(fd, local, local.length), 'bind', `bind ${address} port ${port} in ${host.name}`);
}

/** Rejects if `work` does not end within `LAB_LIMIT`. */
export function withinTime<T>(work: Promise<T>, wanted: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${wanted}: no answer for ${LAB_LIMIT} ms`));
    }, LAB_LIMIT);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
