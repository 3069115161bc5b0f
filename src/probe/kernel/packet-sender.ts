/**
 * Sends batches by `sendmmsg` with a hop limit for each message, and reads transmit timestamps from the error queue of the
 * socket. A raw sending socket is never polled, since libuv stops polling a descriptor with a non-empty error queue; the
 * receiving side drains it first. @module
 */
import { EMPTY, readU8, readU32le } from '../../base/bytes.ts';
import { SOL_SOCKET } from '../../sys/constants.ts';
import { ControlView, INT_CONTROL_LENGTH, writeIntControl } from '../../sys/control-message.ts';
import {
  IP_RECVERR,
  IP_TTL,
  IPV6_HOPLIMIT,
  IPV6_RECVERR,
  MSG_ERRQUEUE,
  SO_EE_ORIGIN_ICMP,
  SO_EE_ORIGIN_ICMP6,
  SO_EE_ORIGIN_LOCAL,
  SO_EE_ORIGIN_TIMESTAMPING,
  SO_TIMESTAMPING,
  SO_TIMESTAMPNS,
  SOF_TIMESTAMPING_OPT_ID,
  SOF_TIMESTAMPING_OPT_TSONLY,
  SOF_TIMESTAMPING_SOFTWARE,
  SOF_TIMESTAMPING_TX_SOFTWARE,
  SOL_IP,
  SOL_IPV6,
} from '../../sys/inet-constants.ts';
import type { InetSocket } from '../../sys/inet-socket.ts';
import { MessageArena } from '../../sys/message-arena.ts';
import { socketAddressBytes, socketAddressPort, writeSocketAddress } from '../../sys/socket-address.ts';
import { Errno, errnoName } from '../../sys/syscall.ts';
import { OUTBOX_LIMIT } from '../outbox.ts';
import type { ErrorQueueEvent, ProbeSpec, SendResult, TransmitEvent } from '../transport.ts';
import type { ClockBridge } from './clock-bridge.ts';
import { readNanoseconds, readSeconds } from './kernel-clock.ts';

export interface SenderOptions {
  readonly maxMessageLength: number;
  /** Removes the UDP header, and sends to its port: on an unprivileged socket the kernel writes the header. */
  readonly stripsUdpHeader: boolean;
  /** IPv6 flow label; 0 for none. */
  readonly flowLabel: number;
  /** Returns the path MTU to a destination, for a message that was too long. */
  readonly pathMtu: (destination: Uint8Array) => number | undefined;
  /** Timestamps cost a tenth of the send rate, and improve the round trip time by a microsecond. */
  readonly wantsTransmitTime: boolean;
}

const UDP_HEADER_LENGTH = 8;
const ERROR_SLOTS = 64;
const ERROR_CONTROL_SIZE = 256;
/** Errors quote up to 576 (IPv4) or 1,280 bytes; the identity of the probe is in the first few. */
const ERROR_DATA_SIZE = 512;
/** Batches of error queue entries read at once. */
const MAX_BATCHES = 64;
/** Attempts for one message. A pending socket error fails the send, and is cleared by it. */
const SEND_ATTEMPTS = 4;
const RING_SIZE = 0x1_0000;
/** `struct sock_extended_err` is 16 bytes; the offender's address follows. */
const EXTENDED_ERROR_LENGTH = 16;

const TIMESTAMPING_FLAGS =
  SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;

export class PacketSender {
  readonly #socket: InetSocket;
  readonly #bridge: ClockBridge;
  readonly #options: SenderOptions;
  readonly #arena: MessageArena;
  readonly #errors: MessageArena;
  readonly #control = new ControlView();
  /** Token of each message by the send counter of the kernel (SOF_TIMESTAMPING_OPT_ID). */
  readonly #tokens = new Float64Array(RING_SIZE);
  readonly #extraFlags: number;
  readonly #hasErrorQueue: boolean;
  #sends = 0;
  readonly hasTransmitTime: boolean;

  /** @param extraFlags timestamping flags of a socket that also receives */
  constructor(socket: InetSocket, bridge: ClockBridge, options: SenderOptions, extraFlags = 0) {
    this.#socket = socket;
    this.#bridge = bridge;
    this.#options = options;
    this.#extraFlags = extraFlags;
    this.#arena = new MessageArena({
      slots: OUTBOX_LIMIT,
      dataSize: options.maxMessageLength,
      controlSize: INT_CONTROL_LENGTH,
    });
    this.#errors = new MessageArena({
      slots: ERROR_SLOTS,
      dataSize: ERROR_DATA_SIZE,
      controlSize: ERROR_CONTROL_SIZE,
    });
    const [level, type] = socket.family === 4 ? [SOL_IP, IP_TTL] : [SOL_IPV6, IPV6_HOPLIMIT];
    for (let slot = 0; slot < OUTBOX_LIMIT; slot += 1) {
      writeIntControl(this.#arena.bytes, this.#arena.controlAt(slot), level, type, 0);
    }
    this.hasTransmitTime = options.wantsTransmitTime && this.#startStamping();
    this.#hasErrorQueue = this.hasTransmitTime || extraFlags !== 0;
  }

  #startStamping(): boolean {
    return this.#socket.trySet(SOL_SOCKET, SO_TIMESTAMPING, TIMESTAMPING_FLAGS | this.#extraFlags);
  }

  /** Resets the send counter to 0, since a refused message may or may not have incremented it. */
  #restartStamping(): void {
    if (!this.hasTransmitTime) return;
    this.#socket.trySet(SOL_SOCKET, SO_TIMESTAMPING, this.#extraFlags);
    this.#startStamping();
    this.#sends = 0;
  }

  send(batch: readonly ProbeSpec[]): SendResult[] {
    const results: SendResult[] = [];
    for (let first = 0; first < batch.length; first += OUTBOX_LIMIT) {
      const isWhole = batch.length <= OUTBOX_LIMIT;
      this.#sendUpTo64(isWhole ? batch : batch.slice(first, first + OUTBOX_LIMIT), results);
    }
    return results;
  }

  #sendUpTo64(batch: readonly ProbeSpec[], results: SendResult[]): void {
    let next = 0;
    for (const spec of batch) {
      this.#write(next, spec);
      next += 1;
    }
    next = 0;
    let attempts = 0;
    while (next < batch.length) {
      const time = performance.now();
      const sent = this.#arena.send(this.#socket.fd, next, batch.length - next);
      if (sent > 0) {
        const result: SendResult = { status: 'sent', time };
        for (const end = next + sent; next < end; next += 1) {
          this.#tokens[this.#sends % RING_SIZE] = batch[next]?.token ?? 0;
          this.#sends += 1;
          results.push(result);
        }
        attempts = 0;
        continue;
      }
      const error = -sent;
      if (error === Errno.EAGAIN || error === Errno.ENOBUFS) {
        for (; next < batch.length; next += 1) results.push({ status: 'full' });
        return;
      }
      // With IP_RECVERR, the next send reports an earlier ICMP error, and sends nothing.
      attempts += 1;
      if (attempts < SEND_ATTEMPTS && isReportedError(error)) continue;
      results.push(this.#refusal(error, batch[next]?.destination ?? EMPTY));
      this.#restartStamping();
      next += 1;
      attempts = 0;
    }
  }

  #write(slot: number, spec: ProbeSpec): void {
    const arena = this.#arena;
    const { stripsUdpHeader, flowLabel } = this.#options;
    const { bytes, destination, hopLimit } = spec;
    const skipped = stripsUdpHeader ? UDP_HEADER_LENGTH : 0;
    const port = stripsUdpHeader ? (readU8(bytes, 2) << 8) | readU8(bytes, 3) : 0;
    arena.bytes.set(skipped === 0 ? bytes : bytes.subarray(skipped), arena.dataAt(slot));
    const nameLength = writeSocketAddress(arena.bytes, arena.nameAt(slot), destination, port, flowLabel);
    if (hopLimit !== undefined) arena.bytes[arena.controlAt(slot) + 16] = hopLimit;
    arena.setLengths(slot, bytes.length - skipped, nameLength, hopLimit === undefined ? 0 : INT_CONTROL_LENGTH);
  }

  #refusal(error: number, destination: Uint8Array): SendResult {
    const errorName = errnoName(error);
    const mtu = error === Errno.EMSGSIZE ? this.#options.pathMtu(destination) : undefined;
    return mtu === undefined ? { status: 'refused', errorName } : { status: 'refused', errorName, mtu };
  }

  /** Reads the error queue: transmit timestamps, and ICMP errors on unprivileged sockets. */
  drainErrors(listener: (event: TransmitEvent | ErrorQueueEvent) => void): void {
    if (!this.#hasErrorQueue) return;
    for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
      const count = this.#errors.receive(this.#socket.fd, MSG_ERRQUEUE);
      if (count <= 0) return;
      for (let slot = 0; slot < count; slot += 1) this.#readError(slot, listener);
      if (count < this.#errors.slots) return;
    }
  }

  #readError(slot: number, listener: (event: TransmitEvent | ErrorQueueEvent) => void): void {
    const { bytes, words } = this.#errors;
    const control = this.#control;
    let time: number | undefined;
    let errorAt = -1;
    let isIpv6 = false;
    const start = this.#errors.controlAt(slot);
    const length = this.#errors.receivedControlLength(slot);
    for (let ok = control.wrap(words, start, length); ok; ok = control.next()) {
      const { level, type, dataAt } = control;
      if (level === SOL_SOCKET && (type === SO_TIMESTAMPING || type === SO_TIMESTAMPNS)) {
        const seconds = readSeconds(words, dataAt);
        if (seconds !== 0) time = this.#bridge.toMonotonic(seconds, readNanoseconds(words, dataAt));
      }
      const isError4 = level === SOL_IP && type === IP_RECVERR;
      const isError6 = level === SOL_IPV6 && type === IPV6_RECVERR;
      if ((isError4 || isError6) && control.dataLength >= EXTENDED_ERROR_LENGTH) {
        errorAt = dataAt;
        isIpv6 = isError6;
      }
    }
    if (errorAt < 0) return;
    const origin = readU8(bytes, errorAt + 4);
    if (origin === SO_EE_ORIGIN_TIMESTAMPING) this.#onStamp(readU32le(bytes, errorAt + 12), time, listener);
    else if (origin === SO_EE_ORIGIN_ICMP || origin === SO_EE_ORIGIN_ICMP6) {
      this.#onIcmp(slot, errorAt, isIpv6, time, listener);
    } else if (origin !== SO_EE_ORIGIN_LOCAL) return; // a local error was the result of its send
  }

  #onStamp(id: number, time: number | undefined, listener: (event: TransmitEvent) => void): void {
    const isKnown = id < this.#sends && this.#sends - id <= RING_SIZE;
    if (time === undefined || !isKnown) return;
    listener({ kind: 'transmit', token: this.#tokens[id % RING_SIZE] ?? 0, time, stamp: 'kernel' });
  }

  #onIcmp(
    slot: number,
    at: number,
    isIpv6: boolean,
    time: number | undefined,
    listener: (event: ErrorQueueEvent) => void,
  ): void {
    const arena = this.#errors;
    const source = socketAddressBytes(arena.bytes, at + EXTENDED_ERROR_LENGTH);
    const destination = socketAddressBytes(arena.bytes, arena.nameAt(slot));
    if (source === undefined || destination === undefined) return;
    const start = arena.dataAt(slot);
    listener({
      kind: 'error-queue',
      time: time ?? performance.now(),
      stamp: time === undefined ? 'user' : 'kernel',
      family: isIpv6 ? 6 : 4,
      type: readU8(arena.bytes, at + 5),
      code: readU8(arena.bytes, at + 6),
      mtu: readU32le(arena.bytes, at + 8),
      source,
      destination,
      destinationPort: socketAddressPort(arena.bytes, arena.nameAt(slot)),
      bytes: arena.bytes,
      start,
      end: start + Math.min(arena.receivedLength(slot), arena.dataSize),
    });
  }
}

/** True for the errors that a later call reports for an ICMP error (ip(7), "Error handling"). */
function isReportedError(error: number): boolean {
  return (
    error === Errno.ECONNREFUSED ||
    error === Errno.EHOSTUNREACH ||
    error === Errno.ENETUNREACH ||
    error === Errno.EPROTO
  );
}
