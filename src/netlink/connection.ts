/**
 * Requests and answers: `execute` for changes that are acknowledged, `request` for requests with answers, `dump` for
 * whole tables, and `scan` for large tables that are read without copies. Dumps are repeated if the table changes
 * meanwhile.
 *
 * A request costs one system call to send and one per 32 KiB of answer (3.4 microseconds each), so both are
 * synchronous; the interface is asynchronous so that this may change. An answer is received whole before its first
 * message is returned: two loops on one connection do not interfere, and one that ends early leaves nothing behind.
 * @module
 */
import { NetlinkError, readAcknowledgement, refusalError } from './error.ts';
import { ControlType, encodeMessage, MessageCursor, MessageFlag, type NetlinkMessage } from './message.ts';
import { NetlinkProtocol, type NetlinkSocket, openNetlinkSocket } from './socket.ts';

interface RequestOptions {
  /** The operation, which follows "cannot" in an error: `set the MTU of eth0`. */
  readonly wanted?: string;
}

/** The result of a dump. */
interface Dump {
  readonly messages: readonly NetlinkMessage[];
  /** False if the table changed during every attempt: entries may be missing or duplicated. */
  readonly consistent: boolean;
}

/** Reads one entry of a table; the payload is `bytes[start, end)`, valid inside the call. */
export type EntryVisitor = (type: number, bytes: Uint8Array, start: number, end: number) => void;

export interface NetlinkConnection extends AsyncDisposable {
  /**
   * Yields the messages of the answer in order, without acknowledgement and end mark. The messages of an inconsistent
   * dump carry the flag `dumpInterrupted`.
   * @throws NetlinkError
   */
  request(message: NetlinkMessage, options?: RequestOptions): AsyncIterable<NetlinkMessage>;
  /**
   * Resolves when the kernel has acknowledged the change.
   * @throws NetlinkError
   */
  execute(message: NetlinkMessage, options?: RequestOptions): Promise<void>;
  /**
   * Returns a whole table.
   * @throws NetlinkError
   */
  dump(message: NetlinkMessage, options?: RequestOptions): Promise<Dump>;
  /**
   * Reads a whole table without copying its entries.
   * @param begin called before each attempt; returns the visitor of that attempt's entries
   * @returns whether the last attempt was consistent
   * @throws NetlinkError
   */
  scan(message: NetlinkMessage, begin: () => EntryVisitor, options?: RequestOptions): Promise<boolean>;
  /** Idempotent. */
  close(): void;
}

/** Attempts at a dump while its table changes. */
const DUMP_ATTEMPTS = 3;
/** A full routing table of the Internet is about 100 MB as netlink messages. */
const MAX_ANSWER_LENGTH = 256 * 1024 * 1024;

/**
 * A connection to a netlink family, by default rtnetlink.
 * @param socket opened by `openNetlinkSocket` in the namespace concerned; the connection closes it
 */
export function connectNetlink(socket: NetlinkSocket = openNetlinkSocket(NetlinkProtocol.route)): NetlinkConnection {
  return new Connection(socket);
}

class Connection implements NetlinkConnection {
  readonly #socket: NetlinkSocket;
  readonly #cursor = new MessageCursor();
  #sequence = 0;

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  async *request(message: NetlinkMessage, options?: RequestOptions): AsyncGenerator<NetlinkMessage, void, undefined> {
    if ((message.flags & MessageFlag.dump) !== MessageFlag.dump) {
      const messages: NetlinkMessage[] = [];
      this.#exchange(message, MessageFlag.acknowledge, copyTo(messages), options);
      yield* messages;
      return;
    }
    const { messages, consistent } = await this.dump(message, options);
    const mark = consistent ? 0 : MessageFlag.dumpInterrupted;
    for (const answer of messages) yield { ...answer, flags: answer.flags | mark };
  }

  async execute(message: NetlinkMessage, options?: RequestOptions): Promise<void> {
    this.#exchange(message, MessageFlag.acknowledge, () => {}, options);
  }

  async dump(message: NetlinkMessage, options?: RequestOptions): Promise<Dump> {
    let messages: NetlinkMessage[] = [];
    const begin = (): ((entry: MessageCursor) => void) => {
      messages = [];
      return copyTo(messages);
    };
    const consistent = this.#repeat(message, begin, options);
    return { messages, consistent };
  }

  async scan(message: NetlinkMessage, begin: () => EntryVisitor, options?: RequestOptions): Promise<boolean> {
    const beginAttempt = (): ((entry: MessageCursor) => void) => {
      const visit = begin();
      return ({ type, bytes, start, end }) => visit(type, bytes, start, end);
    };
    return this.#repeat(message, beginAttempt, options);
  }

  close(): void {
    this.#socket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** Repeats a dump while its table changes; returns whether the last attempt was consistent. */
  #repeat(message: NetlinkMessage, begin: () => (entry: MessageCursor) => void, options?: RequestOptions): boolean {
    for (let attempt = 1; ; attempt += 1) {
      const consistent = this.#exchange(message, MessageFlag.dump, begin(), options);
      if (consistent || attempt === DUMP_ATTEMPTS) return consistent;
    }
  }

  /**
   * Sends one request and receives its whole answer, up to an acknowledgement or, for a dump, NLMSG_DONE.
   * @returns false if the kernel marked the dump as interrupted
   */
  #exchange(
    message: NetlinkMessage,
    flags: number,
    visit: (entry: MessageCursor) => void,
    options: RequestOptions = {},
  ): boolean {
    const wanted = options.wanted ?? 'query the kernel';
    this.#sequence = (this.#sequence + 1) >>> 0 || 1;
    const question = { ...message, flags: message.flags | MessageFlag.request | flags };
    this.#socket.send(encodeMessage(question, this.#sequence), wanted);
    const cursor = this.#cursor;
    let isInterrupted = false;
    for (let length = 0; length <= MAX_ANSWER_LENGTH; ) {
      const datagram = this.#receive(wanted);
      length += Math.max(datagram.length, 1);
      cursor.wrap(datagram);
      while (cursor.next()) {
        // Late answers to a request that timed out, and messages for other ports.
        if (cursor.sequence !== this.#sequence || cursor.port !== this.#socket.port) continue;
        isInterrupted ||= (cursor.flags & INTERRUPTED) === INTERRUPTED;
        if (cursor.type > ControlType.overrun) visit(cursor);
        else if (isEnd(cursor, wanted)) return !isInterrupted;
      }
      if (!cursor.isWhole) throw malformed(wanted, 'a message ends outside its datagram');
    }
    throw new NetlinkError('NETLINK_TOO_LONG', wanted, `the answer is longer than ${MAX_ANSWER_LENGTH} bytes`);
  }

  #receive(wanted: string): Uint8Array {
    const datagram = this.#socket.receive(wanted);
    if (datagram === 'timeout') throw new NetlinkError('NETLINK_TIMEOUT', wanted, 'no answer');
    if (datagram === 'truncated') {
      throw new NetlinkError('NETLINK_TOO_LONG', wanted, 'a message is longer than the receive buffer');
    }
    return datagram;
  }
}

const INTERRUPTED = MessageFlag.multi | MessageFlag.dumpInterrupted;

function copyTo(messages: NetlinkMessage[]): (entry: MessageCursor) => void {
  return (entry) => messages.push(entry.copy());
}

/** Returns true at the end of an answer. @throws NetlinkError if the request was refused */
function isEnd(answer: MessageCursor, wanted: string): boolean {
  if (answer.type === ControlType.overrun) throw malformed(wanted, 'the kernel lost messages (NLMSG_OVERRUN)');
  if (answer.type !== ControlType.error && answer.type !== ControlType.done) return false;
  const outcome = readAcknowledgement(answer.copy());
  if (outcome === undefined) throw malformed(wanted, 'an acknowledgement without a status');
  if (outcome !== 'success') throw refusalError(outcome, wanted);
  return true;
}

function malformed(wanted: string, what: string): NetlinkError {
  return new NetlinkError('NETLINK_MALFORMED', wanted, what);
}
