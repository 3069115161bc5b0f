/** The netlink socket: sends and receives datagrams without interpreting them. Tests replace it with a fake. @module */
import { readU32le, writeU16le } from '../base/bytes.ts';
import {
  AF_NETLINK,
  MSG_DONTWAIT,
  MSG_TRUNC,
  SO_RCVTIMEO,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../sys/constants.ts';
import { bind, close, errno, getsockname, recvfrom, sendto, setsockopt, socket } from '../sys/libc.ts';
import { check, Errno, syscallError } from '../sys/syscall.ts';

/** Protocols of AF_NETLINK that tapline uses (linux/netlink.h). */
export const NetlinkProtocol = { route: 0, socketDiagnosis: 4, netfilter: 12, generic: 16 } as const;

/** The socket of a connection. */
export interface NetlinkSocket {
  /** The port that the kernel answers to. */
  readonly port: number;
  send(datagram: Uint8Array, wanted: string): void;
  /**
   * Receives the next datagram, valid until the next call; `'timeout'` if none arrived, `'truncated'` if it exceeded
   * the buffer and is lost.
   */
  receive(wanted: string): Uint8Array | 'timeout' | 'truncated';
  close(): void;
}

/** `struct sockaddr_nl`: family, padding, port, groups. */
const ADDRESS_LENGTH = 12;
const ADDRESS_PORT = 4;

/** Options of linux/netlink.h at level SOL_NETLINK. */
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;

/** The kernel fills at most 32 KiB per datagram of a dump; a single link with many virtual functions may need more. */
const BUFFER_LENGTH = 256 * 1024;
const TIMEOUT_SECONDS = 5;

/**
 * Opens a socket for requests in the calling thread's network namespace (`inNamespace` selects another).
 * @throws SyscallError `SYSCALL` if the kernel lacks the protocol, or a sandbox forbids netlink
 */
export function openNetlinkSocket(protocol: number): NetlinkSocket {
  const wanted = 'open a netlink socket';
  const { fd, port } = open(protocol, wanted);
  try {
    const timeout = BigInt64Array.of(BigInt(TIMEOUT_SECONDS), 0n);
    check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, timeout.byteLength), 'setsockopt', wanted);
    // Optional, absent from old kernels: extended acknowledgements, capped errors, strict checking of dump filters.
    for (const option of [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK]) {
      setsockopt(fd, SOL_NETLINK, option, Uint32Array.of(1), 4);
    }
    return new KernelSocket(fd, port, 0);
  } catch (error) {
    close(fd);
    throw error;
  }
}

/** A socket that receives the messages of multicast groups; its `receive` returns 'timeout' instead of waiting. */
export interface NetlinkGroupSocket extends NetlinkSocket {
  /** For `waitReadable`. */
  readonly descriptor: number;
}

/**
 * Opens a socket that joins multicast groups, in the calling thread's network namespace.
 * @param groups group numbers, not bits: RTNLGRP_NEIGH is 3
 * @throws SyscallError `SYSCALL` if a group does not exist, or needs a privilege
 */
export function openNetlinkGroups(protocol: number, groups: readonly number[]): NetlinkGroupSocket {
  const wanted = 'subscribe to netlink events';
  const { fd, port } = open(protocol, wanted);
  try {
    for (const group of groups) {
      const value = Uint32Array.of(group);
      check(setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, value, value.byteLength), 'setsockopt', wanted);
    }
    return new KernelSocket(fd, port, MSG_DONTWAIT);
  } catch (error) {
    close(fd);
    throw error;
  }
}

function open(protocol: number, wanted: string): { fd: number; port: number } {
  const fd = check(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), 'socket', wanted);
  try {
    const address = kernelAddress();
    check(bind(fd, address, ADDRESS_LENGTH), 'bind', wanted);
    check(getsockname(fd, address, Uint32Array.of(ADDRESS_LENGTH)), 'getsockname', wanted);
    return { fd, port: readU32le(address, ADDRESS_PORT) };
  } catch (error) {
    close(fd);
    throw error;
  }
}

function kernelAddress(): Uint8Array {
  const address = new Uint8Array(ADDRESS_LENGTH);
  writeU16le(address, 0, AF_NETLINK);
  return address;
}

class KernelSocket implements NetlinkGroupSocket {
  readonly port: number;
  readonly descriptor: number;
  readonly #flags: number;
  readonly #buffer = new Uint8Array(BUFFER_LENGTH);
  readonly #sender = new Uint8Array(ADDRESS_LENGTH);
  readonly #senderLength = new Uint32Array(1);
  #isOpen = true;

  /** @param flags of recvfrom(2) */
  constructor(fd: number, port: number, flags: number) {
    this.descriptor = fd;
    this.port = port;
    this.#flags = MSG_TRUNC | flags;
  }

  send(datagram: Uint8Array, wanted: string): void {
    const address = kernelAddress();
    check(sendto(this.descriptor, datagram, datagram.length, 0, address, ADDRESS_LENGTH), 'sendto', wanted);
  }

  receive(wanted: string): Uint8Array | 'timeout' | 'truncated' {
    const fd = this.descriptor;
    for (;;) {
      this.#senderLength[0] = ADDRESS_LENGTH;
      const length = recvfrom(fd, this.#buffer, BUFFER_LENGTH, this.#flags, this.#sender, this.#senderLength);
      if (length < 0) {
        const number = errno();
        if (number === Errno.EINTR) continue;
        if (number === Errno.EAGAIN) return 'timeout';
        throw syscallError('recvfrom', number, wanted);
      }
      // Other processes may write to our port; the kernel has port 0.
      if (readU32le(this.#sender, ADDRESS_PORT) !== 0) continue;
      return length > BUFFER_LENGTH ? 'truncated' : this.#buffer.subarray(0, length);
    }
  }

  close(): void {
    if (this.#isOpen) close(this.descriptor);
    this.#isOpen = false;
  }
}
