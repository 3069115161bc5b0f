/** UDP datagrams between two hosts of a lab, through `node:dgram` sockets. @module */
import { createSocket, type Socket } from 'node:dgram';
import { SOCK_DGRAM } from '../sys/constants.ts';
import type { LabHost } from './host.ts';
import { bindSocket, makeSocket, withinTime } from './socket.ts';

export interface UdpOptions {
  /** Address of the receiver; default: its first IPv4 address. */
  readonly address?: string;
  /** Port of the receiver; default: any free port. */
  readonly port?: number;
  /** Port of the sender; default: any free port. */
  readonly sourcePort?: number;
}

/** Opens a bound socket in a host; the caller closes it. */
export async function openUdp(host: LabHost, address: string, port = 0): Promise<Socket> {
  const fd = makeSocket(host, address, SOCK_DGRAM, 0, (descriptor) => {
    bindSocket(descriptor, host, address, port);
  });
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ fd }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  return socket;
}

/**
 * Sends one datagram and waits for it to arrive.
 * @returns the data received
 * @throws Error if nothing arrives within `LAB_LIMIT`
 */
export async function sendUdp(
  from: LabHost,
  to: LabHost,
  payload: Uint8Array,
  options: UdpOptions = {},
): Promise<Uint8Array> {
  const { address = to.address(), port = 0, sourcePort = 0 } = options;
  const receiver = await openUdp(to, address, port);
  try {
    const sender = await openUdp(from, address.includes(':') ? '::' : '0.0.0.0', sourcePort);
    try {
      const arrived = new Promise<Uint8Array>((resolve, reject) => {
        receiver.once('message', resolve);
        receiver.once('error', reject);
        sender.once('error', reject);
      });
      sender.send(payload, receiver.address().port, address);
      return await withinTime(arrived, `send UDP from ${from.name} to ${to.name}`);
    } finally {
      sender.close();
    }
  } finally {
    receiver.close();
  }
}
