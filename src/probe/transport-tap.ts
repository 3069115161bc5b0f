/**
 * A transport that copies the probes of one run and their replies to a sink, as IP packets with a comment each. It builds
 * the IP headers itself, since transports carry transport messages: identification and flags are not those of the
 * wire. @module
 */
import { EMPTY } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import type { FrameView } from '../base/frame.ts';
import { ipProtocolOf } from '../base/protocol-numbers.ts';
import { encodeIpv4 } from '../wire/ipv4.ts';
import { encodeIpv6 } from '../wire/ipv6.ts';
import type { ProbeMatch, ProbeMethod } from './method.ts';
import type {
  ArrivalEvent,
  ProbeEvent,
  ProbeSpec,
  ProbeTransport,
  SendResult,
  TransportCapabilities,
} from './transport.ts';

/** Receives the copied packets: a `PcapngWriter` with one interface of link type RAW. */
export interface ProbeSink {
  add(frame: FrameView, keep: number, comment?: string): void;
}

interface PendingProbe {
  readonly packet: Uint8Array;
  readonly time: number;
}

/** Probes that wait for their kernel timestamp. The oldest of more are written with the time of `send`. */
const MAX_PENDING = 256;
const DEFAULT_HOP_LIMIT = 64;
/** Replies without the payload of their probe identify it by 16 bits. */
const SEQUENCE_NUMBERS = 0x1_0000;

export class TransportTap implements ProbeTransport {
  readonly #inner: ProbeTransport;
  readonly #method: ProbeMethod;
  readonly #sink: ProbeSink;
  /** Wall clock time less the time of the clock, in milliseconds. Constant, so that round trips are those of the run. */
  readonly #wallOffset: number;
  readonly #pending = new Map<number, PendingProbe>();
  readonly #source: Uint8Array;
  #listener: (event: ProbeEvent) => void = () => undefined;

  /** @param method the method of the run, which matches its replies */
  constructor(inner: ProbeTransport, method: ProbeMethod, sink: ProbeSink, clock: Clock) {
    this.#inner = inner;
    this.#method = method;
    this.#sink = sink;
    this.#wallOffset = clock.wallTime() - clock.now();
    this.#source = inner.capabilities.sourceAddress ?? new Uint8Array(method.family === 4 ? 4 : 16);
    inner.onEvent((event) => {
      this.#record(event);
      this.#listener(event);
    });
  }

  get capabilities(): TransportCapabilities {
    return this.#inner.capabilities;
  }

  get droppedByUs(): number {
    return this.#inner.droppedByUs;
  }

  onEvent(listener: (event: ProbeEvent) => void): void {
    this.#listener = listener;
  }

  send(batch: readonly ProbeSpec[]): readonly SendResult[] {
    const packets = batch.map((spec) => this.#probePacket(spec));
    const results = this.#inner.send(batch);
    for (const [at, result] of results.entries()) {
      const packet = packets[at];
      const token = batch[at]?.token;
      if (result.status !== 'sent' || packet === undefined || token === undefined) continue;
      if (!this.#inner.capabilities.kernelTransmitTime) this.#write(packet, result.time, `probe ${token}`);
      else this.#pending.set(token, { packet, time: result.time });
    }
    while (this.#pending.size > MAX_PENDING) this.#writeOldest();
    return results;
  }

  #probePacket({ destination, bytes, hopLimit }: ProbeSpec): Uint8Array {
    const number = ipProtocolOf(this.#method.family, this.#method.protocol);
    return this.#packet(this.#source, destination, number, hopLimit ?? DEFAULT_HOP_LIMIT, bytes);
  }

  #packet(
    source: Uint8Array,
    destination: Uint8Array,
    protocol: number,
    hopLimit: number,
    message: Uint8Array,
    options: Uint8Array = EMPTY,
  ): Uint8Array {
    const out = new Uint8Array(60 + message.length);
    const payloadLength = message.length;
    const at =
      source.length === 4
        ? encodeIpv4({ source, destination, protocol, timeToLive: hopLimit, payloadLength, options }, out)
        : encodeIpv6({ source, destination, nextHeader: protocol, hopLimit, payloadLength }, out);
    out.set(message, at);
    return out.subarray(0, at + message.length);
  }

  #writeOldest(): void {
    for (const [token, probe] of this.#pending) {
      this.#pending.delete(token);
      this.#write(probe.packet, probe.time, `probe ${token}, approximate time`);
      return;
    }
  }

  #record(event: ProbeEvent): void {
    if (event.kind === 'transmit') {
      const probe = this.#pending.get(event.token);
      this.#pending.delete(event.token);
      if (probe !== undefined) this.#write(probe.packet, event.time, `probe ${event.token}`);
    } else if (event.kind === 'arrival') this.#recordArrival(event);
  }

  #recordArrival(event: ArrivalEvent): void {
    const match = this.#method.match(event);
    if (match === undefined) return;
    this.#writeProbeOf(match);
    const { bytes, optionsStart, start, end, source, protocol } = event;
    const options = bytes.subarray(optionsStart, start);
    const hopLimit = event.hopLimit ?? DEFAULT_HOP_LIMIT;
    const packet = this.#packet(source, this.#source, protocol, hopLimit, bytes.subarray(start, end), options);
    const number = match.isFullIndex ? `${match.index}` : `with sequence number ${match.index}`;
    this.#write(packet, event.time, `${match.kind} to probe ${number}`);
  }

  /** Writes the probe of a reply whose kernel timestamp has not arrived, with the time that the run uses. */
  #writeProbeOf({ index, isFullIndex }: ProbeMatch): void {
    for (const [token, { packet, time }] of this.#pending) {
      if (token !== index && (isFullIndex || token % SEQUENCE_NUMBERS !== index)) continue;
      this.#pending.delete(token);
      this.#write(packet, time, `probe ${token}`);
    }
  }

  #write(packet: Uint8Array, time: number, comment: string): void {
    const wall = this.#wallOffset + time;
    const seconds = Math.floor(wall / 1_000);
    const frame: FrameView = {
      data: packet,
      offset: 0,
      length: packet.length,
      wireLength: packet.length,
      seconds,
      nanoseconds: Math.min(999_999_999, Math.round((wall - seconds * 1_000) * 1e6)),
      interfaceIndex: 0,
    };
    this.#sink.add(frame, packet.length, comment);
  }

  async close(): Promise<void> {
    while (this.#pending.size > 0) this.#writeOldest();
    await this.#inner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
