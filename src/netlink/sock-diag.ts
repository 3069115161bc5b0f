/** Sockets of a namespace: SOCK_DIAG_BY_FAMILY requests and answers (linux/inet_diag.h). @module */
import { formatIpv4, formatIpv6 } from '../base/address.ts';
import { readU8, readU16, readU32, readU32le, writeU32le } from '../base/bytes.ts';
import { AF_INET, AF_INET6 } from '../sys/constants.ts';
import { AttributeCursor } from './attribute.ts';
import { MessageFlag, type NetlinkMessage } from './message.ts';
import { readTcpInfo, type TcpInfo } from './tcp-info.ts';

/** SOCK_DIAG_BY_FAMILY: the type of requests and answers. */
export const SOCKET_MESSAGE_TYPE = 20;

/** IPPROTO_TCP, IPPROTO_UDP, IPPROTO_RAW. */
const SocketProtocol = { tcp: 6, udp: 17, raw: 255 } as const;
export type SocketProtocolName = keyof typeof SocketProtocol;

/** TCP_* of net/tcp_states.h, in the order of their numbers. Other protocols use `established` for connected sockets and `close` for the others. */
const SocketState = {
  established: 1,
  'syn-sent': 2,
  'syn-received': 3,
  'fin-wait-1': 4,
  'fin-wait-2': 5,
  'time-wait': 6,
  close: 7,
  'close-wait': 8,
  'last-ack': 9,
  listen: 10,
  closing: 11,
} as const;
export type SocketStateName = keyof typeof SocketState;

/** Names by number; 12 is a SYN_RECEIVED that the kernel keeps apart (TCP_NEW_SYN_RECV). */
const STATE_NAMES: readonly (SocketStateName | undefined)[] = [
  undefined,
  ...(Object.keys(SocketState) as SocketStateName[]),
  'syn-received',
];

/** Every state. */
const ALL_STATES = 0xfff;

/** Returns the mask of a request for these states. */
export function stateMask(names: readonly SocketStateName[]): number {
  return names.reduce((mask, name) => mask | (1 << SocketState[name]), 0);
}

/** Returns the name of a state number; undefined if it is none. */
export function stateName(state: number): SocketStateName | undefined {
  return STATE_NAMES[state];
}

/** `struct inet_diag_req_v2`: family, protocol, extensions, padding, states, identity of a socket. */
const REQUEST_LENGTH = 56;
const REQUEST_PROTOCOL = 1;
const REQUEST_EXTENSIONS = 2;
const REQUEST_STATES = 4;

/** `struct inet_diag_msg`; ports and addresses in network order. */
const HEADER_LENGTH = 72;
const FAMILY = 0;
const STATE = 1;
const TIMER = 2;
const RETRANSMITS = 3;
const LOCAL_PORT = 4;
const REMOTE_PORT = 6;
const LOCAL_ADDRESS = 8;
const REMOTE_ADDRESS = 24;
const INTERFACE = 40;
const COOKIE = 44;
const EXPIRES = 52;
const RECEIVE_QUEUE = 56;
const SEND_QUEUE = 60;
const UID = 64;
const INODE = 68;

/** INET_DIAG_* attributes; bit N - 1 of a request asks for attribute N, the others arrive unasked. */
const INFO = 2;
const CONGESTION = 4;
const SOCKET_MEMORY = 7;
const V6_ONLY = 11;
/** SK_MEMINFO_DROPS, as an offset in bytes. */
const DROPS = 32;

const LATIN1 = new TextDecoder('latin1');

/** Parts of an answer that cost time, and are sent only on request. */
export interface SocketDetails {
  /** Counts the drops of each socket. */
  readonly memory?: boolean;
  /** Adds `struct tcp_info` and the congestion control algorithm. */
  readonly info?: boolean;
}

/** A socket of an Internet protocol as the kernel describes it; only JSON types. */
export interface InetSocket {
  readonly protocol: SocketProtocolName;
  readonly family: 4 | 6;
  readonly state: SocketStateName;
  /** As inet_ntop(3) formats it: `10.1.1.1`, `::1`, `::ffff:10.1.1.1`, `::127.0.0.1`. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** Raw sockets: the IP protocol. */
  readonly localPort: number;
  readonly remotePort: number;
  /** An IPv6 socket that is not bound to an address, and accepts IPv4 too. */
  readonly isDualStack: boolean;
  /** 0: not bound to an interface. */
  readonly interfaceIndex: number;
  /** Bytes; of a listener, connections that wait for accept(2). */
  readonly receiveQueue: number;
  /** Bytes; of a listener, the backlog. */
  readonly sendQueue: number;
  readonly uid: number;
  /** 0 if the socket belongs to no process, as in the states time-wait and syn-received. */
  readonly inode: number;
  /** Identifies the socket for its whole life: hexadecimal. Undefined if read from /proc. */
  readonly cookie: string | undefined;
  readonly timer: 'retransmit' | 'keepalive' | 'time-wait' | 'probe' | undefined;
  /** Milliseconds until the timer expires. */
  readonly expires: number;
  readonly retransmits: number;
  /** Packets that the socket dropped because its buffer or, of a listener, its queue was full. */
  readonly drops: number | undefined;
  /** `cubic`, for instance. */
  readonly congestion: string | undefined;
  readonly info: TcpInfo | undefined;
}

/** By number; 0 is none. */
const TIMERS = [undefined, 'retransmit', 'keepalive', 'time-wait', 'probe'] as const;

/** Returns the name of a timer of the kernel. */
export function timerName(timer: number): InetSocket['timer'] {
  return TIMERS[timer];
}

/**
 * Request: all sockets of a protocol and family.
 * @param states a `stateMask`
 */
export function dumpSockets(
  protocol: SocketProtocolName,
  family: 4 | 6,
  states = ALL_STATES,
  details: SocketDetails = {},
): NetlinkMessage {
  const payload = new Uint8Array(REQUEST_LENGTH);
  payload[FAMILY] = family === 4 ? AF_INET : AF_INET6;
  payload[REQUEST_PROTOCOL] = SocketProtocol[protocol];
  const memory = details.memory === true ? 1 << (SOCKET_MEMORY - 1) : 0;
  const info = details.info === true ? (1 << (INFO - 1)) | (1 << (CONGESTION - 1)) : 0;
  payload[REQUEST_EXTENSIONS] = memory | info;
  writeU32le(payload, REQUEST_STATES, states);
  return { type: SOCKET_MESSAGE_TYPE, flags: MessageFlag.dump, payload };
}

/** Decodes the answers of one protocol. Most sockets share a few addresses, so their texts are kept. */
export class SocketDecoder {
  readonly #protocol: SocketProtocolName;
  readonly #attributes = new AttributeCursor();
  /** By the address as a number. */
  readonly #ipv4 = new Map<number, string>();
  /** By the last 32 bits; of addresses that share them, the one seen last. */
  readonly #ipv6 = new Map<number, { readonly words: readonly [number, number, number]; readonly text: string }>();

  /** @param protocol of the request: answers do not repeat it */
  constructor(protocol: SocketProtocolName) {
    this.#protocol = protocol;
  }

  /** Decodes `bytes[start, end)`; undefined if it is malformed, or of another family. */
  decode(bytes: Uint8Array, start: number, end: number): InetSocket | undefined {
    if (end > bytes.length || end - start < HEADER_LENGTH) return undefined;
    const isIpv4 = readU8(bytes, start + FAMILY) === AF_INET;
    const state = STATE_NAMES[readU8(bytes, start + STATE)];
    if ((!isIpv4 && readU8(bytes, start + FAMILY) !== AF_INET6) || state === undefined) return undefined;
    let acceptsIpv4 = false;
    let drops: number | undefined;
    let congestion: string | undefined;
    let info: TcpInfo | undefined;
    const attributes = this.#attributes;
    attributes.wrap(bytes, start + HEADER_LENGTH, end);
    while (attributes.next()) {
      const { type, start: at, end: valueEnd } = attributes;
      if (type === V6_ONLY && valueEnd > at) acceptsIpv4 = readU8(bytes, at) === 0;
      else if (type === SOCKET_MEMORY && valueEnd - at >= DROPS + 4) drops = readU32le(bytes, at + DROPS);
      else if (type === CONGESTION) congestion = readText(bytes, at, valueEnd);
      else if (type === INFO) info = readTcpInfo(bytes, at, valueEnd);
    }
    if (!attributes.isWhole) return undefined;
    const localAddress = this.#address(bytes, start + LOCAL_ADDRESS, isIpv4);
    return {
      protocol: this.#protocol,
      family: isIpv4 ? 4 : 6,
      state,
      localAddress,
      remoteAddress: this.#address(bytes, start + REMOTE_ADDRESS, isIpv4),
      localPort: readU16(bytes, start + LOCAL_PORT),
      remotePort: readU16(bytes, start + REMOTE_PORT),
      isDualStack: acceptsIpv4 && localAddress === '::',
      interfaceIndex: readU32le(bytes, start + INTERFACE),
      receiveQueue: readU32le(bytes, start + RECEIVE_QUEUE),
      sendQueue: readU32le(bytes, start + SEND_QUEUE),
      uid: readU32le(bytes, start + UID),
      inode: readU32le(bytes, start + INODE),
      cookie: readCookie(bytes, start + COOKIE),
      timer: timerName(readU8(bytes, start + TIMER)),
      expires: readU32le(bytes, start + EXPIRES),
      retransmits: readU8(bytes, start + RETRANSMITS),
      drops,
      congestion,
      info,
    };
  }

  #address(bytes: Uint8Array, at: number, isIpv4: boolean): string {
    if (!isIpv4) return this.#ipv6Address(bytes, at);
    const number = readU32(bytes, at);
    let text = this.#ipv4.get(number);
    if (text === undefined) {
      text = addressText(bytes, at, true);
      this.#ipv4.set(number, text);
    }
    return text;
  }

  #ipv6Address(bytes: Uint8Array, at: number): string {
    const words = [readU32(bytes, at), readU32(bytes, at + 4), readU32(bytes, at + 8)] as const;
    const last = readU32(bytes, at + 12);
    const known = this.#ipv6.get(last);
    if (known?.words.every((word, index) => word === words[index])) return known.text;
    const text = addressText(bytes, at, false);
    this.#ipv6.set(last, { words, text });
    return text;
  }
}

/** Formats an address as inet_ntop(3) does: RFC 5952, but `::127.0.0.1` for an IPv4-compatible address. */
export function addressText(bytes: Uint8Array, at: number, isIpv4: boolean): string {
  if (isIpv4) return formatIpv4(bytes, at);
  const isCompatible = readU32(bytes, at) === 0 && readU32(bytes, at + 4) === 0 && readU32(bytes, at + 8) === 0;
  if (!isCompatible) return formatIpv6(bytes, at);
  if (readU32(bytes, at + 12) === 0) return '::';
  return readU16(bytes, at + 12) === 0 ? formatIpv6(bytes, at) : `::${formatIpv4(bytes, at + 12)}`;
}

function readCookie(bytes: Uint8Array, at: number): string {
  const high = readU32le(bytes, at + 4);
  const low = readU32le(bytes, at).toString(16);
  return high === 0 ? low : high.toString(16) + low.padStart(8, '0');
}

function readText(bytes: Uint8Array, start: number, end: number): string {
  let length = 0;
  while (start + length < end && readU8(bytes, start + length) !== 0) length += 1;
  return LATIN1.decode(bytes.subarray(start, start + length));
}
