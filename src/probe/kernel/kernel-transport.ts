/**
 * Probes through the Linux kernel. With privilege: one raw socket sends, and its error queue returns the transmit
 * timestamps; others receive, and are polled. Without: a ping socket, or a UDP socket, whose error queue returns ICMP
 * errors. @module
 */
import type { InetSocket } from '../../sys/inet-socket.ts';
import type { ProbeEvent, ProbeSpec, ProbeTransport, SendResult, TransportCapabilities } from '../transport.ts';
import type { ClockBridge } from './clock-bridge.ts';
import type { PacketReceiver } from './packet-receiver.ts';
import type { PacketSender } from './packet-sender.ts';

/** Parts that `openKernelTransport` creates. */
export interface KernelParts {
  readonly capabilities: TransportCapabilities;
  readonly bridge: ClockBridge;
  readonly sender: PacketSender;
  /** The polled sockets. */
  readonly inbound: readonly { readonly socket: InetSocket; readonly receiver: PacketReceiver }[];
  /** A sending socket that is polled too, because its error queue returns ICMP errors. */
  readonly polledSender: InetSocket | undefined;
  /** All sockets to close. */
  readonly sockets: readonly InetSocket[];
}

export class KernelTransport implements ProbeTransport {
  readonly #parts: KernelParts;
  #listener: (event: ProbeEvent) => void = () => undefined;
  #isClosed = false;

  constructor(parts: KernelParts) {
    this.#parts = parts;
    for (const { socket, receiver } of parts.inbound) {
      socket.watch(() => {
        // On a socket that sends and receives, entries of the queue wake the loop; on others, timestamps precede replies.
        this.#drainErrors();
        receiver.drain(this.#deliver, this.#drainErrors);
      });
    }
    parts.polledSender?.watch(() => this.#drainErrors());
  }

  readonly #deliver = (event: ProbeEvent): void => {
    if (!this.#isClosed) this.#listener(event);
  };

  readonly #drainErrors = (): void => {
    if (this.#isClosed) return;
    this.#parts.bridge.check();
    this.#parts.sender.drainErrors(this.#deliver);
  };

  get capabilities(): TransportCapabilities {
    return this.#parts.capabilities;
  }

  get droppedByUs(): number {
    let drops = 0;
    for (const { receiver } of this.#parts.inbound) drops += receiver.drops;
    return drops;
  }

  send(batch: readonly ProbeSpec[]): readonly SendResult[] {
    return this.#parts.sender.send(batch);
  }

  onEvent(listener: (event: ProbeEvent) => void): void {
    this.#listener = listener;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const socket of this.#parts.sockets) socket.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
