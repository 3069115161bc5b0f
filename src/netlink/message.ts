/** Netlink messages (`struct nlmsghdr` of linux/netlink.h), one or several per datagram. @module */
import { readU16le, readU32le, writeU16le, writeU32le } from '../base/bytes.ts';
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
 * Splits a datagram into its messages; payloads are copies.
 * @returns undefined if a message ends outside the datagram
 */
export function decodeMessages(datagram: Uint8Array): ReceivedMessage[] | undefined {
  const messages: ReceivedMessage[] = [];
  let at = 0;
  while (at < datagram.length) {
    if (datagram.length - at < MESSAGE_HEADER_LENGTH) return undefined;
    const length = readU32le(datagram, at);
    if (length < MESSAGE_HEADER_LENGTH || length > datagram.length - at) return undefined;
    messages.push({
      type: readU16le(datagram, at + 4),
      flags: readU16le(datagram, at + 6),
      sequence: readU32le(datagram, at + 8),
      port: readU32le(datagram, at + 12),
      payload: datagram.slice(at + MESSAGE_HEADER_LENGTH, at + length),
    });
    at += align4(length);
  }
  return messages;
}
