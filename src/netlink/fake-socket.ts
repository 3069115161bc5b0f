/** A simulated kernel at the other end of a netlink connection, for tests without privileges and without a network. @module */
import { writeU32le } from '../base/bytes.ts';
import {
  ControlType,
  decodeMessages,
  encodeMessage,
  MESSAGE_HEADER_LENGTH,
  MessageFlag,
  type NetlinkMessage,
} from './message.ts';
import type { NetlinkSocket } from './socket.ts';

/** What the simulated kernel answers: messages, or a positive errno. */
export type FakeAnswer = readonly NetlinkMessage[] | number;

const PORT = 1;
/** Messages per datagram of a dump. */
const BATCH = 16;

/**
 * Answers requests as the kernel does: a dump ends in NLMSG_DONE, any other request in an acknowledgement.
 *
 * @example
 * const kernel = new FakeNetlinkSocket((request) => tables.get(request.type) ?? 95); // EOPNOTSUPP
 * const interfaces = await listInterfaces({ netlink: connectNetlink(kernel) });
 */
export class FakeNetlinkSocket implements NetlinkSocket {
  readonly port = PORT;
  /** The requests received so far. */
  readonly requests: NetlinkMessage[] = [];
  isClosed = false;
  readonly #answer: (request: NetlinkMessage) => FakeAnswer;
  readonly #queue: Uint8Array[] = [];

  constructor(answer: (request: NetlinkMessage) => FakeAnswer) {
    this.#answer = answer;
  }

  send(datagram: Uint8Array): void {
    for (const request of decodeMessages(datagram) ?? []) {
      const { sequence } = request;
      this.requests.push(request);
      const answer = this.#answer(request);
      const isDump = (request.flags & MessageFlag.dump) === MessageFlag.dump;
      if (typeof answer !== 'number') this.#queueMessages(answer, sequence, isDump);
      this.#queue.push(endOf(sequence, isDump, typeof answer === 'number' ? answer : 0));
    }
  }

  receive(): Uint8Array | 'timeout' {
    return this.#queue.shift() ?? 'timeout';
  }

  close(): void {
    this.isClosed = true;
  }

  #queueMessages(messages: readonly NetlinkMessage[], sequence: number, isDump: boolean): void {
    for (let start = 0; start < messages.length; start += BATCH) {
      const encoded = messages.slice(start, start + BATCH).map((message) => {
        const flags = isDump ? message.flags | MessageFlag.multi : message.flags;
        return encodeMessage({ ...message, flags }, sequence, PORT);
      });
      this.#queue.push(new Uint8Array(Buffer.concat(encoded)));
    }
  }
}

/** NLMSG_DONE with a status, or NLMSG_ERROR with a status and the header of the request. */
function endOf(sequence: number, isDump: boolean, errno: number): Uint8Array {
  const payload = new Uint8Array(isDump ? 4 : 4 + MESSAGE_HEADER_LENGTH);
  writeU32le(payload, 0, -errno);
  const message = isDump
    ? { type: ControlType.done, flags: MessageFlag.multi, payload }
    : { type: ControlType.error, flags: MessageFlag.capped, payload };
  return encodeMessage(message, sequence, PORT);
}
