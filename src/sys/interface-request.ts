/** Asks the kernel about one network interface by ioctl(2): `struct ifreq` of linux/if.h. @module */
import { AF_INET, SOCK_CLOEXEC, SOCK_DGRAM } from './constants.ts';
import { addressOf, close, errno, ioctl, socket } from './libc.ts';
import { check } from './syscall.ts';

/** linux/sockios.h */
export const InterfaceIoctl = {
  getName: 0x8910,
  getFlags: 0x8913,
  getAddress: 0x8915,
  getNetmask: 0x891b,
  getMtu: 0x8921,
  getHardwareAddress: 0x8927,
  getIndex: 0x8933,
} as const;

/** linux/sockios.h: requests to the driver, whose data is behind a pointer. */
export const DriverIoctl = { ethtool: 0x8946, setHardwareTimestamps: 0x89b0, getHardwareTimestamps: 0x89b1 } as const;

/** Offset of the answer in `InterfaceRequest.bytes`, after the name. */
export const REQUEST_UNION = 16;
const REQUEST_LENGTH = 40;
/** linux/if.h */
const IFF_UP = 1;

/** Interface requests over a socket of the calling thread's network namespace, one at a time. */
export class InterfaceRequest implements Disposable {
  readonly bytes: Uint8Array = new Uint8Array(REQUEST_LENGTH);
  readonly #fd = check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'socket', 'open a socket for interface requests');

  /** Returns true if the kernel answered; the answer is in `bytes` from `REQUEST_UNION` on, until the next call. */
  ask(request: number, name: string): boolean {
    this.bytes.fill(0);
    return encodeRequestName(name, this.bytes) && ioctl(this.#fd, request, this.bytes) >= 0;
  }

  /** Returns the name of an interface, or undefined if there is none with this index. */
  nameOf(index: number): string | undefined {
    return interfaceNameOf(this.#fd, index);
  }

  /** Returns a function that sends requests to the driver of an interface; until `this` is disposed. */
  driverOf(name: string): DriverRequest {
    return (request, data) => driverRequest(this.#fd, request, name, data);
  }

  [Symbol.dispose](): void {
    close(this.#fd);
  }
}

/** Sends `data` to a driver, which may overwrite it. Returns 0 or an error number. */
export type DriverRequest = (request: number, data: Uint8Array) => number;

/** @param fd any socket of the network namespace */
export function driverRequest(fd: number, request: number, name: string, data: Uint8Array): number {
  return ioctl(fd, request, encodeDriverRequest(name, addressOf(data))) < 0 ? errno() : 0;
}

/** Encodes `ifr_name` and `ifr_data`, the address of the data. */
export function encodeDriverRequest(name: string, dataAddress: bigint): Uint8Array {
  const bytes = new Uint8Array(REQUEST_LENGTH);
  encodeRequestName(name, bytes);
  new DataView(bytes.buffer).setBigUint64(REQUEST_UNION, dataAddress, true);
  return bytes;
}

/** Writes `ifr_name`. Returns false for a name that no interface can have: empty, or longer than 15 bytes. */
function encodeRequestName(name: string, bytes: Uint8Array): boolean {
  const encoded = new TextEncoder().encode(name);
  if (encoded.length === 0 || encoded.length >= REQUEST_UNION) return false;
  bytes.set(encoded);
  return true;
}

/**
 * Returns whether the interface with this index is enabled; undefined if there is none.
 * @param fd any socket of the network namespace
 */
export function isInterfaceUp(fd: number, index: number): boolean | undefined {
  const name = interfaceNameOf(fd, index);
  if (name === undefined) return undefined;
  const bytes = new Uint8Array(REQUEST_LENGTH);
  bytes.set(new TextEncoder().encode(name));
  // Fails when the interface was renamed or deleted in between: the next call tells.
  return ioctl(fd, InterfaceIoctl.getFlags, bytes) >= 0 && ((bytes[REQUEST_UNION] ?? 0) & IFF_UP) !== 0;
}

function interfaceNameOf(fd: number, index: number): string | undefined {
  const bytes = new Uint8Array(REQUEST_LENGTH);
  new DataView(bytes.buffer).setUint32(REQUEST_UNION, index, true);
  if (ioctl(fd, InterfaceIoctl.getName, bytes) < 0) return undefined;
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}
