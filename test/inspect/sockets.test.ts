/** Lists of sockets from a simulated kernel. @module */
import { describe, expect, test } from 'vitest';
import { writeU16 } from '../../src/base/bytes.ts';
import { listSockets } from '../../src/inspect/sockets.ts';
import { connectNetlink } from '../../src/netlink/connection.ts';
import { FakeNetlinkSocket } from '../../src/netlink/fake-socket.ts';
import { MessageFlag, type NetlinkMessage } from '../../src/netlink/message.ts';
import { ESTABLISHED } from '../support/socket-answers.ts';

const DIAGNOSIS = 20;

/** Answers with `count` IPv4 sockets; the first `interruptions` dumps are interrupted. */
function kernel(count: number, interruptions: number): FakeNetlinkSocket {
  let dumps = 0;
  return new FakeNetlinkSocket(({ payload }) => {
    if (payload[0] !== 2) return []; // AF_INET
    dumps += 1;
    const flags = dumps <= interruptions ? MessageFlag.dumpInterrupted : 0;
    return Array.from({ length: count }, (_, index): NetlinkMessage => {
      const socket = ESTABLISHED.slice();
      writeU16(socket, 4, index); // idiag_sport
      return { type: DIAGNOSIS, flags, payload: socket };
    });
  });
}

describe('a table that changes while it is read', () => {
  test.each([
    [0, true, 1],
    [2, true, 3],
    [3, false, 3],
  ])('%i interruptions: consistent %s after %i dumps, no socket twice', async (interruptions, isConsistent, dumps) => {
    const socket = kernel(40, interruptions);
    const table = await listSockets({ netlink: connectNetlink(socket), protocols: ['tcp'] });
    expect(table).toMatchObject({ isConsistent, fromProc: [] });
    expect(table.sockets.map(({ localPort }) => localPort)).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(socket.requests.filter(({ payload }) => payload[0] === 2)).toHaveLength(dumps);
  });
});

test('the kernel selects protocol, family, states and details', async () => {
  const socket = kernel(0, 0);
  const query = { protocols: ['udp'], families: [6], states: ['close'], memory: true, info: true } as const;
  await listSockets({ netlink: connectNetlink(socket), ...query });
  expect(socket.requests.map(({ payload }) => [...payload.subarray(0, 8)])).toEqual([[10, 17, 0x4a, 0, 0x80, 0, 0, 0]]);
});

test('answers of another type, and malformed ones, are left out', async () => {
  const socket = new FakeNetlinkSocket(() => [
    { type: 99, flags: 0, payload: ESTABLISHED },
    { type: DIAGNOSIS, flags: 0, payload: ESTABLISHED.subarray(0, 60) },
  ]);
  const { sockets } = await listSockets({ netlink: connectNetlink(socket), protocols: ['tcp'] });
  expect(sockets).toEqual([]);
});
