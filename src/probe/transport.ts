/**
 * The port between the probing engines and a network: the Linux kernel, the `raw-socket` package, or a simulation.
 * Engines hand over transport messages (ICMP, UDP, TCP) and get back what arrived; who it belongs to, they find out
 * themselves. All times are milliseconds on the timeline of `Clock.now()`. @module
 */

/** Where a time came from: the kernel saw the packet, or this process did, somewhat later. */
export type StampSource = 'kernel' | 'user';

/** How one round trip time was measured. */
export type TimestampSource = 'kernel-both' | 'kernel-rx' | 'user';

/** A message to send. `bytes` and `destination` may be reused by the caller after `send` returned. */
export interface ProbeSpec {
  /** Comes back in `TransmitEvent`. */
  readonly token: number;
  /** 4 or 16 bytes. */
  readonly destination: Uint8Array;
  /** The transport message: an ICMP message, a UDP datagram or a TCP segment with its header. */
  readonly bytes: Uint8Array;
  /** TTL or hop limit; left to the system when undefined. */
  readonly hopLimit?: number;
}

/** What became of one message: it left, the queue was full (try again), or the kernel refused it. */
export type SendResult =
  | { readonly status: 'sent'; readonly time: number }
  | { readonly status: 'full' }
  | {
      readonly status: 'refused';
      /** `ENETUNREACH`, `EMSGSIZE` and so on. */
      readonly errorName: string;
      /** The path MTU that `EMSGSIZE` is about, where known. */
      readonly mtu?: number;
    };

/** A better time of sending than `send` could tell; comes before the answer it belongs to, or not at all. */
export interface TransmitEvent {
  readonly kind: 'transmit';
  readonly token: number;
  readonly time: number;
  readonly stamp: StampSource;
}

/** A message that arrived. Borrowed: valid inside the listener only. */
export interface ArrivalEvent {
  readonly kind: 'arrival';
  readonly time: number;
  readonly stamp: StampSource;
  /** `IpProtocol.icmp`, `icmp6` or `tcp`. */
  readonly protocol: number;
  /** 4 or 16 bytes. */
  readonly source: Uint8Array;
  /** The transport message is `bytes[start, end)`. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** TTL or hop limit that was left; undefined where the system does not say. */
  readonly hopLimit: number | undefined;
  /** The IPv4 header's options are `bytes[optionsStart, start)`; equal to `start` when there are none. */
  readonly optionsStart: number;
  /** Bytes that the IP header promised for the message; more than there are when it was cut. */
  readonly claimedLength: number;
}

/**
 * An ICMP error that the kernel took apart for an unprivileged socket (ip(7), IP_RECVERR). `bytes[start, end)` is as
 * much of the probe as was quoted: from the ICMP header on for ping sockets, from the payload on for UDP. Borrowed.
 */
export interface ErrorQueueEvent {
  readonly kind: 'error-queue';
  readonly time: number;
  readonly stamp: StampSource;
  readonly family: 4 | 6;
  readonly type: number;
  readonly code: number;
  readonly mtu: number;
  /** Who sent the error. */
  readonly source: Uint8Array;
  /** Where the probe was going, and to which port (0 for ICMP). */
  readonly destination: Uint8Array;
  readonly destinationPort: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export type ProbeEvent = TransmitEvent | ArrivalEvent | ErrorQueueEvent;

/** What a transport can do, so that an engine need not ask by failing. */
export interface TransportCapabilities {
  /** `raw` or `ping socket`, `udp socket`, `raw-socket package`, `simulation`: for `-v`. */
  readonly name: string;
  /** TX times come from the kernel. */
  readonly kernelTransmitTime: boolean;
  readonly kernelReceiveTime: boolean;
  /** The echo identifier that the kernel forces on us; undefined: ours to choose. */
  readonly identifier: number | undefined;
  /** Errors of routers come back, by raw ICMP or by the error queue. */
  readonly seesErrors: boolean;
  /** Source port of a UDP or TCP transport, and source address where it is known. */
  readonly sourcePort: number | undefined;
  readonly sourceAddress: Uint8Array | undefined;
}

export interface ProbeTransport extends AsyncDisposable {
  readonly capabilities: TransportCapabilities;
  /** One result for each message, in order. */
  send(batch: readonly ProbeSpec[]): readonly SendResult[];
  /** At most one listener; called while the event loop runs, never from within `send`. */
  onEvent(listener: (event: ProbeEvent) => void): void;
  /** Packets for us that the kernel had no room for: our loss, not the network's (SO_RXQ_OVFL). */
  readonly droppedByUs: number;
  /** Idempotent. */
  close(): Promise<void>;
}
