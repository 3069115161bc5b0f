/** IP sockets of any type: options, names and readiness. @module */
import { formatAddress } from '../base/address.ts';
import { EMPTY, readU32le } from '../base/bytes.ts';
import { AF_INET, AF_INET6, SOCK_CLOEXEC, SOCK_NONBLOCK, SOL_SOCKET } from './constants.ts';
import { SO_BINDTODEVICE } from './inet-constants.ts';
import { bind, close, connect, getsockname, getsockopt, recv, setsockopt, socket } from './libc.ts';
import { type Readiness, watchReadable } from './readiness.ts';
import { SOCKADDR_IN6_LENGTH, socketAddressBytes, socketAddressPort, writeSocketAddress } from './socket-address.ts';
import { attachFilter, type SocketFilterInstruction } from './socket-filter.ts';
import { check } from './syscall.ts';

/** More messages than a receive buffer holds, so that the loop ends on a busy host. */
const DISCARD_LIMIT = 10_000;

export class InetSocket implements Disposable {
  readonly fd: number;
  readonly family: 4 | 6;
  #watch: Readiness | undefined;
  #isOpen = true;
  #isConnected = false;

  /**
   * @param wanted the purpose, which follows "cannot" in an error: `open a raw ICMP socket`
   * @throws SyscallError `SYSCALL`
   */
  constructor(family: 4 | 6, type: number, protocol: number, wanted: string) {
    const domain = family === 4 ? AF_INET : AF_INET6;
    this.family = family;
    this.fd = check(socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol), 'socket', wanted);
  }

  /** @throws SyscallError if the kernel refuses; the message contains `wanted` */
  set(level: number, option: number, value: number | Uint8Array, wanted: string): void {
    const bytes = typeof value === 'number' ? Int32Array.of(value) : value;
    check(setsockopt(this.fd, level, option, bytes, bytes.byteLength), 'setsockopt', wanted);
  }

  /** Sets an optional option. @returns whether the kernel accepted it */
  trySet(level: number, option: number, value: number | Uint8Array): boolean {
    const bytes = typeof value === 'number' ? Int32Array.of(value) : value;
    return setsockopt(this.fd, level, option, bytes, bytes.byteLength) === 0;
  }

  /** Reads an integer option; undefined if the kernel does not have it. */
  get(level: number, option: number): number | undefined {
    const value = new Uint8Array(4);
    const length = Uint32Array.of(4);
    return getsockopt(this.fd, level, option, value, length) === 0 ? readU32le(value, 0) : undefined;
  }

  /** @throws SyscallError if there is no such interface */
  bindToDevice(name: string): void {
    this.set(SOL_SOCKET, SO_BINDTODEVICE, new TextEncoder().encode(`${name}\0`), `use the interface ${name}`);
  }

  /** @throws SyscallError if the address is not local or the port is in use */
  bind(address: Uint8Array, port: number): void {
    const name = new Uint8Array(SOCKADDR_IN6_LENGTH);
    const length = writeSocketAddress(name, 0, address, port);
    check(bind(this.fd, name, length), 'bind', `use the address ${formatAddress(address)}`);
  }

  /** @throws SyscallError if there is no route to the address */
  connect(address: Uint8Array, port: number): void {
    const name = new Uint8Array(SOCKADDR_IN6_LENGTH);
    const length = writeSocketAddress(name, 0, address, port);
    check(connect(this.fd, name, length), 'connect', `reach ${formatAddress(address)}`);
    this.#isConnected = true;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Discards everything received so far. */
  discardReceived(): void {
    const one = new Uint8Array(1);
    let left = DISCARD_LIMIT;
    while (left > 0 && recv(this.fd, one, 1, 0) >= 0) left -= 1;
  }

  /** Returns the local address. */
  localName(): { readonly address: Uint8Array; readonly port: number } {
    const name = new Uint8Array(SOCKADDR_IN6_LENGTH);
    const length = Uint32Array.of(SOCKADDR_IN6_LENGTH);
    check(getsockname(this.fd, name, length), 'getsockname', 'get the local address of a socket');
    return { address: socketAddressBytes(name, 0)?.slice() ?? EMPTY, port: socketAddressPort(name, 0) };
  }

  /** Attaches a filter program; if the kernel refuses it, everything is received. */
  attachFilter(program: readonly SocketFilterInstruction[]): void {
    attachFilter(this.fd, program);
  }

  /** Calls back on each turn of the event loop that has something to read; keeps the process alive until closed. */
  watch(onReady: () => void): void {
    this.#watch ??= watchReadable(this.fd, onReady);
  }

  /** Idempotent. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#watch?.close();
    close(this.fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
