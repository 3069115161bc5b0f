/** Events: the messages that the kernel sends to multicast groups when a table changes. @module */
import { SyscallError } from '../base/errors.ts';
import { waitReadable } from '../sys/readiness.ts';
import { decodeMessages, type NetlinkMessage } from './message.ts';
import type { NetlinkGroupSocket } from './socket.ts';

/**
 * Yields the messages of each wake-up, or `'lost'` when messages were dropped because the receive buffer was full or a
 * message was malformed: read the table again. Ends when `signal` is aborted, and closes the socket.
 * @param socket opened by `openNetlinkGroups` in the namespace concerned
 * @throws SyscallError
 */
export async function* netlinkEvents(
  socket: NetlinkGroupSocket,
  signal: AbortSignal,
): AsyncGenerator<readonly NetlinkMessage[] | 'lost', void, undefined> {
  try {
    while (!signal.aborted) {
      const messages = receiveAll(socket);
      if (messages === 'lost' || messages.length > 0) yield messages;
      else await waitReadable(socket.descriptor, signal);
    }
  } finally {
    socket.close();
  }
}

/** Datagrams per wake-up: a flood of events must not keep the reader from the event loop. */
const MAX_DATAGRAMS = 256;

function receiveAll(socket: NetlinkGroupSocket): NetlinkMessage[] | 'lost' {
  const messages: NetlinkMessage[] = [];
  for (let count = 0; count < MAX_DATAGRAMS; count += 1) {
    const datagram = receiveOne(socket);
    if (datagram === 'timeout') break;
    const received = typeof datagram === 'string' ? undefined : decodeMessages(datagram);
    if (received === undefined) return 'lost';
    messages.push(...received);
  }
  return messages;
}

function receiveOne(socket: NetlinkGroupSocket): Uint8Array | 'timeout' | 'truncated' {
  try {
    return socket.receive('receive netlink events');
  } catch (error) {
    if (error instanceof SyscallError && error.errorName === 'ENOBUFS') return 'truncated';
    throw error;
  }
}
