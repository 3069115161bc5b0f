/** Netlink messages (`struct nlmsghdr` of linux/netlink.h), one or several per datagram. @module */
import { EMPTY, readU16le, readU32le, writeU16le, writeU32le } from '../base/bytes.ts';
import { align4 } from './attribute.ts';

export const MESSAGE_HEADER_LENGTH = 16;

/** Message types common to all netlink families. */
export const ControlType = { noop: 1, error: 2, done: 3, overrun: 4 } as const;

/** Flags of requests and answers (linux/netlink.h, NLM_F_*); the meaning of a bit depends on the kind of request. */
export const MessageFlag = {
  request: 0x01,
  multi: 0x02,
  acknowledge: 0x04,
  echo: 0x08,
  /** The table changed during the dump: entries may be missing or duplicated. */
  dumpInterrupted: 0x10,
  /** GET requests: root | match. */
  dump: 0x300,
  /** NEW requests. */
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
  append: 0x800,
  /** Acknowledgements: the request is not repeated in full; attributes follow. */
  capped: 0x100,
  extended: 0x200,
} as const;

/** A request or an answer. The connection adds sequence number and port. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  /** The header of the family, and the attributes. */
  readonly payload: Uint8Array;
}

/** A received message, with its sequence number and port. */
export interface ReceivedMessage extends NetlinkMessage {
  readonly sequence: number;
  readonly port: number;
}

/** Encodes a message. With `port` 0 the kernel inserts the port of the socket. */
export function encodeMessage(message: NetlinkMessage, sequence: number, port = 0): Uint8Array {
  const length = MESSAGE_HEADER_LENGTH + message.payload.length;
  const bytes = new Uint8Array(align4(length));
  writeU32le(bytes, 0, length);
  writeU16le(bytes, 4, message.type);
  writeU16le(bytes, 6, message.flags);
  writeU32le(bytes, 8, sequence);
  writeU32le(bytes, 12, port);
  bytes.set(message.payload, MESSAGE_HEADER_LENGTH);
  return bytes;
}

/**
 * Visits the messages of a datagram in order, without copies; `start` and `end` bound the payload in `bytes`. One
 * instance serves many datagrams.
 */
export class MessageCursor {
  bytes: Uint8Array = EMPTY;
  type = 0;
  flags = 0;
  sequence = 0;
  port = 0;
  start = 0;
  end = 0;
  #next = 0;

  /** Points before the first message of `datagram`. */
  wrap(datagram: Uint8Array): void {
    this.bytes = datagram;
    this.#next = 0;
  }

  /** Moves to the next message; false at the end, and at a message that ends outside the datagram. */
  next(): boolean {
    const { bytes } = this;
    const at = this.#next;
    if (bytes.length - at < MESSAGE_HEADER_LENGTH) return false;
    const length = readU32le(bytes, at);
    if (length < MESSAGE_HEADER_LENGTH || length > bytes.length - at) return false;
    this.type = readU16le(bytes, at + 4);
    this.flags = readU16le(bytes, at + 6);
    this.sequence = readU32le(bytes, at + 8);
    this.port = readU32le(bytes, at + 12);
    this.start = at + MESSAGE_HEADER_LENGTH;
    this.end = at + length;
    this.#next = at + align4(length);
    return true;
  }

  /** After `next` returned false: whether the datagram ended where its last message did. */
  get isWhole(): boolean {
    return this.#next >= this.bytes.length;
  }

  /** Returns a copy of the current message. */
  copy(): ReceivedMessage {
    const { type, flags, sequence, port } = this;
    return { type, flags, sequence, port, payload: this.bytes.slice(this.start, this.end) };
  }
}

/**
 * Splits a datagram into its messages; payloads are copies.
 * @returns undefined if a message ends outside the datagram
 */
export function decodeMessages(datagram: Uint8Array): ReceivedMessage[] | undefined {
  const messages: ReceivedMessage[] = [];
  const cursor = new MessageCursor();
  cursor.wrap(datagram);
  while (cursor.next()) messages.push(cursor.copy());
  return cursor.isWhole ? messages : undefined;
}
