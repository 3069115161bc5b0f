/**
 * Requests and answers, with three operations: `execute` for changes that are acknowledged, `request` for requests with
 * answers, `dump` for whole tables, repeated if they change during the dump.
 *
 * A request costs one system call to send and one per 32 KiB of answer (3.4 microseconds each), so both are
 * synchronous; the interface is asynchronous so that this may change. An answer is received whole before its first
 * message is returned: two loops on one connection do not interfere, and one that ends early leaves nothing behind.
 * @module
 */
import { NetlinkError, readAcknowledgement, refusalError } from './error.ts';
import { ControlType, decodeMessages, encodeMessage, MessageFlag, type NetlinkMessage } from './message.ts';
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
  /** Idempotent. */
  close(): void;
}

/** Attempts at a dump while its table changes. */
const DUMP_ATTEMPTS = 5;
/** A full routing table of the Internet is about 100 MB as netlink messages. */
const MAX_ANSWER_LENGTH = 256 * 1024 * 1024;

/**
 * A connection to a netlink family, by default rtnetlink.
 * @param socket opened by `openNetlinkSocket` in the namespace concerned; the connection closes it
 */
export function connectNetlink(socket: NetlinkSocket = openNetlinkSocket(NetlinkProtocol.route)): NetlinkConnection {
  return new Connection(socket);
}

interface Answer {
  readonly messages: readonly NetlinkMessage[];
  readonly interrupted: boolean;
}

class Connection implements NetlinkConnection {
  readonly #socket: NetlinkSocket;
  #sequence = 0;

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  async *request(message: NetlinkMessage, options?: RequestOptions): AsyncGenerator<NetlinkMessage, void, undefined> {
    if ((message.flags & MessageFlag.dump) !== MessageFlag.dump) {
      yield* this.#exchange(message, MessageFlag.acknowledge, options).messages;
      return;
    }
    const { messages, consistent } = await this.dump(message, options);
    const mark = consistent ? 0 : MessageFlag.dumpInterrupted;
    for (const answer of messages) yield { ...answer, flags: answer.flags | mark };
  }

  async execute(message: NetlinkMessage, options?: RequestOptions): Promise<void> {
    this.#exchange(message, MessageFlag.acknowledge, options);
  }

  async dump(message: NetlinkMessage, options?: RequestOptions): Promise<Dump> {
    for (let attempt = 1; ; attempt += 1) {
      const { messages, interrupted } = this.#exchange(message, MessageFlag.dump, options);
      if (!interrupted || attempt === DUMP_ATTEMPTS) return { messages, consistent: !interrupted };
    }
  }

  close(): void {
    this.#socket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** Sends one request and receives its whole answer, up to an acknowledgement or, for a dump, NLMSG_DONE. */
  #exchange(message: NetlinkMessage, flags: number, options: RequestOptions = {}): Answer {
    const wanted = options.wanted ?? 'ask the kernel';
    this.#sequence = (this.#sequence + 1) >>> 0 || 1;
    const question = { ...message, flags: message.flags | MessageFlag.request | flags };
    this.#socket.send(encodeMessage(question, this.#sequence), wanted);
    const messages: NetlinkMessage[] = [];
    let interrupted = false;
    for (let length = 0; length <= MAX_ANSWER_LENGTH; ) {
      const datagram = this.#receive(wanted);
      length += Math.max(datagram.length, 1);
      const received = decodeMessages(datagram);
      if (received === undefined) throw malformed(wanted, 'a message ends outside its datagram');
      for (const answer of received) {
        // Late answers to a request that timed out, and messages for other ports.
        if (answer.sequence !== this.#sequence || answer.port !== this.#socket.port) continue;
        interrupted ||= (answer.flags & MessageFlag.multi) !== 0 && (answer.flags & MessageFlag.dumpInterrupted) !== 0;
        if (isEnd(answer, wanted)) return { messages, interrupted };
        if (answer.type > ControlType.overrun) messages.push(answer);
      }
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

/** Returns true at the end of an answer. @throws NetlinkError if the request was refused */
function isEnd(answer: NetlinkMessage, wanted: string): boolean {
  if (answer.type === ControlType.overrun) throw malformed(wanted, 'the kernel lost messages (NLMSG_OVERRUN)');
  if (answer.type !== ControlType.error && answer.type !== ControlType.done) return false;
  const outcome = readAcknowledgement(answer);
  if (outcome === undefined) throw malformed(wanted, 'an acknowledgement without a status');
  if (outcome !== 'success') throw refusalError(outcome, wanted);
  return true;
}

function malformed(wanted: string, what: string): NetlinkError {
  return new NetlinkError('NETLINK_MALFORMED', wanted, what);
}
