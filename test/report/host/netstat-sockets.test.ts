/**
 * Views 1 and 4 of netstat from fixed data. Columns: usr.bin/netstat of FreeBSD 14 (inet.c, `%-5.5s %-6.6s %-6.6s %-22.22s
 * %-22.22s`, `%-5.5s %-32.32s %-22.22s`), net-tools 2.10; names and numbers: the reference appliance. @module
 */
import { describe, expect, test } from 'vitest';
import { joinQueues } from '../../../src/inspect/listen-queues.ts';
import { compareSockets } from '../../../src/inspect/socket-changes.ts';
import {
  formatLinuxListenQueues,
  formatListenProblems,
  formatListenQueues,
  formatListenQueuesCsv,
} from '../../../src/report/host/listen-queues.ts';
import {
  formatSocketChanges,
  formatSockets,
  formatSocketsCsv,
  type SocketStyle,
} from '../../../src/report/host/netstat-sockets.ts';
import { inetSocket } from '../../support/host-data.ts';

const NAME = 'a96-17-177-18.deploy.static.akamaitechnologies.com';
const BSD: SocketStyle = {
  style: 'bsd',
  showInfo: false,
  hostOf: (address) => (address === '96.17.177.18' ? NAME : undefined),
};
const from = { localAddress: '10.0.202.7', localPort: 10275 };

const SOCKETS = [
  inetSocket({ ...from, remoteAddress: '10.0.201.4', remotePort: 6025 }),
  inetSocket({ ...from, localPort: 22, remoteAddress: '10.0.201.4', remotePort: 57759, receiveQueue: 48 }),
  inetSocket({ ...from, localPort: 10273, remoteAddress: '96.17.177.18', remotePort: 80, state: 'time-wait' }),
  inetSocket({
    family: 6,
    localAddress: '::ffff:10.0.202.7',
    localPort: 25,
    remoteAddress: '::ffff:10.0.201.5',
    remotePort: 443,
    state: 'fin-wait-2',
  }),
  inetSocket({
    family: 6,
    localAddress: 'fe80::1',
    localPort: 22,
    remoteAddress: 'fe80::2',
    remotePort: 5000,
    interfaceIndex: 2,
    interface: 'em0',
    state: 'syn-received',
  }),
  inetSocket({ state: 'listen', localAddress: '10.0.202.7', localPort: 25, receiveQueue: 3, sendQueue: 50 }),
  inetSocket({ state: 'listen', family: 6, localAddress: '::', localPort: 443, isDualStack: true, sendQueue: 128 }),
  inetSocket({ state: 'listen', family: 6, localAddress: '::', localPort: 80, sendQueue: 128 }),
  inetSocket({ protocol: 'udp', state: 'close', localPort: 514 }),
  inetSocket({
    protocol: 'udp',
    state: 'established',
    localAddress: '10.0.202.7',
    localPort: 123,
    remoteAddress: '10.0.201.9',
    remotePort: 123,
  }),
  inetSocket({ protocol: 'udp', family: 6, state: 'close', localAddress: '::', localPort: 53, isDualStack: true }),
  inetSocket({ protocol: 'raw', state: 'close', localPort: 1 }),
];

describe('active sockets', () => {
  test('as FreeBSD shows them; a long name is not cut', () => {
    expect(formatSockets(SOCKETS, BSD)).toBe(`\
Active Internet connections (including servers)
Proto Recv-Q Send-Q Local Address          Foreign Address        (state)
tcp4       0      0 10.0.202.7.10275       10.0.201.4.6025        ESTABLISHED
tcp4      48      0 10.0.202.7.22          10.0.201.4.57759       ESTABLISHED
tcp4       0      0 10.0.202.7.10273       a96-17-177-18.deploy.static.akamaitechnologies.com.80 TIME_WAIT
tcp4       0      0 10.0.202.7.25          10.0.201.5.443         FIN_WAIT_2
tcp6       0      0 fe80::1%em0.22         fe80::2.5000           SYN_RCVD
tcp4       0      0 10.0.202.7.25          *.*                    LISTEN
tcp46      0      0 *.443                  *.*                    LISTEN
tcp6       0      0 *.80                   *.*                    LISTEN
udp4       0      0 *.514                  *.*
udp4       0      0 10.0.202.7.123         10.0.201.9.123
udp46      0      0 *.53                   *.*
icm4       0      0 *.*                    *.*
`);
  });

  test('as net-tools shows them', () => {
    const style: SocketStyle = {
      style: 'linux',
      showInfo: false,
      serviceOf: (_, port) => (port === 25 ? 'smtp' : undefined),
    };
    const lines = formatSockets(SOCKETS.slice(3, 10), style).split('\n');
    expect(lines).toEqual([
      'Active Internet connections (servers and established)',
      'Proto Recv-Q Send-Q Local Address           Foreign Address         State',
      'tcp6       0      0 ::ffff:10.0.202.7:smtp  ::ffff:10.0.201.5:443   FIN_WAIT2',
      'tcp6       0      0 fe80::1%em0:22          fe80::2:5000            SYN_RECV',
      'tcp        3     50 10.0.202.7:smtp         0.0.0.0:*               LISTEN',
      'tcp6       0    128 :::443                  :::*                    LISTEN',
      'tcp6       0    128 :::80                   :::*                    LISTEN',
      'udp        0      0 0.0.0.0:514             0.0.0.0:*',
      'udp        0      0 10.0.202.7:123          10.0.201.9:123          ESTABLISHED',
      '',
    ]);
  });

  test('with the processes that hold them; hostile names are visible', () => {
    const holders = [
      { pid: 8, command: 'a\u001bb', user: 'root', unit: undefined, container: undefined },
      { pid: 9, command: 'c', user: 'root', unit: undefined, container: undefined },
    ];
    const style: SocketStyle = {
      ...BSD,
      holdersOf: ({ inode }) => (inode === 1 ? holders : []),
      hostOf: () => '\u0007',
    };
    const text = formatSockets([...SOCKETS.slice(2, 3), inetSocket({ ...from, inode: 2 })], style);
    expect(text.split('\n').slice(1)).toEqual([
      'Proto Recv-Q Send-Q Local Address          Foreign Address        (state)     PID/Command',
      'tcp4       0      0 ^G.10273               ^G.80                  TIME_WAIT   8/a^[b,9/c',
      'tcp4       0      0 ^G.10275               *.*                    ESTABLISHED -',
      '',
    ]);
  });

  test('as CSV, one line for the header and each socket', () => {
    const lines = formatSocketsCsv(SOCKETS.slice(4, 6)).split('\n');
    expect(lines[1]).toBe('tcp,6,fe80::1,22,fe80::2,5000,syn-received,0,0,em0,0,1,0,,,,,,');
    expect(lines[0]?.split(',')).toHaveLength(19);
    expect(lines).toHaveLength(4);
  });
});

describe('changes between two lists', () => {
  test('a connection that enters TIME_WAIT is the same one, though the kernel gives it another cookie', () => {
    const open = inetSocket({ ...from, remoteAddress: '10.0.201.4', remotePort: 25, cookie: '1', sendQueue: 512 });
    const listener = inetSocket({ state: 'listen', localPort: 25, cookie: '7' });
    const before = [open, listener, inetSocket({ protocol: 'udp', localPort: 53, cookie: '2', state: 'close' })];
    const now = [
      { ...open, cookie: '9', state: 'time-wait', sendQueue: 0 } as const,
      { ...listener, receiveQueue: 2 },
      inetSocket({ protocol: 'udp', localPort: 53, cookie: '3', state: 'close' }),
    ];
    expect(formatSocketChanges(compareSockets(before, now), BSD)).toBe(`\
+ udp4       0      0 *.53                   *.*
- udp4       0      0 *.53                   *.*
~ tcp4       0      0 10.0.202.7.10275       10.0.201.4.25          TIME_WAIT  (was ESTABLISHED, Send-Q -512)
~ tcp4       0      0 *.25                   *.*                    LISTEN  (Recv-Q +2)
`);
    expect(compareSockets(now, now)).toEqual({ appeared: [], vanished: [], changed: [] });
  });
});

/** The rows of the reference. */
const LISTENERS = [
  ['127.0.0.1', 9999, 50],
  ['10.0.202.7', 7025, 50],
  ['10.0.202.7', 25, 50],
  ['10.0.202.7', 6443, 15],
  ['127.0.0.1', 60001, 15],
  ['10.0.202.7', 22, 10],
  ['127.0.0.1', 5432, 208],
] as const;

describe('listen queues', () => {
  const names = { hostOf: (address: string) => (address === '127.0.0.1' ? 'localhost.example.com' : undefined) };

  test('the rows of the reference; a host name is cut so that the port fits', () => {
    const sockets = LISTENERS.map(([localAddress, localPort, sendQueue]) =>
      inetSocket({ state: 'listen', localAddress, localPort, sendQueue }),
    );
    const text = formatListenQueues(joinQueues(sockets), names);
    expect(text).toBe(`\
Current listen queue sizes (qlen/incqlen/maxqlen)
Proto Listen                           Local Address
tcp4  0/0/50                           localhost.exampl.9999
tcp4  0/0/50                           10.0.202.7.7025
tcp4  0/0/50                           10.0.202.7.25
tcp4  0/0/15                           10.0.202.7.6443
tcp4  0/0/15                           localhost.exampl.60001
tcp4  0/0/10                           10.0.202.7.22
tcp4  0/0/208                          localhost.exampl.5432
`);
  });

  test('half-open connections belong to the most exact listener', () => {
    const listen = { state: 'listen', localPort: 25, sendQueue: 1 } as const;
    const half = { state: 'syn-received', localPort: 25, remoteAddress: '10.0.0.9', inode: 0 } as const;
    const queues = joinQueues([
      inetSocket({ ...listen, localAddress: '10.0.202.7', receiveQueue: 2, drops: 16 }),
      inetSocket({ ...listen, localAddress: '0.0.0.0' }),
      inetSocket({ ...listen, localAddress: '::', family: 6, localPort: 26, isDualStack: true }),
      inetSocket({ ...half, localAddress: '10.0.202.7', remotePort: 1 }),
      inetSocket({ ...half, localAddress: '10.0.202.8', remotePort: 2 }),
      inetSocket({ ...half, localAddress: '10.0.202.8', remotePort: 3 }),
      inetSocket({ ...half, localAddress: '::ffff:10.0.202.8', family: 6, localPort: 26, remotePort: 4 }),
      inetSocket({ ...half, localAddress: '10.0.202.8', localPort: 26, remotePort: 5 }),
      inetSocket({ ...half, localAddress: 'fd00::1', family: 6, localPort: 26, remotePort: 6 }),
      inetSocket({ ...half, localAddress: 'fd00::1', family: 6, localPort: 99, remotePort: 7 }),
    ]);
    expect(queues.map(({ waiting, incomplete, limit }) => `${waiting}/${incomplete}/${limit}`)).toEqual([
      '2/1/1',
      '0/2/1',
      '0/3/1',
    ]);
    expect(formatListenProblems(queues, { overflows: 16, drops: 20 }, {})).toBe(`\
10.0.202.7.25: queue full (2 of 1), 16 connection requests dropped
all listeners since start: 16 queue overflows, 20 connection requests dropped
`);
    expect(formatLinuxListenQueues(queues.slice(0, 1), {})).toBe(`\
Proto  Waiting  Half-open  Limit  Drops  Local Address
tcp          2          1      1     16  10.0.202.7:25
`);
    expect(formatListenQueuesCsv(queues.slice(0, 1)).split('\n')[1]).toBe('4,10.0.202.7,25,,2,1,1,16,0,1');
  });
});
