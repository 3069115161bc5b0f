/**
 * Requests and their answers. Three verbs: `execute` for what changes something and is acknowledged, `request` for what
 * is answered once or as it comes, `dump` for whole tables, asked again when they change meanwhile.
 *
 * A question costs one system call to send and one per 32 KiB of answer (3.4 microseconds each), so both are done
 * synchronously; the interface is asynchronous so that this may change. Answers are taken whole before the first one is
 * handed out: two loops on one connection never mix, and one that breaks early leaves nothing behind. @module
 */
import { NetlinkError, readAcknowledgement, refusalError } from './error.ts';
import { ControlType, decodeMessages, encodeMessage, MessageFlag, type NetlinkMessage } from './message.ts';
import { NetlinkProtocol, type NetlinkSocket, openNetlinkSocket } from './socket.ts';

interface RequestOptions {
  /** What the caller is after, to follow "cannot" in an error: `set the MTU of eth0`. */
  readonly wanted?: string;
}

/** A table as it was dumped. */
interface Dump {
  readonly messages: readonly NetlinkMessage[];
  /** False when the table changed during each attempt: entries may be missing or doubled. */
  readonly consistent: boolean;
}

export interface NetlinkConnection extends AsyncDisposable {
  /**
   * Answers in order, without acknowledgement and end mark. Those of a dump that is not consistent all carry the flag
   * `dumpInterrupted`.
   * @throws NetlinkError
   */
  request(message: NetlinkMessage, options?: RequestOptions): AsyncIterable<NetlinkMessage>;
  /**
   * Resolves when the kernel has done it.
   * @throws NetlinkError
   */
  execute(message: NetlinkMessage, options?: RequestOptions): Promise<void>;
  /**
   * A whole table.
   * @throws NetlinkError
   */
  dump(message: NetlinkMessage, options?: RequestOptions): Promise<Dump>;
  /** Idempotent. */
  close(): void;
}

/** How often a dump is tried while its table keeps changing. */
const DUMP_ATTEMPTS = 5;
/** A full routing table of the Internet is about 100 MB as netlink messages. */
const MAX_ANSWER_LENGTH = 256 * 1024 * 1024;

/**
 * A connection to one netlink family, rtnetlink unless said otherwise.
 * @param socket made by `openNetlinkSocket`, in the namespace that matters; the connection closes it
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

  /** One question and its whole answer, which ends with an acknowledgement or, for a dump, with NLMSG_DONE. */
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
        // Late answers to a question that timed out, and whatever is not meant for us.
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

/** True at the end of an answer. @throws NetlinkError when the end is a refusal */
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
