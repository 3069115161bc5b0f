/**
 * What a command keeps once its sockets are open: user, capabilities and filter of each thread, as /proc shows them, and
 * the calls that it is refused from inside. Needs root.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, pingAddress, twoHosts } from '../../src/lab/index.ts';
import { buildPcap } from '../support/capture-file.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { eventually } from '../support/eventually.ts';
import { LabProcess } from '../support/lab-process.ts';
import { missing } from '../support/peers.ts';
import { type ThreadState, threadStates } from '../support/thread-states.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const CALLS = fileURLToPath(new URL('../support/forbidden-calls.cjs', import.meta.url));

const REFUSE = fileURLToPath(new URL('../support/refuse-calls.cjs', import.meta.url));

const NOBODY = 65_534;
/** The user of sudo; no such user need exist. */
const ALICE = 61_234;
const SUDO = [`SUDO_UID=${ALICE}`, `SUDO_GID=${ALICE}`, 'SUDO_USER=tapline-alice'];
/** A user of every distribution, for -Z. */
const DAEMON = 1;
const NO_CAPABILITIES = '0';
/** CAP_CHOWN, CAP_DAC_OVERRIDE and CAP_FOWNER; with CAP_KILL, CAP_SETGID and CAP_SETUID (linux/capability.h). */
const FILE_CAPABILITIES = 'b';
const PROGRAM_CAPABILITIES = 'eb';

const isRoot = process.geteuid?.() === 0 && readFileSync('/proc/self/uid_map', 'utf8').includes('4294967295');
if (!isRoot) missing('root, for the tests of confinement');

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts({ staticNeighbours: true }));
});
afterAll(() => lab.close());

/** Runs tapline with the preloaded calls. @param prefix variables for env(1), or a program that runs it */
function tapline(prefix: readonly string[], ...words: readonly string[]): LabProcess {
  const isRefused = prefix.some((word) => word.startsWith('REFUSED='));
  const preloads = ['--require', CALLS, ...(isRefused ? ['--require', REFUSE] : [])];
  const command = [...prefix, process.execPath, ...preloads, MAIN, ...words];
  return new LabProcess(lab.host('right'), '/usr/bin/env', command);
}

const ping = (count: number): Promise<number> => pingAddress(lab.host('left'), '10.1.1.2', { count });

/** Expects that every thread of the process is this user, without capabilities, and filtered. */
function expectUser(pid: number, user: number): void {
  const states = threadStates(pid);
  expect(states.length).toBeGreaterThan(4); // those of V8, too
  for (const state of states) {
    expect(state).toMatchObject({
      users: four(user),
      groups: four(user),
      permitted: '0',
      effective: '0',
      ambient: '0',
      noNewPrivileges: '1',
      seccomp: '2',
    });
  }
  expect(states.find(({ isMain }) => isMain)?.bounding).toBe('0');
}

/** Expects root with these capabilities on the main thread, and either that or nobody on all others. */
function expectRoot(pid: number, capabilities: string): void {
  const filtered = { ambient: '0', noNewPrivileges: '1', seccomp: '2' };
  const states = threadStates(pid);
  const root = { users: four(0), groups: four(0), permitted: capabilities, effective: capabilities, ...filtered };
  const other = { users: four(NOBODY), permitted: '0', effective: '0', ...filtered };
  expect(states.find(({ isMain }) => isMain)).toMatchObject({ ...root, bounding: capabilities });
  expect(states.some(({ users }) => users === four(NOBODY))).toBe(true);
  for (const state of states) expect(state).toMatchObject(state.users === four(0) ? root : other);
}

const four = (user: number): string => Array(4).fill(user).join(' ');

/** A file with one frame. */
const FRAME = taggedFrame([], 60);
const ONE_FRAME = buildPcap({ records: [[1, 0, FRAME.length, FRAME.length, FRAME]] });

type Results = Readonly<Record<'main' | 'early' | 'late' | 'pool', Readonly<Record<string, string | number>>>>;

/** Makes the program try forbidden calls. */
async function tryCalls(program: LabProcess): Promise<Results> {
  program.signal('SIGPWR');
  await program.printed('calls: ');
  return resultsIn(program.standardError);
}

function resultsIn(standardError: string): Results {
  return JSON.parse(/^calls: (.*)$/m.exec(standardError)?.[1] ?? '{}') as Results;
}

const MISSING_CALLS = ['clone3', 'listns'];
const PROGRAM_CALLS = ['execve', 'execveat'];
const NAME_SOCKETS = ['udp_socket', 'unix_socket'];

/** Expects that all calls were refused on all threads, except these. */
function expectRefused(results: Results, allowed: readonly string[] = []): void {
  const names = Object.keys(results.main);
  expect(names.length).toBeGreaterThan(20);
  for (const thread of ['main', 'early', 'late'] as const) {
    for (const name of names) {
      const isAllowed = allowed.includes(name);
      const expected = MISSING_CALLS.includes(name) ? 'ENOSYS' : 'EPERM';
      if (isAllowed) expect([thread, name, results[thread][name]]).not.toEqual([thread, name, 'EPERM']);
      else expect([thread, name, results[thread][name]]).toEqual([thread, name, expected]);
    }
  }
  for (const name of names.filter((each) => !allowed.includes(each))) {
    expect([name, results.pool[name]]).toEqual([name, 'failed']);
  }
}

describe.skipIf(!isRoot)('the calls of these tests', () => {
  test('work without confinement, so that a refusal says something', async () => {
    const command = ['PROBE_AT_START=1', process.execPath, '--require', CALLS, '-e', ''];
    await using program = new LabProcess(lab.host('right'), '/usr/bin/env', command);
    expect(await program.exit()).toBe(0);
    const results = resultsIn(program.standardError);
    for (const thread of ['main', 'early', 'late'] as const)
      expect(Object.values(results[thread])).not.toContain('EPERM');
    const working = ['process_vm_readv', 'unshare', 'packet_socket', 'raw_socket', 'udp_socket', 'unix_socket'];
    for (const name of working) expect([name, results.main[name], results.pool[name]]).toEqual([name, 0, 0]);
  });
});

/** A capture of ICMP packets in a folder. */
interface Case {
  readonly prefix?: readonly string[];
  readonly words: readonly string[];
  /** The owner of the folder. */
  readonly owner?: number;
}

interface Run {
  readonly program: LabProcess;
  readonly folder: TestFolder;
}

/** Starts a capture that writes `x.*` in a folder. */
async function start({ prefix = [], words, owner = 0 }: Case): Promise<Run & Disposable> {
  const folder = new TestFolder();
  chownSync(folder.path, owner, owner);
  const places = words.map((word) => word.replace('FOLDER', folder.path));
  const program = tapline(prefix, 'capture', '-i', 'eth0', '-v', ...places, 'icmp');
  await program.printed('listening on');
  return { program, folder, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Ends the capture. @returns the number of packets in the files, and their owners */
async function finish({ program, folder }: Run): Promise<{ packets: number; owners: readonly number[] }> {
  program.signal('SIGINT');
  expect([await program.exit(), program.standardError]).toEqual([0, expect.stringContaining('0 packets dropped')]);
  let packets = 0;
  const owners = new Set<number>();
  for (const name of readdirSync(folder.path).filter((each) => each.startsWith('x'))) {
    packets += (await readPackets(folder.file(name))).length;
    owners.add(statSync(folder.file(name)).uid);
  }
  return { packets, owners: [...owners] };
}

/** Descriptors may be closed meanwhile. */
function readlink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** Each echo request is a trigger. */
const FLIGHT = ['--before', '0.2', '--after', '0.2', '--trigger', 'icmp[icmptype] = 8'];

describe.skipIf(!isRoot)('capture as root', () => {
  test.each([
    ['to the screen', ['-n']],
    ['to standard output', ['-w', '-']],
  ])('%s: nobody', async (_name, words) => {
    using run = await start({ words });
    const { program } = run;
    expectUser(program.pid, NOBODY);
    await ping(2);
    expectRefused(await tryCalls(program));
    expectUser(program.pid, NOBODY);
    await finish(run);
    expect(program.standardError).toContain('continues as user 65534 with no capabilities; no file can be written');
    expect(program.counters.captured).toBe(4);
    expect(program.standardOutput.length).toBeGreaterThan(0);
  });

  test('all interfaces: their names are printed without a new socket', async () => {
    await using program = tapline([], 'capture', '-i', 'any', '-n', 'icmp');
    await program.printed('listening on');
    await ping(1);
    await eventually(() => expect(program.standardOutput.toString()).toMatch(/ eth0 +In .* ICMP echo request/));
    expectUser(program.pid, NOBODY);
    expectRefused(await tryCalls(program));
  });

  test.each([
    ['x.pcap', []],
    ['x.pcapng', []],
    ['x.pcap.gz', []],
    ['x.pcap', ['--mode', '640', '--group', '3']],
  ])('to one file, which stays root’s: nobody: %s %j', async (name, more) => {
    using run = await start({ words: ['-w', `FOLDER/${name}`, ...more] });
    expectUser(run.program.pid, NOBODY);
    await ping(2);
    run.program.signal('SIGUSR2');
    expectRefused(await tryCalls(run.program));
    expect(await finish(run)).toEqual({ packets: 4, owners: [0] });
  });

  test.each([
    ['rotation', ['-w', 'FOLDER/x.pcap', '--rotate-packets', '2'], 6],
    ['rotation and gzip', ['-w', 'FOLDER/x.pcap.gz', '--rotate-packets', '2'], 6],
    ['a ring', ['-w', 'FOLDER/x.pcapng', '--rotate-packets', '2', '--ring', '2'], 4],
    ['threads', ['-w', 'FOLDER/x.pcap', '--threads', '2'], 6],
    [
      'threads with a ring',
      ['-w', 'FOLDER/x.pcap', '--threads', '2', '--rotate-packets', '2', '--ring', '4'],
      undefined,
    ],
    ['counters', ['-w', 'FOLDER/x.pcap', '--stats', 'FOLDER/stats.json'], 6],
  ])('with %s in a folder of root: root without capabilities', async (_name, words, packets) => {
    using run = await start({ words });
    const { program } = run;
    expectRoot(program.pid, NO_CAPABILITIES);
    await ping(3);
    expectRefused(await tryCalls(program));
    expectRoot(program.pid, NO_CAPABILITIES);
    expect(program.standardError).toContain('tapline: nobody cannot ');
    expect(program.standardError).toContain('continues as user 0 with no capabilities; writes only');
    const found = await finish(run);
    expect(found.owners).toEqual([0]);
    if (packets !== undefined) expect(found.packets).toBe(packets);
    expect(program.counters.captured).toBe(6);
    if (words.includes('--stats')) {
      expect(JSON.parse(readFileSync(run.folder.file('stats.json'), 'utf8'))).toMatchObject({ captured: 6 });
    }
  });

  test('a ring deletes its files although the thread pool started as root', async () => {
    const words = ['-w', 'FOLDER/x.pcap', '--rotate-packets', '1', '--ring', '2'];
    using run = await start({ prefix: ['START_POOL=1'], words });
    expectRoot(run.program.pid, NO_CAPABILITIES);
    await ping(3);
    expectRefused(await tryCalls(run.program));
    const { packets } = await finish(run);
    expect(run.program.counters.captured).toBe(6);
    expect(packets).toBeLessThanOrEqual(2);
    expect(run.program.standardError).not.toContain('cannot delete');
  });

  test('--on-rotate: root, and its programs run with the same limits', async () => {
    using folder = new TestFolder();
    const hook = folder.file('hook');
    writeFileSync(hook, '#!/bin/sh\ncat /proc/self/status > "$1.status"\n');
    chmodSync(hook, 0o755);
    using run = await start({ words: ['-w', 'FOLDER/x.pcap', '--rotate-packets', '2', '-z', hook] });
    const { program } = run;
    expectRoot(program.pid, PROGRAM_CAPABILITIES);
    await ping(2);
    expectRefused(await tryCalls(program), [...PROGRAM_CALLS, ...NAME_SOCKETS]);
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
    const reports = readdirSync(run.folder.path).filter((name) => name.endsWith('.status'));
    expect(reports).toHaveLength(2);
    for (const name of reports) {
      const status = readFileSync(run.folder.file(name), 'utf8');
      expect(status).toMatch(/^Uid:\t0\t0\t0\t0$/m);
      expect(status).toMatch(/^CapEff:\t00000000000000eb$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(status).toMatch(/^Seccomp:\t2$/m);
    }
  });

  test('the flight recorder writes several files: root without capabilities', async () => {
    using run = await start({ words: ['-w', 'FOLDER/x.pcapng', ...FLIGHT] });
    expectRoot(run.program.pid, NO_CAPABILITIES);
    for (const number of [1, 2]) {
      await ping(1);
      await run.program.printed(`trigger ${number}`);
      await eventually(() => expect(readdirSync(run.folder.path)).toHaveLength(number));
      await sleep(500); // more than --before and --after
    }
    expectRefused(await tryCalls(run.program));
    expect(await finish(run)).toEqual({ packets: 4, owners: [0] });
  });

  test('files outside the folder cannot be written, where the kernel has Landlock', async () => {
    using other = new TestFolder();
    const path = other.file('outside');
    const words = ['-w', 'FOLDER/x.pcap', '--rotate-packets', '1'];
    using run = await start({ prefix: [`PROBE_WRITE=${path}`], words });
    const results = await tryCalls(run.program);
    const hasLandlock = run.program.standardError.includes('writes only in');
    if (hasLandlock) expect(results.main['write']).toBe('EACCES');
    else expect(run.program.standardError).toContain('writes are not limited: ');
    expect(results.late['write']).toBe(results.main['write']);
    expect(results.early['write']).toBe('EACCES'); // nobody, in a folder of root
    expect(existsSync(path)).toBe(!hasLandlock);
    await ping(1);
    expect(await finish(run)).toEqual({ packets: 2, owners: [0] });
  });
});

describe.skipIf(!isRoot)('capture under sudo', () => {
  test.each([
    ['one file', ['-w', 'FOLDER/x.pcap'], 6],
    ['rotation and gzip', ['-w', 'FOLDER/x.pcap.gz', '--rotate-packets', '2'], 6],
    ['a ring', ['-w', 'FOLDER/x.pcapng', '--rotate-packets', '2', '--ring', '2'], 4],
    ['threads', ['-w', 'FOLDER/x.pcap', '--threads', '2'], 6],
    ['counters', ['-w', 'FOLDER/x.pcap', '--stats', 'FOLDER/stats.json'], 6],
  ])('%s in a folder of the user: the user, who owns the files', async (_name, words, packets) => {
    using run = await start({ prefix: SUDO, words, owner: ALICE });
    expectUser(run.program.pid, ALICE);
    await ping(3);
    expectRefused(await tryCalls(run.program));
    expectUser(run.program.pid, ALICE);
    expect(await finish(run)).toEqual({ packets, owners: [ALICE] });
    expect(existsSync(run.folder.file('stats.json'))).toBe(words.includes('--stats'));
  });

  test('files are opened as by root, for direct writes, too', async () => {
    const flagsOf = async (files: Case): Promise<string[]> => {
      using run = await start(files);
      const { pid } = run.program;
      const descriptors = readdirSync(`/proc/${pid}/fd`).filter((fd) =>
        readlink(`/proc/${pid}/fd/${fd}`).includes('/x'),
      );
      const flags = descriptors.map((fd) => /^flags:.*$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[0]);
      await finish(run);
      return flags.map((text) => text ?? '');
    };
    const words = ['-w', 'FOLDER/x.pcap', '--rotate-packets', '2'];
    const byUser = await flagsOf({ prefix: SUDO, words, owner: ALICE });
    expect(byUser.length).toBeGreaterThan(0);
    expect(byUser).toEqual(await flagsOf({ words: ['-Z', 'root', ...words] }));
  });

  test('the flight recorder in a folder of the user: the user', async () => {
    using run = await start({ prefix: SUDO, words: ['-w', 'FOLDER/x.pcapng', ...FLIGHT], owner: ALICE });
    expectUser(run.program.pid, ALICE);
    await ping(1);
    await run.program.printed('trigger 1');
    expect(await finish(run)).toEqual({ packets: 2, owners: [ALICE] });
  });

  test('--on-rotate: its programs run as the user', async () => {
    using folder = new TestFolder();
    chmodSync(folder.path, 0o755);
    const hook = folder.file('hook');
    writeFileSync(hook, '#!/bin/sh\ncat /proc/self/status > "$1.status"\n');
    chmodSync(hook, 0o755);
    const words = ['-w', 'FOLDER/x.pcap', '--rotate-packets', '2', '-z', hook];
    using run = await start({ prefix: SUDO, words, owner: ALICE });
    expectUser(run.program.pid, ALICE);
    await ping(1);
    run.program.signal('SIGINT');
    expect(await run.program.exit()).toBe(0);
    const [report = ''] = readdirSync(run.folder.path).filter((name) => name.endsWith('.status'));
    expect(readFileSync(run.folder.file(report), 'utf8')).toMatch(new RegExp(`^Uid:(\t${ALICE}){4}$`, 'm'));
  });

  test('--on-rotate: a program that the user cannot run ends the capture before it begins', async () => {
    using folder = new TestFolder();
    chownSync(folder.path, ALICE, ALICE);
    const hook = folder.file('hook');
    writeFileSync(hook, '#!/bin/sh\n', { mode: 0o700 });
    const words = ['capture', '-i', 'eth0', '-w', folder.file('x.pcap'), '--rotate-packets', '2', '-z', hook];
    await using program = tapline(SUDO, ...words);
    expect(await program.exit()).toBe(1);
    expect(program.standardError).toBe(`tapline: cannot run ${hook} (--on-rotate): permission denied\n`);
    expect(readdirSync(folder.path)).toEqual(['hook']);
  });

  test('one file in a folder of root: the user, and the file is root’s', async () => {
    using run = await start({ prefix: SUDO, words: ['-w', 'FOLDER/x.pcap'] });
    expectUser(run.program.pid, ALICE);
    await ping(1);
    expect(await finish(run)).toEqual({ packets: 2, owners: [0] });
  });

  test.each([
    ['rotation in a folder of root', 0, ['--rotate-packets', '2'], NO_CAPABILITIES],
    ['files of a group that the user is not in', ALICE, ['--rotate-packets', '2', '--group', '3'], FILE_CAPABILITIES],
    ['files of others that would be overwritten', ALICE, ['--rotate-packets', '2', '--overwrite'], FILE_CAPABILITIES],
  ])('%s: root, for files only', async (_name, owner, more, capabilities) => {
    using run = await start({ prefix: SUDO, owner, words: ['-w', 'FOLDER/x.pcap', ...more] });
    expectRoot(run.program.pid, capabilities);
    await ping(2);
    expect(await finish(run)).toEqual({ packets: 4, owners: [0] });
  });
});

describe.skipIf(!isRoot)('capture with -Z', () => {
  test('a user who may write', async () => {
    using run = await start({ owner: DAEMON, words: ['-Z', 'daemon', '-w', 'FOLDER/x.pcap', '--rotate-packets', '2'] });
    expectUser(run.program.pid, DAEMON);
    await ping(2);
    expectRefused(await tryCalls(run.program));
    expect(await finish(run)).toEqual({ packets: 4, owners: [DAEMON] });
  });

  test('root', async () => {
    using run = await start({ words: ['-Z', 'root', '-n'], prefix: SUDO });
    expectRoot(run.program.pid, NO_CAPABILITIES);
    await ping(1);
    await finish(run);
  });

  test.each([
    [['-Z', 'no-such-user'], '-Z: there is no user "no-such-user"'],
    [
      ['-Z', 'daemon', '-w', 'FOLDER/x.pcap', '--rotate-packets', '2'],
      'daemon (-Z) cannot create the files of -w FOLDER/x.pcap; choose another user or place, or -Z root',
    ],
    [
      ['-Z', 'daemon', '--stats', 'FOLDER/stats.json'],
      'daemon (-Z) cannot write FOLDER/stats.json; choose another user or place, or -Z root',
    ],
  ])('%j is refused before the capture', async (words, message) => {
    using folder = new TestFolder();
    const places = (text: string): string => text.replace('FOLDER', folder.path);
    await using program = tapline([], 'capture', '-i', 'eth0', ...words.map(places));
    expect(await program.exit()).toBe(2);
    expect(program.standardError).toBe(`tapline: ${places(message)}\n`);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe.skipIf(!isRoot)('without root', () => {
  const AMBIENT = [
    'setpriv',
    '--reuid=65534',
    '--regid=65534',
    '--clear-groups',
    '--inh-caps=+net_raw',
    '--ambient-caps=+net_raw',
  ];

  test('with an ambient capability: no thread can open a socket, and new threads have no capability', async () => {
    using run = await start({
      prefix: AMBIENT,
      owner: NOBODY,
      words: ['-w', 'FOLDER/x.pcap', '--rotate-packets', '2'],
    });
    const { program } = run;
    await ping(2);
    expectRefused(await tryCalls(program));
    const states = threadStates(program.pid);
    for (const state of states) {
      expect(state).toMatchObject({ users: four(NOBODY), noNewPrivileges: '1', seccomp: '2' });
      expect(['0', '2000']).toContain(state.effective); // CAP_NET_RAW on threads older than the confinement
    }
    const main = states.find(({ isMain }) => isMain);
    expect(main).toMatchObject({ effective: '0', permitted: '0', ambient: '0' });
    expect(await finish(run)).toEqual({ packets: 4, owners: [NOBODY] });
  });

  test('threads give up an ambient capability, too', async () => {
    using run = await start({ prefix: AMBIENT, owner: NOBODY, words: ['-w', 'FOLDER/x.pcap', '--threads', '2'] });
    await ping(2);
    const states = threadStates(run.program.pid);
    expect(states.filter(({ effective }) => effective === '0').length).toBeGreaterThanOrEqual(3);
    expect(await finish(run)).toEqual({ packets: 4, owners: [NOBODY] });
  });

  test.each([
    ['as root of a user namespace', '--map-root-user', 0],
    ['as its user in a user namespace', '--map-current-user', NOBODY],
  ])('nobody %s', async (_name, map, inside) => {
    const unshare = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const prefix = [...unshare, 'unshare', '--user', '--net', map, '--keep-caps'];
    const words = ['capture', '-i', 'lo', '-v', '-c', '1', '--duration', '600'];
    await using program = tapline(prefix, ...words);
    await program.printed('listening on');
    const states = threadStates(program.pid);
    const main = states.find(({ isMain }) => isMain) as ThreadState;
    expect(main).toMatchObject({ users: four(NOBODY), ambient: '0' });
    for (const state of states) expect(state).toMatchObject({ noNewPrivileges: '1', seccomp: '2' });
    expect(BigInt(`0x${main.effective}`) & 0x2000n).toBe(0n); // CAP_NET_RAW
    expectRefused(await tryCalls(program));
    expect(program.standardError).toContain(`continues as user ${inside} with `);
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
  });
});

describe.skipIf(!isRoot)('probes and replay', () => {
  /** A run that does not end by itself, and text on standard output or error when its sockets are open. */
  const LONG = [
    ['ping', ['ping', '-i', '0.2', '10.1.1.1'], 'icmp_seq='],
    ['ping of two hosts', ['ping', '-i', '0.2', '10.1.1.1', '10.1.1.2'], 'icmp_seq='],
    ['sweep', ['sweep', '--rate', '1', '10.1.1.0/24'], 'is alive'],
    ['replay', ['replay', 'FILE', '-i', 'eth0', '--loop', '0', '--rate', '20', '-v'], 'sending on'],
  ] as const;

  async function startLong(prefix: readonly string[], words: readonly string[], sign: string): Promise<LabProcess> {
    const program = tapline(prefix, ...words);
    await eventually(() => {
      if (program.hasEnded) throw new Error(program.standardError);
      expect(`${program.standardOutput}${program.standardError}`).toContain(sign);
    });
    return program;
  }

  /** A file for all to read. */
  function fileIn(folder: TestFolder): string {
    const path = folder.file('frames.pcap');
    writeFileSync(path, ONE_FRAME);
    chmodSync(folder.path, 0o755);
    return path;
  }

  test.each(LONG)('%s as root: nobody', async (_name, words, sign) => {
    using folder = new TestFolder();
    const path = fileIn(folder);
    await using program = await startLong(
      [],
      words.map((word) => word.replace('FILE', path)),
      sign,
    );
    expectUser(program.pid, NOBODY);
    expectRefused(await tryCalls(program));
    program.signal('SIGINT');
    await program.exit();
    expect(program.standardError.replace(/^calls: .*$/m, '')).not.toContain('EPERM');
  });

  test.each(LONG)('%s under sudo: the user', async (_name, words, sign) => {
    using folder = new TestFolder();
    const path = fileIn(folder);
    await using program = await startLong(
      SUDO,
      words.map((word) => word.replace('FILE', path)),
      sign,
    );
    expectUser(program.pid, ALICE);
    expectRefused(await tryCalls(program));
  });

  test.each([
    ['traceroute', ['traceroute', '-q', '20', '-w', '30', '--pause', '0.2', '10.1.1.1'], 'traceroute to'],
    ['mtr', ['mtr', '--report', '-c', '60', '-i', '0.2', '10.1.1.1'], ''],
  ])('%s as root: nobody, with sockets for name services', async (_name, words, sign) => {
    await using program = await startLong([], words, sign);
    await eventually(() => expectUser(program.pid, NOBODY));
    expectRefused(await tryCalls(program), NAME_SOCKETS);
  });

  test('ping -Z records to a file of the user', async () => {
    using folder = new TestFolder();
    chownSync(folder.path, DAEMON, DAEMON);
    const path = folder.file('x.pcapng');
    await using program = tapline([], 'ping', '-v', '-Z', 'daemon', '-c', '3', '-i', '0.1', '--pcap', path, '10.1.1.1');
    expect(await program.exit()).toBe(0);
    expect(program.standardError).toContain('continues as user 1 with no capabilities');
    expect(statSync(path).uid).toBe(DAEMON);
    expect(await readPackets(path)).toHaveLength(6);
  });

  test('replay reads its file again in each round, as root where only root may', async () => {
    using folder = new TestFolder();
    const path = folder.file('frames.pcap');
    writeFileSync(path, ONE_FRAME, { mode: 0o600 });
    const words = ['replay', path, '-i', 'eth0', '--loop', '3', '--top-speed', '-v'];
    await using program = tapline([], ...words);
    expect(await program.exit()).toBe(0);
    expect(program.standardError).toContain(`tapline: nobody cannot read ${path} again; continues as user 0 with `);
    expect(program.standardError).toContain('3 frames sent');
  });

  test('traceroute looks up names after the confinement', async () => {
    await using program = tapline([], 'traceroute', '-v', '-q', '1', '127.0.0.1');
    await program.exit();
    expect(program.standardError).toContain('continues as user 65534');
    expect(program.standardOutput.toString()).toContain('localhost');
  });
});

describe.skipIf(!isRoot)('a step that the kernel refuses is reported, and the capture works', () => {
  /** Numbers on x86-64 and arm64. */
  test.each([
    ['seccomp', [317, 277], 'system calls are not filtered: cannot filter system calls: seccomp: EPERM'],
    [
      'landlock',
      [444, 444],
      'writes are not limited: cannot restrict writes to folders: landlock_create_ruleset: EPERM',
    ],
    ['setuid', [105, 146], 'cannot become nobody: setuid: EPERM'],
    ['setgroups', [116, 159], 'continues as user 0 with no capabilities'],
    ['setresuid', [117, 147], 'continues as user '],
    ['capset', [126, 91], 'capabilities are not dropped: cannot drop capabilities: capset: EPERM'],
    ['prctl', [157, 167], 'no_new_privs is not set: cannot set no_new_privs: prctl: EPERM'],
  ])('%s', async (_name, [x64 = 0, arm64 = 0], message) => {
    for (const words of [
      ['-w', 'FOLDER/x.pcap'],
      ['-w', 'FOLDER/x.pcap', '--threads', '2'],
    ]) {
      const refused = `REFUSED=${process.arch === 'x64' ? x64 : arm64}`;
      using run = await start({ prefix: [refused], words });
      await ping(2);
      expect(await finish(run)).toEqual({ packets: 4, owners: [0] });
      expect(run.program.standardError).toContain(message);
    }
  });
});
