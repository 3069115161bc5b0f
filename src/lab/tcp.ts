/** TCP connections between two hosts of a lab, as sockets of `node:net`. @module */
import { createServer, type Server, Socket } from 'node:net';
import { SOCK_STREAM } from '../sys/constants.ts';
import { close, connect, listen } from '../sys/libc.ts';
import { check } from '../sys/syscall.ts';
import type { LabHost } from './host.ts';
import { bindSocket, makeSocket, socketAddress, withinTime } from './socket.ts';

export interface TcpOptions {
  /** Of the server: its first IPv4 address unless said otherwise. */
  readonly address?: string;
  /** Of the server: the kernel's choice unless said otherwise. */
  readonly port?: number;
  /** Of the client: the kernel's choice unless said otherwise. */
  readonly sourcePort?: number;
}

/** Both ends of a connection. Disposing of it destroys what is left open. */
export interface TcpConnection extends AsyncDisposable {
  readonly client: Socket;
  readonly server: Socket;
}

/** What each side got. */
export interface Exchange {
  readonly atServer: Uint8Array;
  readonly atClient: Uint8Array;
}

const BACKLOG = 16;

/**
 * Connects `from` to `to`. The handshake is done by the two kernels before this yields to the event loop: a listening
 * socket's backlog completes it without an `accept`.
 * @throws SyscallError when the connection is refused, or nothing answers
 */
export async function connectTcp(from: LabHost, to: LabHost, options: TcpOptions = {}): Promise<TcpConnection> {
  const { address = to.address(), port = 0, sourcePort } = options;
  const listener = await listenTcp(to, address, port);
  try {
    const client = dial(from, address, portOf(listener), sourcePort);
    const accepted = withinTime(
      new Promise<Socket>((resolve) => {
        listener.once('connection', resolve);
      }),
      `accept a connection in ${to.name}`,
    );
    const server = await accepted.catch((error: unknown) => {
      client.destroy();
      throw error;
    });
    return {
      client,
      server,
      async [Symbol.asyncDispose]() {
        client.destroy();
        server.destroy();
      },
    };
  } finally {
    listener.close();
  }
}

/**
 * A whole conversation: handshake, `request` from `from`, `reply` from `to`, both sides closed.
 * @throws SyscallError when it cannot connect; Error when it takes longer than five seconds
 */
export async function exchangeTcp(
  from: LabHost,
  to: LabHost,
  options: TcpOptions & { readonly request: Uint8Array; readonly reply: Uint8Array },
): Promise<Exchange> {
  await using connection = await connectTcp(from, to, options);
  const { client, server } = connection;
  const atServer = readToEnd(server);
  const atClient = readToEnd(client);
  client.end(options.request);
  const wanted = `talk TCP from ${from.name} to ${to.name}`;
  const received = await withinTime(atServer, wanted);
  server.end(options.reply);
  return { atServer: received, atClient: await withinTime(atClient, wanted) };
}

/** A listening socket of `node:net` inside a host. */
export async function listenTcp(host: LabHost, address: string, port: number): Promise<Server> {
  const fd = makeSocket(host, address, SOCK_STREAM, 0, (descriptor) => {
    bindSocket(descriptor, host, address, port);
    check(listen(descriptor, BACKLOG), 'listen', `listen in ${host.name}`);
  });
  // Half-open sockets stay writable after the other side has ended: a reply may come after the request's end.
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ fd }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

function dial(from: LabHost, address: string, port: number, sourcePort: number | undefined): Socket {
  const fd = makeSocket(from, address, SOCK_STREAM, 0, (descriptor) => {
    if (sourcePort !== undefined) bindSocket(descriptor, from, address.includes(':') ? '::' : '0.0.0.0', sourcePort);
    const remote = socketAddress(address, port);
    check(connect(descriptor, remote, remote.length), 'connect', `connect ${from.name} to ${address} port ${port}`);
  });
  try {
    return new Socket({ fd, allowHalfOpen: true, readable: true, writable: true });
  } catch (error) {
    close(fd);
    throw error;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP server');
  return address.port;
}

function readToEnd(socket: Socket): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    socket.on('data', (part: Uint8Array) => parts.push(part));
    socket.once('end', () => {
      resolve(Buffer.concat(parts));
    });
    socket.once('error', reject);
  });
}
