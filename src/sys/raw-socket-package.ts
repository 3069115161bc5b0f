/**
 * The npm package `raw-socket`, an optional dependency: an addon that npm builds only if install scripts are allowed.
 * It is loaded on request only. @module
 */
import { createRequire } from 'node:module';
import { messageOf, StackError } from '../base/errors.ts';

/** The part of its sockets that is used here. */
export interface PackageSocket {
  /**
   * Queues a message; one is sent on each turn of the event loop.
   * @param before called right before sending; @param after called with an error, or the number of bytes
   */
  send(
    data: Uint8Array,
    offset: number,
    length: number,
    address: string,
    before: () => void,
    after: (error: Error | null, bytes: number) => void,
  ): void;
  setOption(level: number, option: number, value: number): void;
  on(event: 'message', listener: (data: Uint8Array, source: string) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  close(): void;
}

interface PackageModule {
  createSocket(options: { protocol: number; addressFamily: number; bufferSize: number }): PackageSocket;
  readonly AddressFamily: { readonly IPv4: number; readonly IPv6: number };
  readonly SocketLevel: { readonly IPPROTO_IP: number; readonly IPPROTO_IPV6: number };
  readonly SocketOption: { readonly IP_TTL: number; readonly IPV6_UNICAST_HOPS?: number };
}

const load = createRequire(import.meta.url);

/**
 * Opens a raw socket with the package.
 * @throws StackError `RAW_SOCKET_MISSING` if the package is missing or was not built
 * @throws StackError `PRIVILEGE` if the system refuses
 */
export function openPackageSocket(family: 4 | 6, protocol: number, bufferSize: number): PackageSocket {
  const rawSocket = loadPackage();
  const addressFamily = family === 4 ? rawSocket.AddressFamily.IPv4 : rawSocket.AddressFamily.IPv6;
  try {
    return rawSocket.createSocket({ protocol, addressFamily, bufferSize });
  } catch (cause) {
    throw new StackError('PRIVILEGE', `cannot open a raw socket: ${messageOf(cause)}; run as root`, { cause });
  }
}

/** Sets the TTL or hop limit of the messages sent next. */
export function setPackageHopLimit(socket: PackageSocket, family: 4 | 6, hopLimit: number): void {
  const { SocketLevel, SocketOption } = loadPackage();
  if (family === 4) socket.setOption(SocketLevel.IPPROTO_IP, SocketOption.IP_TTL, hopLimit);
  else if (SocketOption.IPV6_UNICAST_HOPS !== undefined) {
    socket.setOption(SocketLevel.IPPROTO_IPV6, SocketOption.IPV6_UNICAST_HOPS, hopLimit);
  }
}

let loaded: PackageModule | undefined;

function loadPackage(): PackageModule {
  if (loaded !== undefined) return loaded;
  try {
    loaded = load('raw-socket') as PackageModule;
    return loaded;
  } catch (cause) {
    throw new StackError(
      'RAW_SOCKET_MISSING',
      'cannot load the raw-socket package: not installed, or not built; install a C++ compiler, run ' +
        '`npm install raw-socket --foreground-scripts` and allow its install script',
      { cause },
    );
  }
}
