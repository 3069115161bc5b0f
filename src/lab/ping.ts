/** ICMP echo between the kernels of a lab: traffic, not a measurement. @module */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EMPTY, readU8, readU16, writeU16 } from '../base/bytes.ts';
import { checksumSum } from '../base/checksum.ts';
import { IpProtocol } from '../base/protocol-numbers.ts';
import { MSG_DONTWAIT, SOCK_RAW } from '../sys/constants.ts';
import { close, connect, recv, sendto } from '../sys/libc.ts';
import { check } from '../sys/syscall.ts';
import type { LabHost } from './host.ts';
import { LAB_LIMIT, makeSocket, socketAddress } from './socket.ts';

export interface LabPingOptions {
  /** Default 1; one after the other. */
  readonly count?: number;
  /** Bytes after the ICMP header; default 56. */
  readonly payloadLength?: number;
  /** Default: random. */
  readonly identifier?: number;
  /** Milliseconds to wait for each reply; default `LAB_LIMIT`. */
  readonly timeout?: number;
}

/** RFC 792 and RFC 4443, 4.1. */
const ECHO4 = { request: 8, reply: 0 };
const ECHO6 = { request: 128, reply: 129 };
const HEADER_LENGTH = 8;
const MAX_PACKET_LENGTH = 0x1_0000;

/**
 * Pings `address` from `host`.
 * @returns the number of replies
 * @throws SyscallError if the kernel refuses to send, for example without a route
 */
export async function pingAddress(host: LabHost, address: string, options: LabPingOptions = {}): Promise<number> {
  const { count = 1, payloadLength = 56, identifier = randomInt(1, 0x1_0000), timeout = LAB_LIMIT } = options;
  const isIpv4 = !address.includes(':');
  const types = isIpv4 ? ECHO4 : ECHO6;
  const wanted = `ping ${address} from ${host.name}`;
  const fd = makeSocket(host, address, SOCK_RAW, isIpv4 ? IpProtocol.icmp : IpProtocol.icmp6, (descriptor) => {
    const remote = socketAddress(address, 0);
    check(connect(descriptor, remote, remote.length), 'connect', wanted);
  });
  try {
    let replies = 0;
    for (let sequence = 1; sequence <= count; sequence += 1) {
      const request = encodeEcho(types.request, identifier, sequence, payloadLength);
      check(sendto(fd, request, request.length, 0, EMPTY, 0), 'sendto', wanted);
      if (await hasReply(fd, { type: types.reply, identifier, sequence, isIpv4, timeout })) replies += 1;
    }
    return replies;
  } finally {
    close(fd);
  }
}

/** The kernel computes the checksum of ICMPv6 (RFC 3542, 3.1). */
function encodeEcho(type: number, identifier: number, sequence: number, payloadLength: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + payloadLength);
  bytes[0] = type;
  writeU16(bytes, 4, identifier);
  writeU16(bytes, 6, sequence);
  for (let index = 0; index < payloadLength; index += 1) bytes[HEADER_LENGTH + index] = index;
  writeU16(bytes, 2, ~checksumSum(bytes, 0, bytes.length));
  return bytes;
}

interface Awaited {
  readonly type: number;
  readonly identifier: number;
  readonly sequence: number;
  /** Raw IPv4 sockets return the IP header too, raw IPv6 sockets do not. */
  readonly isIpv4: boolean;
  readonly timeout: number;
}

async function hasReply(fd: number, awaited: Awaited): Promise<boolean> {
  const buffer = new Uint8Array(MAX_PACKET_LENGTH);
  for (const deadline = performance.now() + awaited.timeout; performance.now() < deadline; ) {
    const length = recv(fd, buffer, buffer.length, MSG_DONTWAIT);
    if (length < 0) await sleep(1);
    else if (isReply(buffer, length, awaited)) return true;
  }
  return false;
}

function isReply(packet: Uint8Array, length: number, { type, identifier, sequence, isIpv4 }: Awaited): boolean {
  const start = isIpv4 ? (readU8(packet, 0) & 0x0f) * 4 : 0;
  if (length - start < HEADER_LENGTH) return false;
  return (
    readU8(packet, start) === type &&
    readU16(packet, start + 4) === identifier &&
    readU16(packet, start + 6) === sequence
  );
}
