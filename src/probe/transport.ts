/**
 * The interface between engines and a network: the Linux kernel, the `raw-socket` package, or a simulation. A transport
 * sends transport messages (ICMP, UDP, TCP) and returns all that arrive; matching them is up to the engine. All times are
 * milliseconds on the timeline of `Clock.now()`. @module
 */

/** Source of a timestamp: the kernel, or this process, somewhat later. */
export type StampSource = 'kernel' | 'user';

/** Timestamps of a round trip: both from the kernel, only that of the reply, or neither. */
export type TimestampSource = 'kernel-both' | 'kernel-rx' | 'user';

/** A message to send. The caller may reuse `bytes` and `destination` after `send` returns. */
export interface ProbeSpec {
  /** Returned in `TransmitEvent`. */
  readonly token: number;
  /** 4 or 16 bytes. */
  readonly destination: Uint8Array;
  /** The transport message: an ICMP message, a UDP datagram or a TCP segment with its header. */
  readonly bytes: Uint8Array;
  /** TTL or hop limit; the system default if undefined. */
  readonly hopLimit?: number;
}

/** Result of one message: sent, queue full (retry), or refused by the kernel. */
export type SendResult =
  | { readonly status: 'sent'; readonly time: number }
  | { readonly status: 'full' }
  | {
      readonly status: 'refused';
      /** `ENETUNREACH`, `EMSGSIZE` and others. */
      readonly errorName: string;
      /** Path MTU, for `EMSGSIZE`, if known. */
      readonly mtu?: number;
    };

/** A kernel transmit timestamp, more precise than the time of `send`. Precedes the reply, or is missing. */
export interface TransmitEvent {
  readonly kind: 'transmit';
  readonly token: number;
  readonly time: number;
  readonly stamp: StampSource;
}

/** A received message. Borrowed: valid inside the listener only. */
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
  /** Remaining TTL or hop limit; undefined if the system does not return it. */
  readonly hopLimit: number | undefined;
  /** IPv4 options are `bytes[optionsStart, start)`; equal to `start` without options. */
  readonly optionsStart: number;
  /** Length of the message by the IP header; more than `end - start` if it was truncated. */
  readonly claimedLength: number;
}

/**
 * An ICMP error that the kernel parsed for an unprivileged socket (ip(7), IP_RECVERR). `bytes[start, end)` is the quoted
 * part of the probe: from the ICMP header on for ping sockets, from the payload on for UDP. Borrowed.
 */
export interface ErrorQueueEvent {
  readonly kind: 'error-queue';
  readonly time: number;
  readonly stamp: StampSource;
  readonly family: 4 | 6;
  readonly type: number;
  readonly code: number;
  readonly mtu: number;
  /** Source of the error. */
  readonly source: Uint8Array;
  /** Destination of the probe, and its port (0 for ICMP). */
  readonly destination: Uint8Array;
  readonly destinationPort: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export type ProbeEvent = TransmitEvent | ArrivalEvent | ErrorQueueEvent;

/** Features of a transport. */
export interface TransportCapabilities {
  /** `raw socket`, `ping socket`, `UDP socket`, `raw-socket package` or `simulation`. */
  readonly name: string;
  /** Transmit timestamps come from the kernel. */
  readonly kernelTransmitTime: boolean;
  readonly kernelReceiveTime: boolean;
  /** The echo identifier that the transport accepts; undefined: any. */
  readonly identifier: number | undefined;
  /** Errors of routers arrive, by raw ICMP or by the error queue. */
  readonly seesErrors: boolean;
  /** Source port of a UDP or TCP transport, and source address, if known. */
  readonly sourcePort: number | undefined;
  readonly sourceAddress: Uint8Array | undefined;
}

export interface ProbeTransport extends AsyncDisposable {
  readonly capabilities: TransportCapabilities;
  /** Sends messages. @returns one result per message, in order */
  send(batch: readonly ProbeSpec[]): readonly SendResult[];
  /** Sets the listener, which replaces the previous one. It is never called inside `send`. */
  onEvent(listener: (event: ProbeEvent) => void): void;
  /** Packets that overflowed the receive buffer of this machine (SO_RXQ_OVFL): not lost in the network. */
  readonly droppedByUs: number;
  /** Closes all sockets. Idempotent. */
  close(): Promise<void>;
}
