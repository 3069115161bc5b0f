/**
 * Probes through the `raw-socket` package: on systems other than Linux, and on request. The package passes no control
 * messages, so there are no kernel timestamps, no IPv6 hop limits and no error queue. @module
 */
import type { Socket as DatagramSocket } from 'node:dgram';
import { formatAddress, parseAddress, parseScopedAddress } from '../base/address.ts';
import { ipProtocolOf } from '../base/protocol-numbers.ts';
import { openPackageSocket, type PackageSocket, setPackageHopLimit } from '../sys/raw-socket-package.ts';
import { Ipv4View } from '../wire/ipv4.ts';
import { noRouteError } from './route-error.ts';
import type { ProbeEvent, ProbeSpec, ProbeTransport, SendResult, TransportCapabilities } from './transport.ts';

export interface PortableTransportOptions {
  readonly family: 4 | 6;
  readonly protocol: 'icmp' | 'udp' | 'tcp';
  /** Selects the source address. */
  readonly destination: Uint8Array;
  /** Largest transport message to receive, in bytes. */
  readonly maxMessageLength?: number;
}

const MIN_BUFFER_SIZE = 2_048;
/** RFC 863; nothing is sent there. */
const DISCARD_PORT = 9;
/** The system default. A socket keeps its TTL until it is changed. */
const DEFAULT_HOP_LIMIT = 64;

/** The sockets of a transport; each keeps the process running until it is closed. */
interface PortableSockets {
  /** Finds the source address and reserves a port, so that no other program receives the replies. Sends nothing. */
  readonly local: DatagramSocket;
  readonly icmp: PackageSocket;
  /** The same as `icmp` for echo probes. */
  readonly sender: PackageSocket;
  /** Closes all of them. */
  readonly close: () => void;
}

/**
 * Opens the transport. No socket stays open when this fails.
 * @throws StackError `RAW_SOCKET_MISSING`, `PRIVILEGE`, `NO_ROUTE`
 */
export async function openPortableTransport(options: PortableTransportOptions): Promise<ProbeTransport> {
  const { family, protocol, destination, maxMessageLength = 0 } = options;
  const { createSocket } = await import('node:dgram'); // loaded only when needed
  const local = createSocket(family === 4 ? 'udp4' : 'udp6');
  const open: { close(): unknown }[] = [local];
  const close = (): void => {
    for (const socket of open) socket.close();
  };
  const openRaw = (name: PortableTransportOptions['protocol']): PackageSocket => {
    const bufferSize = Math.max(MIN_BUFFER_SIZE, maxMessageLength + 128);
    const socket = openPackageSocket(family, ipProtocolOf(family, name), bufferSize);
    open.push(socket);
    return socket;
  };
  try {
    await connect(local, formatAddress(destination));
    const icmp = openRaw('icmp');
    const sender = protocol === 'icmp' ? icmp : openRaw(protocol);
    return new PortableTransport(options, { local, icmp, sender, close });
  } catch (error) {
    close();
    throw error;
  }
}

/** Connects a UDP socket: the system selects its source address and sends nothing. @throws StackError `NO_ROUTE` */
async function connect(socket: DatagramSocket, address: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onEnd = (cause?: NodeJS.ErrnoException): void => {
      if (cause === undefined) resolve();
      else reject(noRouteError(address, cause));
    };
    socket.once('error', onEnd);
    socket.connect(DISCARD_PORT, address, onEnd); // the callback receives the error, which its type omits
  });
}

class PortableTransport implements ProbeTransport {
  readonly capabilities: TransportCapabilities;
  readonly droppedByUs = 0;
  readonly #family: 4 | 6;
  readonly #sockets: PortableSockets;
  readonly #ipv4 = new Ipv4View();
  #listener: (event: ProbeEvent) => void = () => undefined;
  #isClosed = false;

  constructor({ family, protocol }: PortableTransportOptions, sockets: PortableSockets) {
    this.#family = family;
    this.#sockets = sockets;
    const { local, icmp, sender } = sockets;
    this.#receive(icmp, ipProtocolOf(family, 'icmp'));
    if (sender !== icmp) this.#receive(sender, ipProtocolOf(family, protocol));
    const { address, port } = local.address();
    this.capabilities = {
      name: 'raw-socket package',
      kernelTransmitTime: false,
      kernelReceiveTime: false,
      identifier: undefined,
      seesErrors: true,
      sourcePort: protocol === 'icmp' ? undefined : port,
      sourceAddress: parseScopedAddress(address)?.address,
    };
  }

  #receive(socket: PackageSocket, protocol: number): void {
    socket.on('message', (data, source) => this.#onMessage(protocol, data, source));
    socket.on('error', () => undefined); // one message could not be read; its probe counts as lost
  }

  onEvent(listener: (event: ProbeEvent) => void): void {
    this.#listener = listener;
  }

  send(batch: readonly ProbeSpec[]): readonly SendResult[] {
    const { sender } = this.#sockets;
    return batch.map(({ token, bytes, destination, hopLimit }) => {
      const message = bytes.slice(); // sent on a later turn of the event loop
      const before = (): void => {
        setPackageHopLimit(sender, this.#family, hopLimit ?? DEFAULT_HOP_LIMIT);
        this.#listener({ kind: 'transmit', token, time: performance.now(), stamp: 'user' });
      };
      sender.send(Buffer.from(message.buffer), 0, message.length, formatAddress(destination), before, () => undefined);
      return { status: 'sent', time: performance.now() };
    });
  }

  #onMessage(protocol: number, data: Uint8Array, sourceText: string): void {
    const time = performance.now();
    const source = parseAddress(sourceText);
    if (this.#isClosed || source === undefined) return;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
    const common = { kind: 'arrival', time, stamp: 'user', protocol, source, bytes } as const;
    if (this.#family === 6) {
      const end = bytes.length;
      this.#listener({ ...common, start: 0, end, hopLimit: undefined, optionsStart: 0, claimedLength: end });
      return;
    }
    const view = this.#ipv4;
    if (!view.wrap(bytes, 0, bytes.length) || !view.isWellFormed) return;
    this.#listener({
      ...common,
      start: view.payloadStart,
      end: bytes.length,
      hopLimit: view.timeToLive,
      optionsStart: view.optionsStart,
      claimedLength: view.totalLength - view.headerLength,
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sockets.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
