/**
 * Sockets of a lab in every state, compared with ss (iproute2), lsof and net-tools, which look at the same namespace: every
 * row and number. @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listListenQueues } from '../../src/inspect/listen-queues.ts';
import { readProcSockets } from '../../src/inspect/proc-sockets.ts';
import { findSocketHolders } from '../../src/inspect/socket-holders.ts';
import { type HostSocket, listSockets } from '../../src/inspect/sockets.ts';
import { listTcpServices } from '../../src/inspect/tcp-services.ts';
import { connectTcp, createLab, exchangeTcp, type Lab, type LabHost, listenTcp, openUdp } from '../../src/lab/index.ts';
import { bindSocket, makeSocket } from '../../src/lab/socket.ts';
import { tcpInfoText } from '../../src/report/host/tcp-info-text.ts';
import { formatTcpServices } from '../../src/report/host/tcp-services-text.ts';
import { SOCK_STREAM } from '../../src/sys/constants.ts';
import { close, listen, setsockopt } from '../../src/sys/libc.ts';
import { tapline, taplineWords } from '../support/cli-lab.ts';
import { eventually } from '../support/eventually.ts';
import { LabProcess } from '../support/lab-process.ts';
import { requirePeer } from '../support/peers.ts';
import { beginConnect, CleanUp, losePackets, openListener } from '../support/socket-states.ts';

const ss = requirePeer('ss');
const lsof = requirePeer('lsof');
const setpriv = requirePeer('setpriv');
const unshare = requirePeer('unshare');

/** Root of the machine, and not of a user namespace that has no other user. */
const isRealRoot = process.getuid?.() === 0 && readFileSync('/proc/self/uid_map', 'latin1').includes('4294967295');
const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];

const LEFT = '10.1.1.1';
/** The second address of the right host; packets of the left host to it are lost after a while. */
const LOST = '10.1.1.3';

let lab: Lab;
let left: LabHost;
let right: LabHost;
const cleanUp = new CleanUp();

beforeAll(async () => {
  lab = await createLab({
    hosts: [{ name: 'left' }, { name: 'right' }],
    wires: [
      {
        ends: [
          { host: 'left', interface: 'eth0', addresses: [`${LEFT}/24`, 'fd00:1::1/64'] },
          { host: 'right', interface: 'eth0', addresses: ['10.1.1.2/24', `${LOST}/24`, 'fd00:1::2/64'] },
        ],
      },
    ],
  });
  left = lab.host('left');
  right = lab.host('right');
  await makeSockets();
});
afterAll(async () => {
  cleanUp[Symbol.dispose]();
  await lab.close();
});

async function makeSockets(): Promise<void> {
  for (const address of [LEFT, 'fd00:1::1']) {
    const connection = await connectTcp(right, left, { address, port: 25 });
    connection.server.write('220 waiting to be read\r\n');
    cleanUp.defer(() => {
      connection.client.destroy();
      connection.server.destroy();
    });
  }
  await exchangeTcp(left, right, { port: 80, request: Buffer.from('a'), reply: Buffer.from('b') }); // TIME_WAIT
  // A full accept queue: a backlog of 1 holds 2, and the third handshake does not end.
  const full = cleanUp.use(openListener(left, LEFT, 9999, 1));
  for (let count = 0; count < 2; count += 1) cleanUp.use(beginConnect(right, '10.1.1.2', LEFT, 9999));
  await eventually(async () => expect((await queueOf(9999))?.waiting).toBe(2));
  for (let count = 0; count < 2; count += 1) cleanUp.use(beginConnect(right, '10.1.1.2', LEFT, 9999));
  await eventually(async () => expect((await queueOf(9999))?.drops).toBeGreaterThan(0));
  expect(full.fd).toBeGreaterThan(0);
  cleanUp.use(openListener(left, 'fd00:1::1', 8443, 7));
  const v6Only = openV6Only(8081);
  cleanUp.defer(() => close(v6Only));
  for (const [address, port] of [
    ['0.0.0.0', 514],
    ['::', 5353],
  ] as const) {
    const socket = await openUdp(left, address, port);
    cleanUp.defer(() => socket.close());
  }
  await makeClosingStates();
}

/** Connections from `LOST`, one of which the left host cannot answer, and others that it cannot close. */
async function makeClosingStates(): Promise<void> {
  const server = await listenTcp(left, '::', 8080);
  cleanUp.defer(() => server.close());
  const accepted = [] as { near: Socket; far: ReturnType<typeof beginConnect> }[];
  for (let count = 0; count < 4; count += 1) {
    const near = nextConnection(server);
    const far = beginConnect(right, LOST, LEFT, 8080);
    accepted.push({ near: await near, far });
  }
  const [finWait, lastAck, closing, closeWait] = accepted;
  if (finWait === undefined || lastAck === undefined || closing === undefined || closeWait === undefined) return;
  cleanUp.use(finWait.far);
  lastAck.far[Symbol.dispose]();
  closeWait.far[Symbol.dispose]();
  await eventually(async () => expect(await statesOf(left)).toContain('close-wait'));
  await losePackets(left, Uint8Array.of(10, 1, 1, 3));
  for (const { near } of [finWait, lastAck, closing]) near.end();
  await eventually(async () => expect(await statesOf(left)).toContain('last-ack'));
  closing.far[Symbol.dispose]();
  await eventually(async () => expect(await statesOf(left)).toContain('closing'));
  for (let count = 0; count < 3; count += 1) cleanUp.use(beginConnect(right, LOST, LEFT, 8080));
  await eventually(async () => expect((await queueOf(8080))?.incomplete).toBe(3));
  cleanUp.use(beginConnect(left, LEFT, LOST, 9)); // SYN_SENT
  cleanUp.defer(() => {
    for (const { near } of accepted) near.destroy();
  });
}

function nextConnection(server: Server): Promise<Socket> {
  return new Promise((resolve) => {
    server.once('connection', (socket) => {
      socket.on('error', () => {}); // the path is lost
      resolve(socket);
    });
  });
}

function openV6Only(port: number): number {
  return makeSocket(left, '::', SOCK_STREAM, 0, (fd) => {
    setsockopt(fd, 41, 26, Uint32Array.of(1), 4); // IPPROTO_IPV6, IPV6_V6ONLY
    bindSocket(fd, left, '::', port);
    listen(fd, 5);
  });
}

async function statesOf(host: LabHost): Promise<string[]> {
  const { sockets } = await listSockets({ namespace: host.namespace, protocols: ['tcp'] });
  return sockets.map(({ state }) => state);
}

async function queueOf(port: number) {
  const { queues } = await listListenQueues({ namespace: left.namespace });
  return queues.find(({ socket }) => socket.localPort === port);
}

function run(host: LabHost, program: string | undefined, ...words: string[]): string {
  const { stdout, stderr, error } = host.run(() => spawnSync(program ?? '', words, { encoding: 'utf8' }));
  if (error !== undefined) throw new Error(`${program}: ${error.message} ${stderr}`);
  return stdout;
}

const SS_STATES: Readonly<Record<HostSocket['state'], string>> = {
  established: 'ESTAB',
  'syn-sent': 'SYN-SENT',
  'syn-received': 'SYN-RECV',
  'fin-wait-1': 'FIN-WAIT-1',
  'fin-wait-2': 'FIN-WAIT-2',
  'time-wait': 'TIME-WAIT',
  close: 'UNCONN',
  'close-wait': 'CLOSE-WAIT',
  'last-ack': 'LAST-ACK',
  listen: 'LISTEN',
  closing: 'CLOSING',
};

/** Writes a socket as a line of `ss -Htanpe`: columns and the fields users, uid, ino and sk. */
function ssLine(socket: HostSocket, holders: ReturnType<typeof findSocketHolders>): string {
  const end = (address: string, port: number, isDualStack: boolean): string => {
    const host = isDualStack ? '*' : socket.family === 6 ? `[${address}]` : address;
    return `${host}:${port === 0 ? '*' : port}`;
  };
  const { localAddress, localPort, remoteAddress, remotePort, isDualStack, uid, inode, cookie } = socket;
  const pids = holders.holdersOf(socket).map(({ pid }) => pid);
  return [
    SS_STATES[socket.state],
    socket.receiveQueue,
    socket.sendQueue,
    end(localAddress, localPort, isDualStack),
    end(remoteAddress, remotePort, isDualStack),
    `pids:${[...new Set(pids)].sort()}`,
    `uid:${uid}`,
    `ino:${inode}`,
    `sk:${cookie}`,
  ].join(' ');
}

/** Brings a line of ss into the form of `ssLine`. */
function normalLine(line: string): string {
  const columns = line.trim().split(/\s+/);
  const field = (name: string): string => new RegExp(` ${name}:(\\S+)`).exec(line)?.[1] ?? '0';
  const pids = Array.from(line.matchAll(/pid=(\d+)/g), ([, pid]) => pid);
  return [
    ...columns.slice(0, 5),
    `pids:${[...new Set(pids)].sort()}`,
    `uid:${field('uid')}`,
    `ino:${field('ino')}`,
    `sk:${field('sk')}`,
  ].join(' ');
}

describe.skipIf(ss === undefined)('as ss shows them', () => {
  test.each(['left', 'right'])('every TCP socket of the %s host, in every state', async (name) => {
    const host = lab.host(name);
    const seen = await eventually(async () => {
      const theirs = run(host, ss, '-Htanpe')
        .split('\n')
        .filter((line) => line !== '');
      const { sockets, isConsistent, fromProc } = await listSockets({ namespace: host.namespace, protocols: ['tcp'] });
      const holders = findSocketHolders();
      expect({ isConsistent, fromProc, hidden: holders.hiddenProcesses }).toMatchObject({
        isConsistent: true,
        fromProc: [],
      });
      expect(sockets.map((socket) => ssLine(socket, holders)).sort()).toEqual(theirs.map(normalLine).sort());
      return sockets;
    });
    const states = new Set(seen.map(({ state }) => state));
    const wanted =
      name === 'left'
        ? [
            'close-wait',
            'closing',
            'established',
            'fin-wait-1',
            'last-ack',
            'listen',
            'syn-received',
            'syn-sent',
            'time-wait',
          ]
        : ['established', 'fin-wait-1', 'syn-sent'];
    expect([...states].sort()).toEqual(expect.arrayContaining(wanted));
  });

  test('every UDP socket', async () => {
    await eventually(async () => {
      const theirs = run(left, ss, '-Huanpe')
        .split('\n')
        .filter((line) => line !== '');
      const { sockets } = await listSockets({ namespace: left.namespace, protocols: ['udp'] });
      const holders = findSocketHolders();
      expect(sockets.map((socket) => ssLine(socket, holders)).sort()).toEqual(theirs.map(normalLine).sort());
      expect(sockets.map(({ localPort }) => localPort).sort()).toEqual([514, 5353]);
    });
  });

  test('TCP information of every connection', async () => {
    await eventually(async () => {
      const theirs = run(left, ss, '-HtnieO', 'state', 'established')
        .split('\n')
        .filter((line) => line !== '');
      const { sockets } = await listSockets({
        namespace: left.namespace,
        protocols: ['tcp'],
        states: ['established'],
        info: true,
      });
      expect(sockets).toHaveLength(theirs.length);
      for (const socket of sockets) {
        const line = theirs.find((one) => one.includes(` sk:${socket.cookie} `)) ?? '';
        const words = line.replace(/(pacing_rate|delivery_rate) /g, '$1=').split(/\s+/);
        const ours = tcpInfoText(socket)
          .replace(/(pacing_rate|delivery_rate) /g, '$1=')
          .split(' ');
        expect(words).toEqual(expect.arrayContaining(ours));
        expect(ours.length).toBeGreaterThan(10);
      }
    });
  });

  test('queues of listeners, and the drops of one that is full', async () => {
    const theirs = run(left, ss, '-Htlnm')
      .split('\n')
      .filter((line) => line !== '')
      .join('\n');
    const { queues, counters } = await listListenQueues({ namespace: left.namespace });
    for (const { socket, waiting, limit } of queues) {
      expect(theirs).toMatch(new RegExp(`LISTEN +${waiting} +${limit} +\\S+:${socket.localPort} `));
    }
    const full = queues.find(({ socket }) => socket.localPort === 9999);
    expect(full).toMatchObject({ waiting: 2, limit: 1 });
    const drops = Number(/:9999 .*?,d(\d+)\)/s.exec(theirs)?.[1]);
    expect(drops).toBeGreaterThan(0);
    expect(full?.drops).toBeGreaterThanOrEqual(drops);
    expect(counters?.overflows).toBeGreaterThan(0);
    expect(queues.find(({ socket }) => socket.localPort === 8080)).toMatchObject({ incomplete: 3, waiting: 0 });
  });
});

describe('/proc/net, the way without socket diagnosis', () => {
  test('knows the same TCP and UDP sockets, except the limit of listeners and dual stack', async () => {
    await eventually(async () => {
      const line = ({ protocol, family, state, inode, uid, ...ends }: HostSocket): string =>
        [
          protocol,
          family,
          state,
          inode,
          uid,
          ends.localAddress,
          ends.localPort,
          ends.remoteAddress,
          ends.remotePort,
        ].join(' ');
      for (const protocol of ['tcp', 'udp'] as const) {
        const { sockets } = await listSockets({ namespace: left.namespace, protocols: [protocol] });
        const fromProc = left.run(() => readProcSockets(protocol, {}));
        expect(fromProc?.map(line).sort()).toEqual(sockets.map(line).sort());
      }
    });
  });

  test('serves raw sockets where the kernel has no raw_diag', async () => {
    const { fromProc, sockets } = await listSockets({ namespace: left.namespace, protocols: ['raw'] });
    expect(sockets).toEqual([]);
    expect(['raw', undefined]).toContain(fromProc[0]);
  });
});

describe('services', () => {
  const children: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of children) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  test.skipIf(lsof === undefined || !isRealRoot)(
    'as lsof lists them: one row per process, other users too',
    async () => {
      const shared = cleanUp.use(openListener(left, '0.0.0.0', 4431, 5));
      const stdio = ['ignore', 'ignore', 'ignore', shared.fd] as const;
      children.push(spawn('sleep', ['600'], { stdio: [...stdio] }));
      for (let count = 0; count < 2; count += 1) {
        children.push(spawn(setpriv ?? '', [...NOBODY, 'sleep', '600'], { stdio: [...stdio] }));
      }
      await eventually(async () => {
        const { services } = await listTcpServices({ namespace: left.namespace });
        const table = formatTcpServices(services).split('COMMAND')[1]?.split('\n').slice(1, -1) ?? [];
        // COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME (LISTEN)
        const rows = run(left, lsof, '-nP', '-iTCP', '-sTCP:LISTEN').trim().split('\n').slice(1);
        const theirs = rows.map((row) => {
          const [command = '', pid, user, , type, , , node, name] = row.split(/\s+/);
          return `${pid} ${command} ${user} ${type} ${node} ${name}`;
        });
        const expected = [...new Set(theirs)].map((row) => row.replace(/^\d+ /, ''));
        expect(table.map((line) => line.replace(/\s+/g, ' ')).sort()).toEqual(expected.sort());
        expect(table.filter((line) => /^sleep +nobody +IPv4 TCP +\*:4431$/.test(line))).toHaveLength(2);
        expect(table.filter((line) => /^sleep +root +IPv4 TCP +\*:4431$/.test(line))).toHaveLength(1);
      });
    },
  );

  test('a program that was deleted, then replaced, on disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tapline-program-'));
    const path = join(folder, 'sleep');
    copyFileSync(run(left, 'sh', '-c', 'readlink -f "$(command -v sleep)"').trim(), path);
    const shared = cleanUp.use(openListener(left, '0.0.0.0', 4432, 5));
    const child = spawn(path, ['600'], { stdio: ['ignore', 'ignore', 'ignore', shared.fd] });
    children.push(child);
    const executable = async () => {
      const { services } = await listTcpServices({ namespace: left.namespace });
      return services.find(({ process: holder }) => holder?.pid === child.pid)?.process?.executable;
    };
    await eventually(async () => expect(await executable()).toEqual({ path, state: 'present' }));
    rmSync(path);
    expect(await executable()).toEqual({ path, state: 'deleted' });
    writeFileSync(path, '');
    expect(await executable()).toEqual({ path, state: 'replaced' });
    rmSync(folder, { recursive: true });
  });
});

describe('the commands', () => {
  async function output(program: LabProcess): Promise<{ stdout: string; stderr: string; status: number }> {
    await using running = program;
    const status = await running.exit();
    return { stdout: running.standardOutput.toString(), stderr: running.standardError, status };
  }

  test('netstat 1 and 4 by number, name and flag', async () => {
    const sockets = await output(tapline(left, 'netstat', '1', '-n', '--state', 'LISTEN'));
    expect(sockets).toMatchObject({ stderr: '', status: 0 });
    expect(sockets.stdout).toContain(
      'Active Internet connections (including servers)\n' +
        'Proto Recv-Q Send-Q Local Address          Foreign Address        (state)\n',
    );
    expect(sockets.stdout).toContain('tcp46      0      0 *.8080                 *.*                    LISTEN\n');
    expect(sockets.stdout).toContain('tcp6       0      0 *.8081                 *.*                    LISTEN\n');
    expect(sockets.stdout).toContain('tcp6       0      0 fd00:1::1.8443         *.*                    LISTEN\n');
    expect(sockets.stdout).not.toContain('ESTABLISHED');
    const queues = await output(tapline(left, 'netstat', '-L', '-n'));
    expect(queues.stdout).toContain('tcp4  2/0/1                            10.1.1.1.9999\n');
    expect(queues.stdout).toContain('tcp46 0/3/511                          *.8080\n');
    expect(queues.stdout).toContain('10.1.1.1.9999: queue full (2 of 1), ');
    expect(queues.stdout).toMatch(/all listeners since start: \d+ queue overflows, \d+ connection requests dropped\n$/);
  });

  test('filters by port, address and family', async () => {
    const { stdout } = await output(
      tapline(left, 'netstat', 'sockets', '--json', '--port', '9990-9999', '--address', '10.1.1.2/32'),
    );
    const { sockets } = JSON.parse(stdout) as { sockets: readonly HostSocket[] };
    expect(sockets.map(({ state }) => state)).toEqual(['established', 'established']);
    const six = await output(tapline(left, 'netstat', '1', '-6', '-t', '--csv'));
    const rows = six.stdout.trim().split('\n').slice(1);
    expect(rows.every((row) => row.startsWith('tcp,6,'))).toBe(true);
    expect(rows.length).toBeGreaterThan(5);
  });

  test.skipIf(!isRealRoot)('a name server that does not answer: numbers, and a warning', async () => {
    const silent = await openUdp(right, '10.1.1.2', 53);
    const file = `/tmp/tapline-resolv-${process.pid}.conf`;
    writeFileSync(file, 'nameserver 10.1.1.2\n');
    try {
      const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
      const words = ['--mount', 'sh', '-c', script, file, ...taplineWords('netstat', '1', '--port', '25')];
      const { stdout, stderr } = await output(new LabProcess(left, unshare ?? '', words));
      expect(stdout).toMatch(/10\.1\.1\.1\.smtp +10\.1\.1\.2\.\d+ +ESTABLISHED/);
      expect(stderr).toBe('tapline: 4 addresses not resolved in time; use -n to show numbers\n');
    } finally {
      silent.close();
      rmSync(file);
    }
  });

  test('--watch shows what appeared, vanished and changed', async () => {
    await using watching = tapline(left, 'netstat', '1', '-t', '-n', '--json', '--watch', '0.1', '--port', '7777');
    await eventually(() => expect(watching.standardOutput.toString()).toContain('\n'));
    const listener = openListener(left, LEFT, 7777, 5);
    await eventually(() => expect(watching.standardOutput.toString()).toMatch(/"appeared":\[\{[^\n]*"localPort":7777/));
    listener[Symbol.dispose]();
    await eventually(() => expect(watching.standardOutput.toString()).toMatch(/"vanished":\[\{[^\n]*"localPort":7777/));
    watching.signal('SIGINT');
    expect(await watching.exit()).toBe(0);
  });

  test.skipIf(!isRealRoot)(
    '--netns looks into the namespace of another process, and says that there is none',
    async () => {
      await using sleeper = new LabProcess(left, 'sleep', ['600']);
      await eventually(() => expect(readFileSync(`/proc/${sleeper.pid}/comm`, 'utf8')).toBe('sleep\n'));
      for (const words of [['tcpservices'], ['netstat', '4', '-n']]) {
        const inside = await output(tapline(right, ...words, '--netns', String(sleeper.pid)));
        expect(inside.stdout).toMatch(/:9999\n|\.9999\n/);
        expect((await output(tapline(right, ...words))).stdout).not.toContain('9999');
      }
      // A name of ip-netns(8), bound in a /run of its own.
      const script = 'mount -t tmpfs none /run && ip netns add empty && exec "$0" "$@"';
      const words = ['--mount', 'sh', '-c', script, ...taplineWords('netstat', '4', '--json', '--netns', 'empty')];
      const named = await output(new LabProcess(left, unshare ?? '', words));
      expect(named).toMatchObject({ stderr: '', status: 0 });
      expect(JSON.parse(named.stdout)).toMatchObject({ queues: [], counters: { overflows: 0, drops: 0 } });
      const none = await output(tapline(right, 'netstat', '1', '--netns', 'no-such-place'));
      expect(none).toMatchObject({
        status: 4,
        stderr: 'tapline: there is no network namespace no-such-place; `ls /run/netns` lists the names\n',
      });
      const bad = await output(tapline(right, 'netstat', '1', '--netns', '../../etc/passwd'));
      expect(bad.stderr).toContain('is not the name of a network namespace');
    },
  );

  test.skipIf(!isRealRoot)('nobody learns how many owners are hidden', async () => {
    const words = [...NOBODY, ...taplineWords('tcpservices')];
    const { stdout, stderr, status } = await output(new LabProcess(left, setpriv ?? '', words));
    expect(status).toBe(0);
    expect(stdout).toContain('-            -        IPv4 TCP   10.1.1.1:9999\n');
    expect(stderr).toMatch(
      /^tapline: \d+ sockets have no visible owner: the descriptors of \d+ processes may not be read; run as root\n$/,
    );
  });

  test.skipIf(!isRealRoot)(
    'sockets of processes outside the PID namespace have no process, and are counted',
    async () => {
      const words = ['--pid', '--fork', '--mount-proc', ...taplineWords('tcpservices')];
      const { stdout, stderr } = await output(new LabProcess(left, unshare ?? '', words));
      const count = stdout.split('\n').filter((line) => /^- .* TCP /.test(line)).length;
      expect(count).toBeGreaterThan(3);
      expect(stderr).toBe(
        `tapline: ${count} sockets have no process: owned by the kernel, or by a process outside this PID namespace\n`,
      );
    },
  );

  test('a baseline: equal, then different with exit status 1', async () => {
    const file = `/tmp/tapline-baseline-${process.pid}.json`;
    expect((await output(tapline(right, 'tcpservices', '--write-baseline', file))).status).toBe(0);
    expect(await output(tapline(right, 'tcpservices', '--baseline', file))).toMatchObject({
      stdout: '0 appeared, 0 vanished\n',
      status: 0,
    });
    using _listener = openListener(right, '10.1.1.2', 6666, 1);
    const changed = await output(tapline(right, 'tcpservices', '--baseline', file));
    expect(changed.stdout).toMatch(/^\+ node +\w+ +IPv4 TCP +10\.1\.1\.2:6666\n1 appeared, 0 vanished\n$/);
    expect(changed.status).toBe(1);
    rmSync(file);
  });
});

test('thousands of sockets: none is missing or listed twice', async () => {
  const count = 3_000;
  await using many = await createLab({ hosts: [{ name: 'one' }], wires: [] });
  const host = many.host('one');
  using stack = new CleanUp();
  stack.use(openListener(host, '127.0.0.1', 80, 4096));
  for (let made = 0; made < count; made += 1) stack.use(beginConnect(host, '127.0.0.1', '127.0.0.1', 80));
  const { sockets, isConsistent } = await listSockets({ namespace: host.namespace, protocols: ['tcp'] });
  expect(isConsistent).toBe(true);
  expect(new Set(sockets.map(({ cookie }) => cookie)).size).toBe(sockets.length);
  const clients = sockets.filter(({ remotePort, state }) => remotePort === 80 && state === 'established');
  expect(clients).toHaveLength(count);
  const { holdersOf } = findSocketHolders();
  expect(clients.every((socket) => holdersOf(socket).some(({ pid }) => pid === process.pid))).toBe(true);
  if (ss !== undefined) expect(run(host, ss, '-Htan').trim().split('\n')).toHaveLength(sockets.length);
});
