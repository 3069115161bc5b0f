/**
 * Answers to a connection, valid and hostile, from a simulated socket. Message layout: linux/netlink.h
 * (`nlmsghdr`, `nlmsgerr`, NLMSGERR_ATTR_MSG 1); flags NLM_F_MULTI 2, NLM_F_DUMP_INTR 0x10, NLM_F_CAPPED 0x100,
 * NLM_F_ACK_TLVS 0x200. @module
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readU16le, readU32le, writeU32le } from '../../src/base/bytes.ts';
import { joinParts, textAttribute } from '../../src/netlink/attribute.ts';
import { connectNetlink, type NetlinkConnection } from '../../src/netlink/connection.ts';
import { NetlinkError } from '../../src/netlink/error.ts';
import { ControlType, encodeMessage, MessageFlag, type NetlinkMessage } from '../../src/netlink/message.ts';
import type { NetlinkSocket } from '../../src/netlink/socket.ts';

const PORT = 4711;
const TYPE = 16;
const DUMP: NetlinkMessage = { type: 18, flags: MessageFlag.dump, payload: new Uint8Array(16) };
const GET: NetlinkMessage = { type: 18, flags: 0, payload: new Uint8Array(16) };

type Reply = Uint8Array | 'timeout' | 'truncated';

/** Simulates a kernel; the test answers request N (from 0) with its sequence number. */
class FakeSocket implements NetlinkSocket {
  readonly port = PORT;
  readonly sent: Uint8Array[] = [];
  closed = 0;
  #queue: Reply[] = [];
  readonly #answer: (question: number, sequence: number) => Iterable<Reply>;

  constructor(answer: (question: number, sequence: number) => Iterable<Reply>) {
    this.#answer = answer;
  }

  send(datagram: Uint8Array): void {
    this.#queue.push(...this.#answer(this.sent.length, readU32le(datagram, 8)));
    this.sent.push(datagram);
  }

  receive(): Reply {
    return this.#queue.shift() ?? 'timeout';
  }

  close(): void {
    this.closed += 1;
  }
}

function connectTo(answer: (question: number, sequence: number) => Iterable<Reply>): {
  socket: FakeSocket;
  connection: NetlinkConnection;
} {
  const socket = new FakeSocket(answer);
  return { socket, connection: connectNetlink(socket) };
}

function entry(sequence: number, content: string, flags = 0, port = PORT): Uint8Array {
  return encodeMessage({ type: TYPE, flags, payload: new TextEncoder().encode(content) }, sequence, port);
}

function status(errno: number, ...rest: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(4);
  writeU32le(bytes, 0, -errno);
  return joinParts(bytes, ...rest);
}

/** Returns an NLMSG_ERROR that repeats only the header of the request (NLM_F_CAPPED). */
function acknowledgement(sequence: number, errno = 0): Uint8Array {
  const payload = status(errno, new Uint8Array(16));
  return encodeMessage({ type: ControlType.error, flags: MessageFlag.capped, payload }, sequence, PORT);
}

function done(sequence: number, errno = 0, flags: number = MessageFlag.multi): Uint8Array {
  return encodeMessage({ type: ControlType.done, flags, payload: status(errno) }, sequence, PORT);
}

async function collect(connection: NetlinkConnection, message: NetlinkMessage): Promise<string[]> {
  const texts: string[] = [];
  for await (const answer of connection.request(message, { wanted: 'read' })) {
    texts.push(new TextDecoder().decode(answer.payload));
  }
  return texts;
}

async function failureOf(work: Promise<unknown>): Promise<NetlinkError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof NetlinkError)) throw new Error(`expected a NetlinkError, got ${String(error)}`);
  return error;
}

describe('answers', () => {
  test('one message and its acknowledgement', async () => {
    const { connection, socket } = connectTo((_, sequence) => [entry(sequence, 'eth0'), acknowledgement(sequence)]);
    expect(await collect(connection, GET)).toEqual(['eth0']);
    const flags = readU16le(socket.sent[0] ?? new Uint8Array(16), 6);
    expect(flags).toBe(MessageFlag.request | MessageFlag.acknowledge);
  });

  test('a dump over several datagrams, several messages in each', async () => {
    const { connection } = connectTo((_, sequence) => [
      joinParts(entry(sequence, 'lo', MessageFlag.multi), entry(sequence, 'eth0', MessageFlag.multi)),
      joinParts(entry(sequence, 'eth1', MessageFlag.multi)),
      done(sequence),
    ]);
    expect(await collect(connection, DUMP)).toEqual(['lo', 'eth0', 'eth1']);
  });

  test('skips messages to other sockets and late messages', async () => {
    const { connection } = connectTo((_, sequence) => [
      entry(sequence - 1, 'late'),
      entry(sequence, 'to another port', 0, PORT + 1),
      acknowledgement(sequence - 1, 1),
      entry(sequence, 'ours'),
      acknowledgement(sequence),
    ]);
    expect(await collect(connection, GET)).toEqual(['ours']);
  });

  test('ignores NLMSG_NOOP', async () => {
    const { connection } = connectTo((_, sequence) => [
      encodeMessage({ type: ControlType.noop, flags: 0, payload: new Uint8Array(0) }, sequence, PORT),
      acknowledgement(sequence),
    ]);
    expect(await collect(connection, GET)).toEqual([]);
  });

  test('two loops on one connection are independent, and a loop that stops early leaves no messages', async () => {
    const { connection } = connectTo((question, sequence) => [
      ...['a', 'b', 'c'].map((letter) => entry(sequence, `${letter}${question}`, MessageFlag.multi)),
      done(sequence),
    ]);
    for await (const _ of connection.request(DUMP)) break;
    const [left, right] = await Promise.all([collect(connection, DUMP), collect(connection, DUMP)]);
    expect(left).toEqual(['a1', 'b1', 'c1']);
    expect(right).toEqual(['a2', 'b2', 'c2']);
  });

  test('close and disposal close the socket', async () => {
    const { connection, socket } = connectTo(() => []);
    connection.close();
    await connection[Symbol.asyncDispose]();
    expect(socket.closed).toBe(2);
  });
});

describe('errors', () => {
  test('name the operation and the errno', async () => {
    const { connection } = connectTo((_, sequence) => [acknowledgement(sequence, 1)]);
    const error = await failureOf(connection.execute(GET, { wanted: 'bring up eth0' }));
    expect(error.message).toBe('cannot bring up eth0: netlink: EPERM');
    expect(error).toMatchObject({ code: 'NETLINK_REFUSED', errno: 1, errorName: 'EPERM', explanation: '' });
  });

  test.each([
    ['capped', MessageFlag.capped, 16],
    ['with the whole question', 0, 52],
    ['with a question of odd length', 0, 53],
  ])('give the kernel’s sentence: %s', async (_name, flag, repeated) => {
    const { connection } = connectTo((_, sequence) => {
      const question = new Uint8Array((repeated + 3) & ~3);
      writeU32le(question, 0, repeated);
      const text = textAttribute(1, 'mtu greater than device maximum') ?? new Uint8Array(0);
      const payload = status(22, question, text);
      return [encodeMessage({ type: ControlType.error, flags: flag | MessageFlag.extended, payload }, sequence, PORT)];
    });
    const error = await failureOf(connection.execute(GET, { wanted: 'set the MTU' }));
    expect(error.message).toBe('cannot set the MTU: netlink: EINVAL: mtu greater than device maximum');
    expect(error.explanation).toBe('mtu greater than device maximum');
  });

  test('inside NLMSG_DONE make a dump fail', async () => {
    const { connection } = connectTo((_, sequence) => [done(sequence, 2)]);
    const error = await failureOf(collect(connection, DUMP));
    expect(error).toMatchObject({ code: 'NETLINK_REFUSED', errorName: 'ENOENT' });
  });

  test('inside NLMSG_DONE have their text directly after the status', async () => {
    const { connection } = connectTo((_, sequence) => {
      const payload = status(95, textAttribute(1, 'not here') ?? new Uint8Array(0));
      const flags = MessageFlag.multi | MessageFlag.extended;
      return [encodeMessage({ type: ControlType.done, flags, payload }, sequence, PORT)];
    });
    expect((await failureOf(collect(connection, DUMP))).explanation).toBe('not here');
  });
});

describe('a table that changes while it is dumped', () => {
  const interrupted = MessageFlag.multi | MessageFlag.dumpInterrupted;

  test('is requested again', async () => {
    const { connection, socket } = connectTo((question, sequence) => [
      entry(sequence, `try ${question}`, MessageFlag.multi),
      done(sequence, 0, question < 2 ? interrupted : MessageFlag.multi),
    ]);
    const { messages, consistent } = await connection.dump(DUMP);
    expect(consistent).toBe(true);
    expect(messages.map(({ payload }) => new TextDecoder().decode(payload))).toEqual(['try 2']);
    expect(socket.sent).toHaveLength(3);
  });

  test('is marked when it keeps changing', async () => {
    const { connection, socket } = connectTo((_, sequence) => [entry(sequence, 'x', interrupted), done(sequence)]);
    expect((await connection.dump(DUMP)).consistent).toBe(false);
    expect(socket.sent).toHaveLength(3);
    for await (const answer of connection.request(DUMP)) {
      expect(answer.flags & MessageFlag.dumpInterrupted).not.toBe(0);
    }
  });
});

describe('a table that is read without copies', () => {
  const interrupted = MessageFlag.multi | MessageFlag.dumpInterrupted;

  test('the visitor of each attempt sees the entries of that attempt', async () => {
    const { connection } = connectTo((question, sequence) => [
      entry(sequence, `a${question}`, MessageFlag.multi),
      entry(sequence, `b${question}`, question === 0 ? interrupted : MessageFlag.multi),
      done(sequence),
    ]);
    const attempts: string[][] = [];
    const consistent = await connection.scan(DUMP, () => {
      const texts: string[] = [];
      attempts.push(texts);
      return (type, bytes, start, end) => {
        expect(type).toBe(TYPE);
        texts.push(new TextDecoder().decode(bytes.subarray(start, end)));
      };
    });
    expect(consistent).toBe(true);
    expect(attempts).toEqual([
      ['a0', 'b0'],
      ['a1', 'b1'],
    ]);
  });

  test('an error inside NLMSG_DONE after the first entries fails the scan', async () => {
    const { connection } = connectTo((_, sequence) => [entry(sequence, 'x', MessageFlag.multi), done(sequence, 2)]);
    const error = await failureOf(connection.scan(DUMP, () => () => {}));
    expect(error).toMatchObject({ code: 'NETLINK_REFUSED', errorName: 'ENOENT' });
  });
});

describe('hostile answers', () => {
  test('no answer', async () => {
    const { connection } = connectTo(() => []);
    expect((await failureOf(connection.execute(GET))).code).toBe('NETLINK_TIMEOUT');
  });

  test('a datagram longer than the buffer', async () => {
    const { connection } = connectTo(() => ['truncated']);
    expect((await failureOf(connection.execute(GET))).code).toBe('NETLINK_TOO_LONG');
  });

  test('every wrong length of a message', async () => {
    for (const length of [0, 1, 15, 21, 4096, 0xffff_ffff]) {
      const { connection } = connectTo((_, sequence) => {
        const bytes = entry(sequence, 'eth0');
        writeU32le(bytes, 0, length);
        return [bytes, acknowledgement(sequence)];
      });
      expect((await failureOf(connection.execute(GET))).code).toBe('NETLINK_MALFORMED');
    }
  });

  test('every truncation of an acknowledgement', async () => {
    const whole = acknowledgement(1, 1);
    for (let length = 1; length < whole.length; length += 1) {
      const { connection } = connectTo(() => [whole.subarray(0, length)]);
      expect((await failureOf(connection.execute(GET))).code).toBe('NETLINK_MALFORMED');
    }
  });

  test('an invalid and a missing status', async () => {
    for (const payload of [status(-5, new Uint8Array(16)), new Uint8Array(0), new Uint8Array(3)]) {
      const { connection } = connectTo((_, sequence) => [
        encodeMessage({ type: ControlType.error, flags: 0, payload }, sequence, PORT),
      ]);
      expect((await failureOf(connection.execute(GET))).code).toBe('NETLINK_MALFORMED');
    }
  });

  test('NLMSG_OVERRUN: messages were lost', async () => {
    const { connection } = connectTo((_, sequence) => [
      encodeMessage({ type: ControlType.overrun, flags: 0, payload: new Uint8Array(0) }, sequence, PORT),
    ]);
    expect((await failureOf(connection.execute(GET))).code).toBe('NETLINK_MALFORMED');
  });

  test('an endless answer is stopped at a limit', async () => {
    const socket: NetlinkSocket = {
      port: PORT,
      send: () => {},
      receive: () => flood,
      close: () => {},
    };
    const flood = entry(99, 'x'.repeat(4 * 1024 * 1024)); // of another request, so that no message is kept
    expect((await failureOf(connectNetlink(socket).execute(GET))).code).toBe('NETLINK_TOO_LONG');
  });

  test('any bytes yield answers or a NetlinkError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }), async (datagrams) => {
        const { connection } = connectTo(() => datagrams);
        expect(await failureOf(collect(connection, DUMP))).toBeInstanceOf(NetlinkError);
      }),
      { numRuns: 2000 },
    );
  });
});
