/** Sends raw frames: tagged, malformed or any other. @module */
import { writeU16le, writeU32le } from '../base/bytes.ts';
import { AF_PACKET, SOCK_CLOEXEC, SOCK_RAW } from '../sys/constants.ts';
import { close, sendto, socket } from '../sys/libc.ts';
import { check } from '../sys/syscall.ts';
import type { LabHost } from './host.ts';

/** Sends frames on one interface. */
export interface FrameSender extends Disposable {
  /** @throws SyscallError: EMSGSIZE above the MTU plus header, EINVAL below 14 bytes, ENETDOWN */
  send(frame: Uint8Array): void;
  /** Idempotent. */
  close(): void;
}

/** @throws RangeError if the host has no such interface */
export function openFrameSender(host: LabHost, interfaceName: string): FrameSender {
  const { index } = host.interface(interfaceName);
  const wanted = `send a frame on ${interfaceName} of ${host.name}`;
  // Protocol 0: the socket receives nothing.
  const fd = host.run(() => check(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), 'socket', wanted));
  const address = new Uint8Array(20); // struct sockaddr_ll: family, protocol, interface index, the rest zero
  writeU16le(address, 0, AF_PACKET);
  writeU32le(address, 4, index);
  let isOpen = true;
  const finish = (): void => {
    if (isOpen) close(fd);
    isOpen = false;
  };
  return {
    send(frame) {
      check(sendto(fd, frame, frame.length, 0, address, address.length), 'sendto', wanted);
    },
    close: finish,
    [Symbol.dispose]: finish,
  };
}

/** Sends frames on an interface, in order. */
export function sendFrames(host: LabHost, interfaceName: string, frames: Iterable<Uint8Array>): void {
  const sender = openFrameSender(host, interfaceName);
  try {
    for (const frame of frames) sender.send(frame);
  } finally {
    sender.close();
  }
}
