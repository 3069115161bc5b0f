/** The queues of listening TCP sockets: connections that wait for accept(2), and half-open ones. @module */
import { inNamespace } from '../sys/namespace.ts';
import { type HostDrops, readHostDrops } from './host-drops.ts';
import { type HostSocket, listSockets, type SocketQuery, type SocketTable } from './sockets.ts';

export interface ListenQueue {
  readonly socket: HostSocket;
  /** Connections that are complete and wait for accept(2). Linux accepts one more than the limit. */
  readonly waiting: number;
  /** Connections whose handshake is not complete (SYN_RECEIVED). */
  readonly incomplete: number;
  /** The backlog of listen(2), at most net.core.somaxconn. */
  readonly limit: number;
  /** Connections that this listener dropped. Undefined without socket diagnosis. */
  readonly drops: number | undefined;
}

export interface ListenQueues extends Omit<SocketTable, 'sockets'> {
  readonly queues: readonly ListenQueue[];
  /** Of all listeners of the namespace since its creation. */
  readonly counters: HostDrops['listener'];
}

/** @throws StackError as `listSockets` does */
export async function listListenQueues(
  query: Pick<SocketQuery, 'namespace' | 'netlink' | 'families'> = {},
): Promise<ListenQueues> {
  const table = await listSockets({ ...query, protocols: ['tcp'], states: ['listen', 'syn-received'], memory: true });
  const { namespace } = query;
  const { listener } = namespace === undefined ? readHostDrops() : inNamespace(namespace, readHostDrops);
  const { isConsistent, fromProc } = table;
  return { queues: joinQueues(table.sockets), counters: listener, isConsistent, fromProc };
}

/** Counts the half-open connections of each listener. */
export function joinQueues(sockets: readonly HostSocket[]): ListenQueue[] {
  const listeners = new Map<string, HostSocket>();
  for (const socket of sockets) {
    const key = keyOf(socket.localAddress, socket);
    // Of several listeners on one port (SO_REUSEPORT) the first counts for all: the kernel does not say which it is.
    if (socket.state === 'listen' && !listeners.has(key)) listeners.set(key, socket);
  }
  const incomplete = new Map<HostSocket, number>();
  for (const socket of sockets) {
    if (socket.state !== 'syn-received') continue;
    const listener = listenerOf(socket, listeners);
    if (listener !== undefined) incomplete.set(listener, (incomplete.get(listener) ?? 0) + 1);
  }
  return sockets.flatMap((socket) =>
    socket.state !== 'listen'
      ? []
      : {
          socket,
          waiting: socket.receiveQueue,
          incomplete: incomplete.get(socket) ?? 0,
          limit: socket.sendQueue,
          drops: socket.drops,
        },
  );
}

const MAPPED = '::ffff:';

/** The exact address wins over the wildcard of the family, and that over a dual-stack wildcard. */
function listenerOf(socket: HostSocket, listeners: ReadonlyMap<string, HostSocket>): HostSocket | undefined {
  const { localAddress } = socket;
  const ipv4 = localAddress.startsWith(MAPPED) ? localAddress.slice(MAPPED.length) : undefined;
  const candidates = [localAddress, ...(ipv4 === undefined ? [] : [ipv4]), '0.0.0.0', '::'];
  for (const address of candidates) {
    if (address === '0.0.0.0' && socket.family === 6 && ipv4 === undefined) continue;
    const listener = listeners.get(keyOf(address, socket));
    if (listener !== undefined) return listener;
  }
  return undefined;
}

function keyOf(address: string, { localPort }: HostSocket): string {
  return `${address} ${localPort}`;
}
