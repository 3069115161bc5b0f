/** Netlink messages, `struct nlmsghdr` of linux/netlink.h, alone and several in one datagram. @module */
import { readU16le, readU32le, writeU16le, writeU32le } from '../base/bytes.ts';
import { align4 } from './attribute.ts';

export const MESSAGE_HEADER_LENGTH = 16;

/** Types that every netlink family shares. */
export const ControlType = { noop: 1, error: 2, done: 3, overrun: 4 } as const;

/** Flags of requests and answers (linux/netlink.h, NLM_F_*); the same bits mean other things by kind of request. */
export const MessageFlag = {
  request: 0x01,
  multi: 0x02,
  acknowledge: 0x04,
  echo: 0x08,
  /** The table changed while it was dumped: entries may be missing or doubled. */
  dumpInterrupted: 0x10,
  /** Of requests that get: root | match. */
  dump: 0x300,
  /** Of requests that make. */
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
  append: 0x800,
  /** Of acknowledgements: the request is not repeated whole; attributes follow. */
  capped: 0x100,
  extended: 0x200,
} as const;

/** What is asked, and what is answered. The connection adds sequence and port. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  /** The family's own header and the attributes. */
  readonly payload: Uint8Array;
}

/** A message as it came, with whom it answers. */
export interface ReceivedMessage extends NetlinkMessage {
  readonly sequence: number;
  readonly port: number;
}

/** The message's bytes. `port` 0 lets the kernel fill in the socket's own. */
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
 * @returns undefined when a message says that it ends outside the datagram
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
