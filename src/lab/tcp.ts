/** TCP connections between two hosts of a lab, as `node:net` sockets. @module */
import { createServer, type Server, Socket } from 'node:net';
import { SOCK_STREAM } from '../sys/constants.ts';
import { close, connect, listen } from '../sys/libc.ts';
import { check } from '../sys/syscall.ts';
import type { LabHost } from './host.ts';
import { bindSocket, makeSocket, socketAddress, withinTime } from './socket.ts';

export interface TcpOptions {
  /** Address of the server; default: its first IPv4 address. */
  readonly address?: string;
  /** Port of the server; default: any free port. */
  readonly port?: number;
  /** Port of the client; default: any free port. */
  readonly sourcePort?: number;
}

/** Both ends of a connection. Disposing it destroys open sockets. */
export interface TcpConnection extends AsyncDisposable {
  readonly client: Socket;
  readonly server: Socket;
}

/** Data received by each side. */
export interface Exchange {
  readonly atServer: Uint8Array;
  readonly atClient: Uint8Array;
}

const BACKLOG = 16;

/**
 * Connects `from` to `to`. The two kernels complete the handshake before this yields to the event loop: the backlog of
 * a listening socket needs no `accept`.
 * @throws SyscallError if the connection is refused or times out
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
 * Runs a whole connection: handshake, `request` from `from`, `reply` from `to`, close on both sides.
 * @throws SyscallError if it cannot connect; Error if it does not end within `LAB_LIMIT`
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
  const wanted = `exchange TCP data between ${from.name} and ${to.name}`;
  const received = await withinTime(atServer, wanted);
  server.end(options.reply);
  return { atServer: received, atClient: await withinTime(atClient, wanted) };
}

/** Opens a listening `node:net` socket in a host. */
export async function listenTcp(host: LabHost, address: string, port: number): Promise<Server> {
  const fd = makeSocket(host, address, SOCK_STREAM, 0, (descriptor) => {
    bindSocket(descriptor, host, address, port);
    check(listen(descriptor, BACKLOG), 'listen', `listen in ${host.name}`);
  });
  // Half-open sockets stay writable after the other side has closed, so that a reply may follow the end of the request.
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
