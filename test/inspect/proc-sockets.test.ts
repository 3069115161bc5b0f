/** Lines of /proc/net as Linux 6.18 printed them, beside what ss printed for the same sockets. @module */
import { expect, test } from 'vitest';
import { parseProcSockets } from '../../src/inspect/proc-sockets.ts';

const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1092 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3520094 1 000000003cb4c1a0 100 0 0 10 0
   1: 0000000000000000FFFF00000100007F:1092 0000000000000000FFFF00000100007F:982C 01 00000005:00000010 02:000000C8 00000001  1000        0 3520096 1 00000000e84417dd 20 4 32 10 -1
`;

test('IPv6 sockets', () => {
  const [listener, connection, ...rest] = parseProcSockets('tcp', 6, TCP6);
  expect(rest).toEqual([]);
  expect(listener).toMatchObject({
    state: 'listen',
    localAddress: '::',
    localPort: 4242,
    remoteAddress: '::',
    inode: 3520094,
    drops: undefined,
  });
  expect(connection).toMatchObject({
    state: 'established',
    localAddress: '::ffff:127.0.0.1',
    remoteAddress: '::ffff:127.0.0.1',
    localPort: 4242,
    remotePort: 38956,
    sendQueue: 5,
    receiveQueue: 16,
    timer: 'keepalive',
    expires: 2000,
    retransmits: 1,
    uid: 1000,
  });
});

test('IPv4 sockets with drops, and lines that are none', () => {
  const line =
    '  123: 0100007F:0035 00000000:0000 07 00000000:00000300 00:00000000 00000000   101        0 20541 2 0000000000000000 17';
  const sockets = parseProcSockets('udp', 4, ['  sl  local_address', line, `${line.slice(0, 40)}`, 'x'].join('\n'));
  expect(sockets).toMatchObject([
    {
      protocol: 'udp',
      state: 'close',
      localAddress: '127.0.0.1',
      localPort: 53,
      receiveQueue: 768,
      uid: 101,
      drops: 17,
    },
  ]);
  expect(parseProcSockets('udp', 6, line)).toEqual([]);
  expect(parseProcSockets('udp', 4, line.replace(' 07 ', ' 0D '))).toEqual([]);
});
