/** Differences between two lists of sockets. @module */
import type { HostSocket } from './sockets.ts';

export interface SocketChange {
  readonly before: HostSocket;
  readonly now: HostSocket;
}

export interface SocketChanges {
  readonly appeared: readonly HostSocket[];
  readonly vanished: readonly HostSocket[];
  /** Sockets with another state, other queues, or more drops or retransmissions. */
  readonly changed: readonly SocketChange[];
}

/** Compares two lists; a socket is the same as long as the kernel's cookie is. */
export function compareSockets(before: readonly HostSocket[], now: readonly HostSocket[]): SocketChanges {
  const known = new Map(before.map((socket) => [keyOf(socket), socket]));
  const appeared: HostSocket[] = [];
  const changed: SocketChange[] = [];
  for (const socket of now) {
    const earlier = known.get(keyOf(socket));
    if (earlier === undefined) appeared.push(socket);
    else if (hasChanged(earlier, socket)) changed.push({ before: earlier, now: socket });
    known.delete(keyOf(socket));
  }
  return { appeared, vanished: [...known.values()], changed };
}

/** A connection gets another cookie when it enters TIME_WAIT, where a small structure replaces the socket. */
function keyOf(socket: HostSocket): string {
  const { protocol, family, state, cookie, localAddress, localPort, remoteAddress, remotePort, inode } = socket;
  if (protocol === 'tcp' && state !== 'listen') {
    return `${family} ${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
  }
  return cookie ?? `${protocol} ${family} ${localAddress} ${localPort} ${remoteAddress} ${remotePort} ${inode}`;
}

function hasChanged(before: HostSocket, now: HostSocket): boolean {
  return (
    before.state !== now.state ||
    before.receiveQueue !== now.receiveQueue ||
    before.sendQueue !== now.sendQueue ||
    before.drops !== now.drops ||
    before.info?.totalRetransmits !== now.info?.totalRetransmits
  );
}
