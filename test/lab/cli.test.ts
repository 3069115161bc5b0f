/** The program itself, as its user runs it: words, signals, streams and exit statuses. @module */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { createLab, type Lab, pingAddress, sendFrames, sendUdp, twoHosts } from '../../src/lab/index.ts';
import { deleteLink, setLink } from '../../src/netlink/link.ts';
import { createPcapWriter } from '../../src/pcap/file-writer.ts';
import { buildPcap, lentFrame } from '../support/capture-file.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { captureOnDisk, smallDisk } from '../support/disk-capture.ts';
import { eventually } from '../support/eventually.ts';
import { LabProcess } from '../support/lab-process.ts';
import { requirePeer } from '../support/peers.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

/** tapline in the lab's right host. */
function tapline(...words: string[]): LabProcess {
  return new LabProcess(lab.host('right'), process.execPath, [MAIN, ...words]);
}

/** tapline outside, to its end. */
function run(...words: string[]): { stdout: string; stderr: string; status: number | null } {
  return runWith(undefined, ...words);
}

/** The same with something on its standard input. */
function runWith(input: Uint8Array | undefined, ...words: string[]): ReturnType<typeof run> {
  const env = { ...process.env, TZ: 'UTC' };
  return spawnSync(process.execPath, [MAIN, ...words], {
    encoding: 'utf8',
    env,
    ...(input === undefined ? {} : { input }),
  });
}

const ping = (count: number): Promise<number> => pingAddress(lab.host('left'), '10.1.1.2', { count });

describe('capture', () => {
  test('prints a line per frame in tcpdump’s words, and its counters at the end', async () => {
    await using program = tapline('capture', '-i', 'eth0', '-n', '-t', '-c', '4', 'icmp');
    await program.printed('listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes');
    await ping(2);
    expect(await program.exit()).toBe(0);
    const lines = program.standardOutput.toString().trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/id \d+/, 'id N'))).toEqual([
      'IP 10.1.1.1 > 10.1.1.2: ICMP echo request, id N, seq 1, length 64',
      'IP 10.1.1.2 > 10.1.1.1: ICMP echo reply, id N, seq 1, length 64',
      'IP 10.1.1.1 > 10.1.1.2: ICMP echo request, id N, seq 2, length 64',
      'IP 10.1.1.2 > 10.1.1.1: ICMP echo reply, id N, seq 2, length 64',
    ]);
    expect(program.standardError).toMatch(
      /4 packets captured\n4 packets received by filter\n0 packets dropped by kernel\n$/,
    );
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it in good order, with everything written', async (signal) => {
    using folder = new TestFolder();
    const path = folder.file('ours.pcap');
    await using program = tapline('capture', '-i', 'eth0', '-w', path, 'icmp');
    await program.printed('listening on');
    await ping(3);
    program.signal(signal);
    expect(await program.exit()).toBe(0);
    expect(await readPackets(path)).toHaveLength(6);
    expect(program.standardError).toContain('6 packets captured');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['for the owner alone', [], '600'],
    ['as --mode says', ['--mode', '0644'], '644'],
    ['for the group of --group', ['--group', 'root'], '640'],
  ])('its files are %s', async (_, words, mode) => {
    using folder = new TestFolder();
    const [path, stats] = [folder.file('ours.pcap'), folder.file('stats.json')];
    for (const name of [path, stats]) {
      writeFileSync(name, 'old');
      chmodSync(name, 0o666);
    }
    const all = ['-w', path, '--stats', stats, ...words, '-c', '2', 'icmp'];
    await using program = tapline('capture', '-i', 'eth0', ...all);
    await program.printed('listening on');
    expect(readFileSync(stats, 'utf8')).toBe('old'); // until there is something to write
    await ping(1);
    expect(await program.exit()).toBe(0);
    const modes = [path, stats].map((name) => (statSync(name).mode & 0o7777).toString(8));
    expect(modes).toEqual([mode, mode]);
    expect(JSON.parse(readFileSync(stats, 'utf8'))).toMatchObject({ captured: 2 });
  });

  test('each file of a series has the mode that was asked for', async () => {
    using folder = new TestFolder();
    const words = ['-w', folder.file('a.pcap'), '--rotate-packets', '1', '--mode', '644', '-c', '2', 'icmp'];
    await using program = tapline('capture', '-i', 'eth0', ...words);
    await program.printed('listening on');
    await ping(1);
    expect(await program.exit()).toBe(0);
    const modes = readdirSync(folder.path).map((name) => statSync(folder.file(name)).mode & 0o777);
    expect(modes).toEqual([0o644, 0o644]);
  });

  test.each(['-w', '--stats'])('as root %s follows no link in a folder for all', (option) => {
    using folder = new TestFolder();
    chmodSync(folder.path, 0o1777);
    mkdirSync(folder.file('inner'));
    writeFileSync(folder.file('inner/victim'), 'precious');
    symlinkSync(folder.file('inner/victim'), folder.file('link'));
    const { status, stderr } = run('capture', '-i', 'lo', option, folder.file('link'), '--duration', '0.1');
    expect(stderr).toContain(`cannot create ${folder.file('link')}: it is a symbolic link`);
    expect(stderr).not.toContain('listening on');
    expect(status).toBe(1);
    expect(readFileSync(folder.file('inner/victim'), 'utf8')).toBe('precious');
  });

  test.each(['/dev/stdout', '/proc/self/fd/1'])('-w %s goes through a pipe', async (path) => {
    using folder = new TestFolder();
    const command = `${process.execPath} ${MAIN} capture -i eth0 -w ${path} -c 2 icmp | cat`; // Node's pipes are sockets
    await using shell = new LabProcess(lab.host('right'), 'sh', ['-c', command]);
    await shell.printed('listening on');
    await ping(1);
    expect(await shell.exit()).toBe(0);
    writeFileSync(folder.file('piped.pcap'), shell.standardOutput);
    expect(await readPackets(folder.file('piped.pcap'))).toHaveLength(2);
  });

  test('a second signal right after the first does not cut the capture short', async () => {
    using folder = new TestFolder();
    const path = folder.file('ours.pcap.gz');
    await using program = tapline('capture', '-i', 'eth0', '-w', path, '--stats', folder.file('stats.json'), 'icmp');
    await program.printed('listening on');
    await ping(3);
    program.signal('SIGTERM');
    program.signal('SIGINT'); // another one, since the kernel merges equal signals that are pending
    expect(await program.exit()).toBe(0);
    expect(program.standardError).toContain('6 packets captured');
    expect(await readPackets(path)).toHaveLength(6);
    expect(JSON.parse(readFileSync(folder.file('stats.json'), 'utf8'))).toMatchObject({ captured: 6 });
  });

  test('timeout(1), which signals the program and then its process group, leaves the tail in the file', async () => {
    using folder = new TestFolder();
    const path = folder.file('ours.pcap.gz');
    const words = ['600', process.execPath, MAIN, 'capture', '-i', 'eth0', '-w', path, 'icmp'];
    await using program = new LabProcess(lab.host('right'), 'timeout', words);
    await program.printed('listening on');
    await ping(3);
    program.signal('SIGTERM'); // handled as its own time limit
    await program.exit();
    expect(program.standardError).toContain('6 packets captured');
    expect(await readPackets(path)).toHaveLength(6);
  });

  test('SIGHUP does not end a capture without a terminal, under nohup(1) for instance', async () => {
    using folder = new TestFolder();
    const path = folder.file('ours.pcap');
    const words = [process.execPath, MAIN, 'capture', '-i', 'eth0', '-w', path, 'icmp'];
    await using program = new LabProcess(lab.host('right'), 'nohup', words);
    await program.printed('listening on');
    program.signal('SIGHUP');
    program.signal('SIGUSR1');
    await program.printed('0 packets captured');
    await ping(3);
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
    expect(await readPackets(path)).toHaveLength(6);
  });

  test('a terminal that closes ends the capture in good order', async () => {
    const script = requirePeer('script');
    if (script === undefined) return;
    using folder = new TestFolder();
    const [path, stats] = [folder.file('ours.pcap'), folder.file('stats.json')];
    const command = `${process.execPath} ${MAIN} capture -i eth0 -w ${path} --stats ${stats} icmp`;
    const shell = `exec ${script} -qc '${command}' /dev/null >&2`;
    await using terminal = new LabProcess(lab.host('right'), 'sh', ['-c', shell]);
    await terminal.printed('listening on');
    await ping(3);
    terminal.signal('SIGKILL'); // the kernel sends SIGHUP to the processes of a terminal that is gone
    await eventually(() => expect(readFileSync(stats, 'utf8')).toMatch(/\}\n$/));
    expect(JSON.parse(readFileSync(stats, 'utf8'))).toMatchObject({ captured: 6 });
    expect(await readPackets(path)).toHaveLength(6);
  });

  test('SIGUSR1 shows the counters and the capture goes on', async () => {
    using folder = new TestFolder();
    await using program = tapline('capture', '-i', 'eth0', '-w', folder.file('ours.pcap'), '-U', 'icmp');
    await program.printed('listening on');
    await ping(1);
    await program.counted(2);
    expect(program.standardError).toContain('\n2 packets captured\n');
    await ping(1);
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
    expect(program.standardError).toContain('4 packets captured');
  });

  test('the file grows while the capture runs', async () => {
    using folder = new TestFolder();
    const path = folder.file('ours.pcap');
    await using program = tapline('capture', '-i', 'eth0', '-w', path, 'icmp');
    await program.printed('listening on');
    await ping(1);
    await eventually(async () => expect(await readPackets(path)).toHaveLength(2));
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
  });

  test('-w - goes through a pipe, in nanoseconds, cut to -s', async () => {
    using folder = new TestFolder();
    const words = ['capture', '-i', 'any', '-w', '-', '-c', '2', '-s', '60', '--nano', '--duration', '20', 'icmp'];
    await using program = tapline(...words);
    await program.printed('listening on any, link-type LINUX_SLL2 (Linux cooked v2), snapshot length 60 bytes');
    await ping(1);
    expect(await program.exit()).toBe(0);
    writeFileSync(folder.file('piped.pcap'), program.standardOutput);
    const packets = await readPackets(folder.file('piped.pcap'));
    expect(packets.map(({ bytes, wireLength }) => [bytes.length, wireLength])).toEqual([
      [60, 104],
      [60, 104],
    ]);
    expect(packets.some(({ timestamp }) => timestamp % 1000n !== 0n)).toBe(true);
  });

  test('ends when nobody reads what it prints', async () => {
    const command = `${process.execPath} ${MAIN} capture -i eth0 -n icmp | head -n 1`;
    await using shell = new LabProcess(lab.host('right'), 'sh', ['-c', command]);
    await shell.printed('listening on');
    await eventually(async () => {
      await ping(1);
      expect(shell.hasEnded).toBe(true);
    });
    expect(await shell.exit()).toBe(0);
    expect(shell.standardOutput.toString().trimEnd().split('\n')).toHaveLength(1);
    expect(shell.standardError).toContain('packets captured');
  });

  test('--duration', async () => {
    await using program = tapline('capture', '-i', 'eth0', '--duration', '0.2', 'icmp');
    expect(await program.exit()).toBe(0);
    expect(program.standardError).toContain('0 packets captured');
  });

  test('every engine, also without WebAssembly', async () => {
    const words = ['capture', '-i', 'eth0', '-n', '-t', '-c', '2', '--engine'];
    for (const [engine, flags] of [
      ['kernel', []],
      ['wasm', []],
      ['interpreter', []],
      ['auto', ['--jitless']],
      ['wasm', ['--jitless']],
    ] as const) {
      const all = [...flags, MAIN, ...words, engine, 'udp port 53'];
      await using program = new LabProcess(lab.host('right'), process.execPath, all);
      await program.printed('listening on');
      await ping(1);
      for (let sent = 0; sent < 2; sent += 1) {
        await sendUdp(lab.host('left'), lab.host('right'), Uint8Array.of(1), { port: 53 });
      }
      expect(await program.exit(), program.standardError).toBe(0);
      expect(program.standardOutput.toString().match(/10\.1\.1\.2\.53/g)).toHaveLength(2);
    }
  });
});

describe('what goes wrong says so, with its own exit status', () => {
  test('no such interface: 4', () => {
    const { stderr, status } = run('capture', '-i', 'nosuch0');
    expect(stderr).toBe('tapline: no interface "nosuch0"; `tapline interfaces` lists them\n');
    expect(status).toBe(4);
  });

  test('a wrong filter: 2, and a caret under the word', () => {
    const { stderr, status } = run('capture', '-i', 'lo', 'tcp', 'and', 'hots', '10.1.1.1');
    expect(stderr).toContain('did you mean "host"?\n  tcp and hots 10.1.1.1\n          ^^^^\n');
    expect(status).toBe(2);
  });

  test.each([
    [['capture', '-i', 'lo', '-c', 'x'], '-c takes a whole number of at least 1, not "x"'],
    [['capture', '-i', 'lo', '-s', '262145'], '-s takes a whole number from 0 to 262144, not "262145"'],
    [['capture', '-i', 'lo', '-B', '0'], '-B takes a whole number from 1 to 2048, not "0"'],
    [['capture', '-i', 'lo', '--engine', 'steam'], '--engine takes auto, interpreter, wasm or kernel, not "steam"'],
    [['capture', '-i', 'lo', '--trigger', '-w', 'x'], '--trigger needs a value, but "-w" follows'],
    [['capture', '-i', 'lo', '--cuont', '3'], 'there is no option --cuont; did you mean --count?'],
    [['capture', '-i', 'lo', '--count', '3'], '--count takes no number; use -c 3 or --packets 3 to limit the frames'],
    [['read', 'x', '--count=3'], '--count takes no number; use -c 3 or --packets 3 to limit the frames'],
    [['cpature'], 'there is no command "cpature"; did you mean capture?'],
    [['-i', 'lo'], 'no command before -i'],
    [[], 'no command given'],
    [['capture'], 'no interface given; add -i NAME'],
    [['replay', 'x', '-i', 'lo', '--rate', '1', '--mbit', '1'], '--rate and --mbit exclude each other'],
    [['ping'], 'too few arguments; usage: tapline ping <host..>'],
    [['interfaces', 'x'], 'too many arguments: x; usage: tapline interfaces'],
    [['sweep', '127.0.0.1', '-x', 'y'], '-x takes a whole number of at least 0, not "y"'],
    [['filter', '--bpf', MAIN], 'line 1: '],
    [['traceroute', '127.0.0.1', '-f', '9', '-m', '3'], '-f takes a whole number from 1 to 3, not "9"'],
    [['mtr', '127.0.0.1', '-r', '-f', '40'], '-f takes a whole number from 1 to 30, not "40"'],
    [['mtr', '127.0.0.1', '--csv', '--xml'], '--csv and --xml exclude each other'],
    [['ping', '127.0.0.1', '-g', '100', '-G', '50'], '-G takes a whole number from 100 to 65527, not "50"'],
    [['filter', '--netmask', 'x', 'tcp'], '--netmask takes an IPv4 address, not "x"'],
    [['filter', '--json', '--graph', 'tcp'], '--json and --graph exclude each other'],
    [['capture', '-i', 'lo', '--utc'], '--utc needs -w FILE'],
    [['read', 'x', '--count', '-w', 'y'], '--count and -w exclude each other'],
    [['read', 'x', '--on-rotate-argument', 'x'], '--on-rotate-argument needs -w FILE'],
  ])('%j: 2', (words, message) => {
    const { stderr, status } = run(...words);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  test.each([
    [['read', 'no\x1b[31m\nfile'], 1, 'tapline: cannot open no^[[31m^Jfile: no such file or directory\n'],
    [['filter', '-F', 'no\x9bfile'], 1, 'tapline: cannot read noM-^[file: no such file or directory\n'],
    [['capture', '-i', 'lo', '--\x1b[31m'], 2, 'tapline: there is no option --^[[31m; --help lists all\n'],
  ])('nothing but text is printed: %j', (words, status, message) => {
    expect(run(...words)).toMatchObject({ status, stderr: message });
  });

  test('text that a full disk does not take: 5', () => {
    const full = openSync('/dev/full', 'w');
    const words = [MAIN, 'filter', 'tcp'];
    const { stderr, status } = spawnSync(process.execPath, words, {
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    expect(stderr).toBe('tapline: cannot write to standard output: the disk is full\n');
    expect(status).toBe(5);
  });

  test('a terminal that knows no escape sequences gets none', () => {
    const script = requirePeer('script');
    if (script === undefined) return;
    const shown = (TERM: string): string =>
      spawnSync(script, ['-qc', `${process.execPath} ${MAIN} mtr -n -c 1 127.0.0.1`, '/dev/null'], {
        encoding: 'utf8',
        env: { ...process.env, TERM },
        stdio: ['ignore', 'pipe', 'pipe'],
      }).stdout;
    expect(shown('xterm')).toContain('\x1b');
    expect(shown('dumb')).toMatch(/^Host[ -~\r\n]*1\. 127\.0\.0\.1[ -~\r\n]*$/);
  });

  test('no word behind -- is an option, nor lost', () => {
    expect(run('filter', '--', 'tcp', 'port', '25').stdout).toBe(run('filter', 'tcp port 25').stdout);
    expect(run('read', '--', '-w').stderr).toContain('cannot open -w: no such file or directory');
  });

  test('no such interface to ping by: 4', () => {
    const { stderr, status } = run('ping', '-c1', '127.0.0.1', '-I', 'nope');
    expect(stderr).toContain('there is no such interface');
    expect(status).toBe(4);
  });

  test.each([
    [
      'another user',
      ['--reuid=65534', '--clear-groups'],
      'CAP_NET_RAW is missing; run as root, with systemd-run -p AmbientCapabilities=CAP_NET_RAW, ' +
        'or with a private copy of node that has it (setcap cap_net_raw+ep COPY)',
    ],
    [
      'root in a container',
      [],
      'CAP_NET_RAW is missing although this is root; in a container, start it with --cap-add NET_RAW',
    ],
  ])('missing privilege: 3, and what to do: %s', (_name, words, advice) => {
    const setpriv = requirePeer('setpriv');
    if (setpriv === undefined) return;
    const none = ['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'];
    const command = [...words, ...none, process.execPath, MAIN];
    for (const [name, ...rest] of [
      ['capture', '-i', 'lo'],
      ['ping', '--transport', 'raw', '127.0.0.1'],
    ] as const) {
      const { stderr, status } = spawnSync(setpriv, [...command, name, ...rest], { encoding: 'utf8' });
      expect(stderr).toMatch(/^tapline: cannot open a (packet socket on lo|raw ICMP socket): socket: EPERM; /);
      expect(stderr).toContain(advice);
      expect(status).toBe(3);
    }
  });

  test('an output that cannot be created: 1', () => {
    const { stderr, status } = run('capture', '-i', 'lo', '-w', '/no/such/folder/x.pcap');
    expect(stderr).toContain('cannot create /no/such/folder/x.pcap: there is no directory /no/such/folder');
    expect(status).toBe(1);
  });

  test.each([
    ['/no/such/folder/s.json', 'there is no directory /no/such/folder'],
    ['/etc', 'it is a directory'],
  ])('a --stats file that cannot be written is an error before the capture starts: %s', (path, reason) => {
    using folder = new TestFolder();
    for (const more of [[], ['-w', folder.file('a.pcap')], ['-w', folder.file('a.pcap'), '--threads', '2']]) {
      const { stderr, status } = run('capture', '-i', 'lo', '--duration', '0.1', '--stats', path, ...more);
      expect(stderr).toBe(`tapline: cannot create ${path}: ${reason}\n`);
      expect(status).toBe(1);
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test.each(['capture -i lo --duration 0.1', `read ${MAIN}`])('%s -w - to a terminal: 2', (words) => {
    const script = requirePeer('script');
    if (script === undefined) return;
    const command = `${process.execPath} ${MAIN} ${words} -w -`;
    const options = { encoding: 'utf8', timeout: 20_000 } as const;
    const { stdout, status } = spawnSync(script, ['-qec', command, '/dev/null'], options);
    const advice = 'redirect standard output, or name a file (-w FILE)';
    expect(stdout).toBe(`tapline: cannot write a capture file to a terminal; ${advice}\r\n`);
    expect(status).toBe(2);
  });

  test('an interface that goes away: 4, and the file holds what came before', async () => {
    await using other = await createLab(twoHosts());
    using folder = new TestFolder();
    const path = folder.file('ours.pcap');
    const right = other.host('right');
    await using program = new LabProcess(right, process.execPath, [MAIN, 'capture', '-i', 'eth0', '-w', path, 'icmp']);
    await program.printed('listening on');
    await pingAddress(other.host('left'), '10.1.1.2', { count: 2 });
    await framesDelivered();
    await right.netlink.execute(deleteLink(right.interface('eth0').index), { wanted: 'delete eth0' });
    expect(await program.exit()).toBe(4);
    expect(program.standardError).toContain('4 packets captured');
    expect(program.standardError).toContain('interface eth0 was removed during the capture');
    expect(await readPackets(path)).toHaveLength(4);
  });

  describe('an interface that is down at the start', () => {
    const DOWN = 'tapline: eth0 is down; capturing starts when it comes up (ip link set dev eth0 up)\n';

    test.each([
      ['alone', ['-i', 'eth0']],
      ['beside another', ['-i', 'eth0', '-i', 'lo']],
    ])('is waited for, and its return is reported: %s', async (_, interfaces) => {
      await using other = await createLab(twoHosts());
      using folder = new TestFolder();
      const path = folder.file('ours.pcapng');
      const right = other.host('right');
      const { index } = right.interface('eth0');
      await right.netlink.execute(setLink(index, { up: false }), { wanted: 'take eth0 down' });
      const words = [MAIN, 'capture', ...interfaces, '-w', path, '-c', '2', 'icmp'];
      await using program = new LabProcess(right, process.execPath, words);
      await program.printed('listening on eth0');
      await right.netlink.execute(setLink(index, { up: true }), { wanted: 'bring eth0 up' });
      await program.printed('tapline: eth0 came up; capturing continues\n');
      await pingAddress(other.host('left'), '10.1.1.2');
      expect(await program.exit()).toBe(0);
      expect(program.standardError.startsWith(DOWN)).toBe(true);
      expect(program.standardError).not.toContain('went down');
      expect(await readPackets(path)).toHaveLength(2);
    });

    test('and goes away: 4', async () => {
      await using other = await createLab(twoHosts());
      const right = other.host('right');
      const { index } = right.interface('eth0');
      await right.netlink.execute(setLink(index, { up: false }), { wanted: 'take eth0 down' });
      await using program = new LabProcess(right, process.execPath, [MAIN, 'capture', '-i', 'eth0']);
      await program.printed('listening on eth0');
      await right.netlink.execute(deleteLink(index), { wanted: 'delete eth0' });
      expect(await program.exit()).toBe(4);
      expect(program.standardError).toContain('interface eth0 was removed during the capture');
    });

    test('cannot be shared by threads: 1', async () => {
      await using other = await createLab(twoHosts());
      using folder = new TestFolder();
      const right = other.host('right');
      const { index } = right.interface('eth0');
      await right.netlink.execute(setLink(index, { up: false }), { wanted: 'take eth0 down' });
      const words = [MAIN, 'capture', '-i', 'eth0', '--threads', '2', '-w', folder.file('a.pcap')];
      await using program = new LabProcess(right, process.execPath, words);
      expect(await program.exit()).toBe(1);
      const reason = 'ENETDOWN; the interface is down; bring it up: ip link set dev eth0 up';
      expect(program.standardError).toContain(
        `tapline: cannot share the frames of eth0 by hash: setsockopt: ${reason}\n`,
      );
    });
  });

  test.each([
    ['with direct writes', '--min-free 0'],
    ['through the page cache', '--min-free 0 -U'],
  ])('a full disk, %s: 5, and the file ends with a whole record', async (_way, flag) => {
    using folder = new TestFolder();
    const disk = { folder, disk: smallDisk('64k'), words: `-w ours.pcap ${flag} udp` };
    await using program = await captureOnDisk(lab.host('right'), disk);
    for (let sent = 0; sent < 80; sent += 1) {
      await sendUdp(lab.host('left'), lab.host('right'), new Uint8Array(1200), { port: 5000 });
      if (sent % 10 === 0) await sleep(20);
    }
    expect(await program.exit()).toBe(5);
    expect(program.standardError).toContain('the disk is full');
    const packets = await readPackets(folder.file('kept/ours.pcap')); // throws when the last record is not whole
    expect(packets.length).toBeGreaterThan(20);
    expect(packets.length).toBeLessThan(60);
    expect(program.standardError).toContain(`the output holds ${packets.length} whole frames`);
    expect(program.standardError).toContain(`\n${packets.length} packets captured\n`);
  });

  test('a disk as full as it may become: 5, and what was to stay free is free', async () => {
    using folder = new TestFolder();
    const disk = { folder, disk: smallDisk('4m'), words: '-w ours.pcap --min-free 2M udp' };
    await using program = await captureOnDisk(lab.host('right'), disk);
    const frame = taggedFrame([], 1200 - 42);
    while (!program.hasEnded) {
      sendFrames(
        lab.host('left'),
        'eth0',
        Array.from({ length: 100 }, () => frame),
      );
      await sleep(5);
    }
    expect(await program.exit()).toBe(5);
    expect(program.standardError).toContain('free disk space limit reached (--min-free');
    const [blocks = 0, blockSize = 0] = program.standardOutput.toString().split(/\s+/).map(Number);
    const length = statSync(folder.file('kept/ours.pcap')).size;
    expect(blocks * blockSize).toBeGreaterThanOrEqual(2 << 20);
    expect(length).toBeGreaterThan((2 << 20) - 3 * 4096);
    expect((length - 24) % 1216).toBe(0);
  });
});

describe('read', () => {
  test('a lone - is standard input, and standard output', async () => {
    using folder = new TestFolder();
    const path = folder.file('one.pcap');
    const frame = taggedFrame([[0x8100, 5]], 10);
    const writer = createPcapWriter(path, { linkType: LinkType.ethernet });
    writer.add(lentFrame(frame), frame.length);
    await writer.close();
    const file = readFileSync(path);
    expect(runWith(file, 'read', '-', '--count').stdout).toBe('1 packet\n');
    expect(runWith(file, 'read', '-e', '-', 'vlan').stdout.split('\n')).toHaveLength(2);
    for (const write of ['-w', '--write']) {
      expect(spawnSync(process.execPath, [MAIN, 'read', path, write, '-']).stdout).toEqual(file);
    }
    const { status, stderr } = run('read', path, '-w');
    expect([status, stderr]).toEqual([2, 'tapline: -w needs a value\n']);
  });

  test('prints, filters, counts and rewrites', async () => {
    using folder = new TestFolder();
    const path = folder.file('ours.pcap');
    await using program = tapline('capture', '-i', 'eth0', '-w', path, '-c', '6');
    await program.printed('listening on');
    await ping(2);
    for (let sent = 0; sent < 3; sent += 1) {
      await sendUdp(lab.host('left'), lab.host('right'), Uint8Array.of(1), { port: 53 });
    }
    expect(await program.exit()).toBe(0);
    const frames = (...words: string[]): number => Number.parseInt(run('read', path, '--count', ...words).stdout, 10);
    expect(frames()).toBe(6);
    expect(frames('icmp') + frames('not', 'icmp')).toBe(6);
    expect(run('read', path, '-n', '-t', '-c', '1', 'icmp').stdout).toMatch(
      /^IP 10\.1\.1\.1 > 10\.1\.1\.2: ICMP echo request/,
    );

    const copy = folder.file('copy.pcap');
    expect(run('read', path, '-w', copy, '--nano', 'icmp').status).toBe(0);
    expect(await readPackets(copy)).toEqual((await readPackets(path)).filter(({ bytes }) => bytes[23] === 1));
    const parts = folder.file('part-%N.pcap.gz');
    expect(run('read', path, '-w', parts, '--rotate-packets', '4', '--stop-files', '2').status).toBe(0);
    const names = ['part-00001.pcap.gz', 'part-00002.pcap.gz'].map((name) => folder.file(name));
    const packets = await Promise.all(names.map((name) => readPackets(name)));
    expect(packets.map(({ length }) => length)).toEqual([4, 2]);
    expect(packets.flat()).toEqual(await readPackets(path));
    expect(run('read', path, '-w', '-', '--stop-size', '0.0002').stderr).toContain(
      'writing stopped: size limit reached (--stop-size 0.0002)',
    );
    expect(run('read', path, '-C', '1').stderr).toContain('-C needs -w FILE');
    expect(run('read', path, '-w', path).stderr).toContain(
      `cannot write to ${path}: it is the file that is being read`,
    );
    symlinkSync(path, folder.file('a-00001.pcap'));
    linkSync(path, folder.file('b-00001.pcap'));
    expect(run('read', path, '-w', folder.file('a-00001.pcap')).status).toBe(2);
    expect(run('read', path, '-w', folder.file('b-%N.pcap'), '-C', '1', '--overwrite').status).toBe(2);
    expect(await readPackets(path)).toHaveLength(6);
  });

  test('a damaged file: what stands before the damage, then the error, 6', async () => {
    using folder = new TestFolder();
    const path = folder.file('ours.pcap');
    await using program = tapline('capture', '-i', 'eth0', '-w', path, '-c', '4', 'icmp');
    await program.printed('listening on');
    await ping(2);
    await program.exit();
    writeFileSync(folder.file('cut.pcap'), readFileSync(path).subarray(0, -5));
    const cut = run('read', folder.file('cut.pcap'), '-n');
    expect(cut.stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(cut.stderr).toContain(
      `\ntapline: ${folder.file('cut.pcap')}: at offset 366: the file ends in a record's data: 114 bytes expected, 109 left\n`,
    );
    expect(cut.status).toBe(6);
    expect(run('read', folder.file('missing.pcap')).status).toBe(1);
  });

  test.each([
    ['.', 1, 'cannot read .: it is a directory'],
    [`${MAIN}/x`, 1, `cannot open ${MAIN}/x: a part of its path is not a directory`],
    [MAIN, 6, `${MAIN}: not a capture file: neither PCAP nor PCAPNG`],
    ['/dev/null', 6, '/dev/null: the file is empty'],
    ['-', 6, 'standard input: not a capture file: neither PCAP nor PCAPNG'],
  ])('what cannot be read is named, with the reason: %s', (file, status, message) => {
    const input = new TextEncoder().encode('GIF89a, and more of it');
    expect(runWith(input, 'read', file)).toMatchObject({ status, stderr: `tapline: ${message}\n` });
  });

  test('lines that the disk has no room for: 5; a reader that goes away is no failure', () => {
    using folder = new TestFolder();
    const path = folder.file('many.pcap');
    const frames = Array.from({ length: 10_000 }, (_, second) => [second, 0, 60, 60, new Uint8Array(60)] as const);
    writeFileSync(path, buildPcap({ records: frames }));
    const runInShell = (command: string) => spawnSync('bash', ['-o', 'pipefail', '-c', command], { encoding: 'utf8' });
    const full = runInShell(`${process.execPath} ${MAIN} read ${path} > /dev/full`);
    expect(full.status).toBe(5);
    expect(full.stderr).toMatch(/^tapline: cannot write to standard output: the disk is full$/m);
    const gone = runInShell(`${process.execPath} ${MAIN} read ${path} | head -n 1`);
    expect([gone.status, gone.stdout.split('\n').length]).toEqual([0, 2]);
    expect(gone.stderr).not.toContain('tapline:');
  });

  test('a signal ends the wait for a pipe that nobody writes to', async () => {
    using folder = new TestFolder();
    const path = folder.file('pipe');
    execFileSync('mkfifo', [path]);
    const records = [[1, 0, 60, 60, new Uint8Array(60)]] as const;
    writeFileSync(folder.file('one.pcap'), buildPcap({ records }));
    const hold = `exec 3<>${path}; cat ${folder.file('one.pcap')} >&3; exec "$@"`; // the shell's descriptor is a writer
    const words = ['-c', hold, 'sh', process.execPath, MAIN, 'read', path, '-n'];
    await using program = new LabProcess(lab.host('right'), 'sh', words);
    await program.printed('reading from');
    program.child.kill('SIGINT');
    expect(await program.exit()).toBe(0);
    expect(program.standardOutput.toString().split('\n')).toHaveLength(2);
  });
});

describe('interfaces', () => {
  test('lists what the host has, as a table and as JSON', async () => {
    await using table = tapline('interfaces');
    expect(await table.exit()).toBe(0);
    expect(table.standardOutput.toString()).toMatch(/eth0 +up +02:00:00:00:00:02 +1500 +EN10MB +veth +10\.1\.1\.2\/24/);
    await using json = tapline('interfaces', '--json');
    expect(await json.exit()).toBe(0);
    const list = JSON.parse(json.standardOutput.toString()) as { name: string; mac: string }[];
    expect(list.find(({ name }) => name === 'eth0')?.mac).toBe('02:00:00:00:00:02');
  });
});

describe('demo', () => {
  test('captures real traffic, leaves a PCAP that tcpdump reads, and says what next', () => {
    using folder = new TestFolder();
    const path = folder.file('demo.pcap');
    const { stdout, status } = run('demo', '--write', path);
    expect(status).toBe(0);
    expect(stdout).toMatch(/IP 10\.1\.1\.1 > 10\.1\.1\.2: ICMP echo request/);
    expect(stdout).toMatch(/10\.1\.1\.2\.25: Flags \[S\]/);
    expect(stdout).not.toContain('IP6');
    const [, captured] = /(\d+) packets captured/.exec(stdout) ?? [];
    expect(stdout).toContain(`Read back from ${path}: ${captured} packets.`);
    expect(stdout).toContain(`tapline read ${path} -v tcp port 25  `);
    expect(existsSync(path)).toBe(true);
    const tcpdump = requirePeer('tcpdump');
    if (tcpdump === undefined) return;
    const counted = execFileSync(tcpdump, ['--count', '-r', path], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(counted).toBe(`${captured} packets\n`);
  });
});
