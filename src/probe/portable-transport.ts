/**
 * Probes by the `raw-socket` package: for systems other than Linux, and on request. It hands over no control messages, so
 * there are no kernel times, no IPv6 hop limits and no error queue; everything else is the same. @module
 */
import { formatAddress, parseAddress } from '../base/address.ts';
import { StackError } from '../base/errors.ts';
import { ipProtocolOf } from '../base/protocol-numbers.ts';
import { openPackageSocket, type PackageSocket, setPackageHopLimit } from '../sys/raw-socket-package.ts';
import { Ipv4View } from '../wire/ipv4.ts';
import type { ProbeEvent, ProbeSpec, ProbeTransport, SendResult, TransportCapabilities } from './transport.ts';

export interface PortableTransportOptions {
  readonly family: 4 | 6;
  readonly protocol: 'icmp' | 'udp' | 'tcp';
  /** Where the probes go: our source address depends on it. */
  readonly destination: Uint8Array;
  /** Largest transport message to receive. */
  readonly maxMessageLength?: number;
}

const MIN_BUFFER_SIZE = 2_048;
/** RFC 863; nothing is sent there. */
const DISCARD_PORT = 9;
/** The system's own; TTLs stay on a socket until they are changed. */
const DEFAULT_HOP_LIMIT = 64;

/**
 * Opens the transport.
 * @throws StackError `RAW_SOCKET_MISSING`, `PRIVILEGE`
 */
export async function openPortableTransport(options: PortableTransportOptions): Promise<ProbeTransport> {
  const local = await findLocal(options);
  return new PortableTransport(options, local);
}

interface Local {
  readonly address: Uint8Array;
  /** Kept bound so that nobody else gets our answers. */
  readonly port: number;
  release(): void;
}

/** Asks the system for the source address by connecting a UDP socket, which sends nothing. */
async function findLocal({ family, destination }: PortableTransportOptions): Promise<Local> {
  const { createSocket } = await import('node:dgram'); // not for those who never come here
  const socket = createSocket(family === 4 ? 'udp4' : 'udp6');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.connect(DISCARD_PORT, formatAddress(destination), resolve);
  });
  const { address, port } = socket.address();
  const bytes = parseAddress(address);
  if (bytes === undefined) throw new StackError('NO_ROUTE', `there is no way to ${formatAddress(destination)}`);
  return { address: bytes, port, release: () => socket.close() };
}

class PortableTransport implements ProbeTransport {
  readonly capabilities: TransportCapabilities;
  readonly droppedByUs = 0;
  readonly #family: 4 | 6;
  readonly #sockets: PackageSocket[] = [];
  readonly #sender: PackageSocket;
  readonly #local: Local;
  readonly #ipv4 = new Ipv4View();
  #listener: (event: ProbeEvent) => void = () => undefined;
  #isClosed = false;

  constructor({ family, protocol, maxMessageLength = 0 }: PortableTransportOptions, local: Local) {
    this.#family = family;
    this.#local = local;
    const buffer = Math.max(MIN_BUFFER_SIZE, maxMessageLength + 128);
    const icmp = openPackageSocket(family, ipProtocolOf(family, 'icmp'), buffer);
    this.#receive(icmp, ipProtocolOf(family, 'icmp'));
    this.#sender = icmp;
    if (protocol !== 'icmp') {
      this.#sender = openPackageSocket(family, ipProtocolOf(family, protocol), buffer);
      this.#receive(this.#sender, ipProtocolOf(family, protocol));
    }
    this.capabilities = {
      name: 'raw-socket package',
      kernelTransmitTime: false,
      kernelReceiveTime: false,
      identifier: undefined,
      seesErrors: true,
      sourcePort: protocol === 'icmp' ? undefined : local.port,
      sourceAddress: local.address,
    };
  }

  #receive(socket: PackageSocket, protocol: number): void {
    this.#sockets.push(socket);
    socket.on('message', (data, source) => this.#onMessage(protocol, data, source));
    socket.on('error', () => undefined); // one message that could not be read; the probe it answers counts as lost
  }

  onEvent(listener: (event: ProbeEvent) => void): void {
    this.#listener = listener;
  }

  send(batch: readonly ProbeSpec[]): readonly SendResult[] {
    return batch.map(({ token, bytes, destination, hopLimit }) => {
      const message = bytes.slice(); // it leaves on a later turn of the event loop
      const before = (): void => {
        setPackageHopLimit(this.#sender, this.#family, hopLimit ?? DEFAULT_HOP_LIMIT);
        this.#listener({ kind: 'transmit', token, time: performance.now(), stamp: 'user' });
      };
      this.#sender.send(
        Buffer.from(message.buffer),
        0,
        message.length,
        formatAddress(destination),
        before,
        () => undefined,
      );
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
    for (const socket of this.#sockets) socket.close();
    this.#local.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
