/** Reads a socket in batches, with kernel timestamp, hop limit and drop counter. @module */
import { EMPTY, readU8, readU32le } from '../../base/bytes.ts';
import { MSG_TRUNC, SOL_SOCKET } from '../../sys/constants.ts';
import { ControlView } from '../../sys/control-message.ts';
import {
  IP_TTL,
  IPV6_HOPLIMIT,
  SO_RXQ_OVFL,
  SO_TIMESTAMPING,
  SO_TIMESTAMPNS,
  SOL_IP,
  SOL_IPV6,
} from '../../sys/inet-constants.ts';
import type { InetSocket } from '../../sys/inet-socket.ts';
import { MessageArena } from '../../sys/message-arena.ts';
import { SOCKADDR_IN_ADDRESS, SOCKADDR_IN6_ADDRESS } from '../../sys/socket-address.ts';
import { Ipv4View } from '../../wire/ipv4.ts';
import type { ArrivalEvent, StampSource } from '../transport.ts';
import type { ClockBridge } from './clock-bridge.ts';
import { readNanoseconds, readSeconds } from './kernel-clock.ts';

/** The driver sends as many in one turn of the event loop. */
const SLOTS = 256;
/** Bytes for a quote with extensions. The reply to a large probe needs more. */
const MIN_DATA_SIZE = 2_048;
const CONTROL_SIZE = 192;
/** Batches read per turn of the event loop. */
const MAX_BATCHES = 16;

interface MutableArrival {
  kind: 'arrival';
  time: number;
  stamp: StampSource;
  protocol: number;
  source: Uint8Array;
  bytes: Uint8Array;
  start: number;
  end: number;
  hopLimit: number | undefined;
  optionsStart: number;
  claimedLength: number;
}

export interface ReceiverOptions {
  /** Protocol of the messages; with `hasIpHeader`, the header contains it. */
  readonly protocol: number;
  /** Only IPv4 raw sockets return the IP header (raw(7)). */
  readonly hasIpHeader: boolean;
  readonly maxPacketLength: number;
}

export class PacketReceiver {
  readonly #socket: InetSocket;
  readonly #arena: MessageArena;
  readonly #bridge: ClockBridge;
  readonly #options: ReceiverOptions;
  readonly #control = new ControlView();
  readonly #ipv4 = new Ipv4View();
  /** One event serves all messages. The listener borrows it. */
  readonly #event: MutableArrival;
  readonly #source: Uint8Array;
  /** The latest drop counter of the socket (SO_RXQ_OVFL). */
  drops = 0;

  constructor(socket: InetSocket, bridge: ClockBridge, options: ReceiverOptions) {
    this.#socket = socket;
    this.#bridge = bridge;
    this.#options = options;
    this.#source = new Uint8Array(socket.family === 4 ? 4 : 16);
    const dataSize = Math.max(MIN_DATA_SIZE, options.maxPacketLength + 128);
    const slots = dataSize > MIN_DATA_SIZE ? SLOTS / 8 : SLOTS;
    this.#arena = new MessageArena({ slots, dataSize, controlSize: CONTROL_SIZE });
    this.#event = {
      kind: 'arrival',
      time: 0,
      stamp: 'kernel',
      protocol: options.protocol,
      source: EMPTY,
      bytes: this.#arena.bytes,
      start: 0,
      end: 0,
      hopLimit: undefined,
      optionsStart: 0,
      claimedLength: 0,
    };
  }

  /**
   * Delivers all messages that have arrived.
   * @param beforeBatch called before each batch is delivered: transmit timestamps precede replies
   */
  drain(listener: (event: ArrivalEvent) => void, beforeBatch: () => void): void {
    const arena = this.#arena;
    for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
      const count = arena.receive(this.#socket.fd, 0);
      if (count <= 0) return; // empty, or an error that the next send reports
      beforeBatch();
      for (let slot = 0; slot < count; slot += 1) if (this.#read(slot)) listener(this.#event);
      if (count < arena.slots) return;
    }
  }

  #read(slot: number): boolean {
    const arena = this.#arena;
    const event = this.#event;
    const start = arena.dataAt(slot);
    const end = start + Math.min(arena.receivedLength(slot), arena.dataSize);
    event.source = this.#copySource(arena.nameAt(slot));
    event.hopLimit = undefined;
    event.stamp = 'user';
    this.#readControl(slot);
    if (event.stamp === 'user') event.time = performance.now();
    event.start = start;
    event.optionsStart = start;
    event.end = end;
    event.claimedLength = end - start + ((arena.receivedFlags(slot) & MSG_TRUNC) !== 0 ? 1 : 0);
    return !this.#options.hasIpHeader || this.#readIpHeader(start, end);
  }

  /** Copies into reused bytes: a view per packet costs more. */
  #copySource(nameAt: number): Uint8Array {
    const { bytes } = this.#arena;
    const source = this.#source;
    const from = nameAt + (source.length === 4 ? SOCKADDR_IN_ADDRESS : SOCKADDR_IN6_ADDRESS);
    for (let at = 0; at < source.length; at += 1) source[at] = readU8(bytes, from + at);
    return source;
  }

  #readIpHeader(start: number, end: number): boolean {
    const view = this.#ipv4;
    const event = this.#event;
    if (!view.wrap(event.bytes, start, end) || !view.isWellFormed) return false;
    const { headerLength } = view;
    event.protocol = view.protocol;
    event.hopLimit = view.timeToLive;
    event.optionsStart = view.optionsStart;
    event.start = start + headerLength;
    event.claimedLength = view.totalLength - headerLength;
    return true;
  }

  #readControl(slot: number): void {
    const arena = this.#arena;
    const control = this.#control;
    const event = this.#event;
    const length = arena.receivedControlLength(slot);
    for (let ok = control.wrap(arena.words, arena.controlAt(slot), length); ok; ok = control.next()) {
      const { level, type, dataAt } = control;
      if (level === SOL_SOCKET) {
        if (type === SO_TIMESTAMPNS || type === SO_TIMESTAMPING) {
          const seconds = readSeconds(arena.words, dataAt);
          if (seconds === 0) continue;
          event.time = this.#bridge.toMonotonic(seconds, readNanoseconds(arena.words, dataAt));
          event.stamp = 'kernel';
        } else if (type === SO_RXQ_OVFL) this.drops = readU32le(arena.bytes, dataAt);
      } else if ((level === SOL_IP && type === IP_TTL) || (level === SOL_IPV6 && type === IPV6_HOPLIMIT)) {
        event.hopLimit = readU8(arena.bytes, dataAt);
      }
    }
  }
}
