/** What `tapline capture -w` leaves in a folder while real frames come: series, rings, packed files, programs after them. @module */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLab, type Lab, openFrameSender, pingAddress, twoHosts } from '../../src/lab/index.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { captureOnDisk, smallDisk } from '../support/disk-capture.ts';
import { eventually } from '../support/eventually.ts';
import { LabProcess } from '../support/lab-process.ts';
import { requirePeer } from '../support/peers.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const FRAME = 1000;
/** Where a frame's number is: at the end of its headers. */
const NUMBER = 42;

let lab: Lab;
let folder: TestFolder;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());
beforeEach(() => {
  folder = new TestFolder();
  return () => folder[Symbol.dispose]();
});

async function startCapture(...words: string[]): Promise<LabProcess> {
  const program = new LabProcess(lab.host('right'), process.execPath, [MAIN, 'capture', '-i', 'eth0', ...words]);
  await program.printed('listening on');
  return program;
}

async function ended(program: LabProcess): Promise<number> {
  program.signal('SIGINT');
  return program.exit();
}

/** Sends numbered frames, `first` and those after it, with a pause of milliseconds now and then. */
async function flood(count: number, { first = 0, random = false, pause = 20 } = {}): Promise<void> {
  using sender = openFrameSender(lab.host('left'), 'eth0');
  const frame = taggedFrame([], FRAME - NUMBER);
  const noise = random ? randomBytes(1 << 20) : undefined; // far more than a packer looks back
  const view = new DataView(frame.buffer);
  for (let sent = 0; sent < count; sent += 1) {
    if (noise !== undefined) frame.set(noise.subarray((sent * FRAME) % (1 << 19)).subarray(0, FRAME - NUMBER), NUMBER);
    view.setUint32(NUMBER, first + sent);
    sender.send(frame);
    if (sent % 5000 === 4999) await sleep(pause); // the lab's wire is as fast as this loop
  }
}

/** What /proc says of a process. */
function statusOf(pid: number): Readonly<Record<string, string>> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(':\t') as [string, string]));
}

/** Files that a process has open. */
function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
    } catch {
      return []; // closed meanwhile
    }
  });
}

const names = (): string[] => readdirSync(folder.path).sort();

async function numbersOf(name: string): Promise<number[]> {
  const packets = await readPackets(folder.file(name));
  return packets.map(({ bytes }) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(NUMBER));
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('rotation', () => {
  test.each([
    ['PCAP, straight to the disk', 'pcap', []],
    ['PCAPNG, straight to the disk', 'pcapng', []],
    ['PCAP through the page cache', 'pcap', ['-U']],
  ])('under load loses nothing: %s', async (_way, kind, words) => {
    const count = 40_000;
    await using program = await startCapture(
      '-w',
      folder.file(`a.${kind}`),
      '-C',
      '1M',
      '-B',
      '64',
      ...words,
      'udp port 9',
    );
    await flood(count);
    await framesDelivered();
    expect(await ended(program)).toBe(0);
    expect(program.standardError).toContain('0 packets dropped by kernel');
    expect(program.standardError).toContain(`${count} packets captured`);
    const numbers: number[] = [];
    for (const name of names()) {
      expect(statSync(folder.file(name)).size).toBeLessThanOrEqual(1 << 20);
      numbers.push(...(await numbersOf(name)));
    }
    expect(names().length).toBeGreaterThanOrEqual(Math.ceil((count * (FRAME + 16)) / (1 << 20)));
    expect(numbers).toEqual(upTo(count));
  });

  test('by tcpdump’s letters: -C and -W make a ring that tcpdump reads, beside files that are not its own', async () => {
    writeFileSync(folder.file('a-00000.pcap'), 'foreign');
    const count = 20_000;
    const words = ['-w', folder.file('a.pcap'), '-C', '1', '-W', '3', '-B', '64', '--nano', 'udp port 9'];
    await using program = await startCapture(...words);
    await flood(count);
    await framesDelivered();
    expect(await ended(program)).toBe(0);
    const [foreign, ...ring] = names();
    expect(foreign).toBe('a-00000.pcap');
    expect(String(readFileSync(folder.file('a-00000.pcap')))).toBe('foreign');
    expect(ring).toHaveLength(3);
    const perFile = Math.floor((1_000_000 - 24) / (FRAME + 16));
    expect(ring.at(-1)).toBe(`a-${String(Math.ceil(count / perFile)).padStart(5, '0')}.pcap`);
    const numbers = (await Promise.all(ring.map(numbersOf))).flat();
    expect(numbers).toEqual(upTo(count).slice(-numbers.length));
    expect(numbers.length).toBeGreaterThan(2 * perFile);
    const tcpdump = requirePeer('tcpdump');
    if (tcpdump === undefined) return;
    for (const name of ring) {
      const { stdout, status } = spawnSync(tcpdump, ['--count', '-r', folder.file(name)], { encoding: 'utf8' });
      expect([status, stdout]).toEqual([0, `${(await numbersOf(name)).length} packets\n`]);
    }
  });

  test('-G with -W ends after so many files, each of its time, closed also while nothing comes', async () => {
    await using program = await startCapture('-w', folder.file('%s.pcap'), '-G', '1', '-W', '2', 'icmp');
    await pingAddress(lab.host('left'), '10.1.1.2');
    await eventually(() => expect(openFiles(program.pid).filter((path) => path.endsWith('.pcap'))).toEqual([]));
    expect(names()).toHaveLength(1);
    await pingAddress(lab.host('left'), '10.1.1.2');
    expect(await program.exit()).toBe(0); // by itself
    expect(program.standardError).toContain('capture stopped: file limit reached (-W');
    expect(names()).toHaveLength(2);
    for (const name of names()) expect(await readPackets(folder.file(name))).toHaveLength(2);
  });

  test('-C, -G and -W together are a ring, too', async () => {
    const words = ['-w', folder.file('a.pcap'), '-C', '1M', '-G', '1', '-W', '2', 'udp port 9'];
    await using program = await startCapture(...words);
    for (let second = 0; second < 3; second += 1) {
      await flood(500, { first: second * 500 });
      await sleep(1100);
    }
    expect(await ended(program)).toBe(0);
    expect(names()).toEqual(['a-00002.pcap', 'a-00003.pcap']);
    expect((await Promise.all(names().map(numbersOf))).flat()).toEqual(upTo(1500).slice(500));
  });
});

describe('a next file that cannot be begun', () => {
  test('because the folder was removed: an error that says so, and the counters; what is open is finished', async () => {
    const words = ['-w', folder.file('sub/a-%N.pcap'), '--rotate-packets', '10', 'udp port 9'];
    mkdirSync(folder.file('sub'));
    await using program = await startCapture(...words);
    await flood(15);
    await eventually(() => expect(readdirSync(folder.file('sub'))).toHaveLength(2));
    renameSync(folder.file('sub'), folder.file('moved'));
    await flood(10, { first: 15 });
    expect(await program.exit()).toBe(1);
    expect(program.standardError).toContain(`cannot create ${folder.file('sub/a-00003.pcap')}`);
    expect(program.standardError).toMatch(/\n20 packets captured\n25 packets received/);
    expect(await numbersOf('moved/a-00001.pcap')).toEqual(upTo(10));
    expect(await numbersOf('moved/a-00002.pcap')).toEqual(upTo(20).slice(10));
  });

  // 64 frames are 65,048 bytes, 16 pages of a tmpfs that has 48: three files fill it, and the fourth finds nothing. Packed
  // they are less than a page, so the first file fills a tmpfs of one page.
  test.each([
    ['a.pcap', '192k', 3],
    ['a.pcap.gz', '4k', 1],
  ])(
    'because the disk is full to the last page: 5, all files are whole, none is empty: %s',
    async (name, size, fits) => {
      const disk = { folder, disk: smallDisk(size), words: `-w ${name} -C 64K --min-free 0 udp port 9` };
      await using program = await captureOnDisk(lab.host('right'), disk);
      const files = ['00001', '00002', '00003'].slice(0, fits).map((number) => name.replace('a', `a-${number}`));
      const seen = `/proc/${program.pid}/root${folder.file('disk')}`; // the disk is mounted in the program's namespace alone
      await flood(3 * 64);
      await eventually(async () => {
        if (!program.hasEnded) expect(await readPackets(`${seen}/${files.at(-1)}`)).toHaveLength(64);
      });
      await flood(100, { first: 3 * 64 });
      expect(await program.exit()).toBe(5);
      expect(program.standardError).toContain('the disk is full');
      expect(readdirSync(folder.file('kept')).sort()).toEqual(files);
      const numbers = await Promise.all(files.map((file) => numbersOf(`kept/${file}`)));
      expect(numbers.flat()).toEqual(upTo(fits * 64));
      expect(program.standardError).toContain(`\n${fits * 64} packets captured\n`);
    },
  );
});

describe('ends', () => {
  test.each([
    ['-c 100', ['-c', '100'], 'frame limit reached \\(-c 100\\)', [100]],
    ['--stop-size', ['--stop-size', '0.1'], 'size limit reached \\(--stop-size 0.1\\)', [98]],
    [
      '--stop-files',
      ['--stop-files', '3', '--rotate-packets', '7'],
      'file limit reached \\(--stop-files 3\\)',
      [7, 7, 7],
    ],
    ['--quota', ['--quota', '0.05', '-C', '0.02'], 'size limit reached \\(--quota 0.05\\)', [19, 19, 11]],
  ])('%s', async (_option, words, why, frames) => {
    await using program = await startCapture('-w', folder.file('a.pcap'), ...words, 'udp port 9');
    await flood(300);
    expect(await program.exit()).toBe(0);
    expect(program.standardError).toMatch(
      new RegExp(`capture stopped: .*${why}.*\n${frames.reduce((a, b) => a + b)} packets captured`),
    );
    const found = await Promise.all(names().map(numbersOf));
    expect(found.map((numbers) => numbers.length)).toEqual(frames);
    expect(found.flat()).toEqual(upTo(found.flat().length));
  });
});

describe('packed files', () => {
  test('are read by gunzip, tshark and ourselves, and lose nothing while they keep up', async () => {
    const count = 20_000;
    await using program = await startCapture('-w', folder.file('a.pcap.gz'), '-C', '8M', 'udp port 9');
    await flood(count);
    await framesDelivered();
    expect(await ended(program)).toBe(0);
    expect(program.standardError).toContain('0 packets dropped by kernel');
    expect(names()).toEqual(['a-00001.pcap.gz', 'a-00002.pcap.gz', 'a-00003.pcap.gz']);
    expect((await Promise.all(names().map(numbersOf))).flat()).toEqual(upTo(count));
    expect(statSync(folder.file('a-00001.pcap.gz')).size).toBeLessThan(1 << 20); // 8 MiB of nearly the same
    // -C counts before compression, as its help says.
    const unpacked = gunzipSync(readFileSync(folder.file('a-00001.pcap.gz'))).length;
    expect(8 * (1 << 20) - unpacked).toBeLessThan(FRAME + 16);
    expect(unpacked).toBeLessThanOrEqual(8 * (1 << 20));
    const help = spawnSync(process.execPath, [MAIN, 'capture', '--help'], { encoding: 'utf8' }).stdout;
    expect(help).toMatch(/-C, --rotate-size\s+begin a new file before this one exceeds SIZE, before\s+compression/);
    const tshark = requirePeer('tshark');
    if (tshark === undefined) return;
    const words = ['-r', folder.file('a-00003.pcap.gz'), '-T', 'fields', '-e', 'frame.number'];
    const lines = execFileSync(tshark, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trimEnd();
    expect(lines.split('\n')).toHaveLength((await numbersOf('a-00003.pcap.gz')).length);
  });

  test('that do not keep up leave the rest to the ring, and what it cannot hold is counted', async () => {
    const count = 60_000;
    await using program = await startCapture('-w', folder.file('a.pcap.gz'), '-B', '2', 'udp port 9');
    await flood(count, { random: true, pause: 0 });
    await program.counted(count);
    const { VmHWM = '' } = statusOf(program.pid);
    expect(await ended(program)).toBe(0);
    const { captured, received, dropped } = program.counters;
    expect([received, captured + dropped]).toEqual([count, count]);
    const numbers = await numbersOf('a.pcap.gz');
    expect(numbers).toHaveLength(captured);
    expect(numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))).toBe(true);
    expect(Number.parseInt(VmHWM, 10)).toBeLessThan(300_000); // of 60 MB that came, in kB
  });

  test('through a pipe', async () => {
    await using program = await startCapture('-w', '-', '--compress', 'gzip', '-c', '50', 'udp port 9');
    await flood(50);
    expect(await program.exit()).toBe(0);
    writeFileSync(folder.file('a.pcap'), gunzipSync(program.standardOutput));
    expect(await numbersOf('a.pcap')).toEqual(upTo(50));
  });

  test('zstd where this Node has it, else an error that says what has', async () => {
    const words = [MAIN, 'capture', '-i', 'lo', '-w', folder.file('a.pcap.zst'), '--duration', '0.1'];
    const { stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major > 22 || (major === 22 && minor >= 15)) expect(status).toBe(0);
    else expect(stderr).toMatch(/zstd needs Node 22\.15 or newer; this is v.*; use gzip/);
  });
});

describe('a reader of the growing file', () => {
  test.each([
    ['straight to the disk', 'a.pcap', []],
    ['in PCAPNG', 'a.pcapng', []],
    ['packed', 'a.pcap.gz', []],
    ['through the page cache', 'a.pcap', ['-U']],
    ['packed, at once', 'a.pcap.gz', ['-U']],
  ])('sees whole records soon: %s', async (_way, name, words) => {
    await using program = await startCapture('-w', folder.file(name), ...words, 'udp port 9');
    await flood(7);
    await eventually(async () => expect(await numbersOf(name)).toEqual(upTo(7)));
    await flood(5000, { first: 7 });
    await eventually(async () => expect(await numbersOf(name)).toEqual(upTo(5007)));
    expect(await ended(program)).toBe(0);
    expect(await numbersOf(name)).toEqual(upTo(5007));
  });

  test('need not wait after SIGUSR2', async () => {
    await using program = await startCapture('-w', folder.file('a.pcap.gz'), 'udp port 9');
    await flood(7);
    await program.counted(7);
    program.signal('SIGUSR2');
    await eventually(async () => expect(await numbersOf('a.pcap.gz')).toEqual(upTo(7)));
    expect(await ended(program)).toBe(0);
  });
});

describe('a program after each file', () => {
  test('gets the file as one argument, whatever its name; its failure is a warning', async () => {
    const name = "a $(touch x); '%N'.pcap";
    const script = 'printf "%s|" "$@" >> "$0.log"; case "$2" in *00002*) exit 3;; esac';
    const words = ['-w', folder.file(name), '--rotate-packets', '2', '-z', 'sh'];
    const each = ['-c', script, folder.file('hook'), 'file:', '{}'].map((word) => `--on-rotate-argument=${word}`);
    await using program = await startCapture(...words, ...each, '-c', '5', 'udp port 9');
    await flood(5);
    expect(await program.exit()).toBe(0);
    const said = readFileSync(folder.file('hook.log'), 'utf8').split('|').slice(0, -1);
    const files = [1, 2, 3].map((number) => folder.file(`a $(touch x); '0000${number}'.pcap`));
    expect(said.filter((word) => word !== 'file:').sort()).toEqual(files);
    expect(program.standardError).toContain('failed: status 3');
    expect(names()).toHaveLength(4);
  });

  test.each([
    ['one', 1, []],
    ['those of threads', 2, ['--threads', '2']],
  ])(
    'that does not end is waited for; it is said, and a further Ctrl-C leaves it to itself: %s',
    async (_, count, threads) => {
      const words = [...threads, '-w', folder.file('a.pcap'), '-z', 'sh', '-c', '1', 'udp port 9'];
      const each = ['-c', `echo $$ >> ${folder.file('pids')}; exec sleep 600`].map(
        (word) => `--on-rotate-argument=${word}`,
      );
      await using program = await startCapture(...words, ...each);
      await flood(1);
      await program.printed('waiting for sh (1 file); press Ctrl-C to exit without waiting');
      await program.printed('0 packets dropped by kernel');
      const hooks = readFileSync(folder.file('pids'), 'utf8').trimEnd().split('\n').map(Number);
      expect(hooks).toHaveLength(count);
      try {
        expect(program.standardError).toContain('1 packet captured');
        program.signal('SIGUSR1'); // is answered still
        const again = /1 packet captured.*1 packet captured/s;
        await eventually(() => expect(program.standardError).toMatch(again));
        const exit = once(program.child, 'exit'); // `close` comes when the hook, too, has closed its standard error
        program.signal('SIGINT');
        expect(await exit).toEqual([null, 'SIGINT']);
        for (const hook of hooks) expect(statusOf(hook)['Name']).toBe('sleep');
      } finally {
        for (const hook of hooks) process.kill(hook);
      }
    },
  );

  test('goes on when Ctrl-C ends the capture, which a terminal sends to the whole group', async () => {
    const script = `echo begun >> ${folder.file('log')}; sleep 0.5; echo done >> ${folder.file('log')}`;
    const each = ['-c', script].map((word) => `--on-rotate-argument=${word}`);
    const words = ['capture', '-i', 'eth0', '-w', folder.file('a.pcap'), '--rotate-packets', '1', '-z', 'sh', ...each];
    const leader = [process.execPath, MAIN, ...words, 'udp port 9'];
    await using program = new LabProcess(lab.host('right'), 'setsid', leader); // which has its place then
    await program.printed('listening on');
    await flood(1);
    await eventually(() => expect(names()).toContain('log'));
    process.kill(-program.pid, 'SIGINT');
    expect(await program.exit()).toBe(0);
    expect(readFileSync(folder.file('log'), 'utf8')).toBe('begun\ndone\n');
    expect(program.standardError).not.toContain('ended with');
  });

  test('that is gone when the file is closed is a warning', async () => {
    const hook = folder.file('hook');
    writeFileSync(hook, '#!/bin/sh\n', { mode: 0o755 });
    await using program = await startCapture('-w', folder.file('a.pcap'), '-z', hook, '-c', '1', 'udp port 9');
    rmSync(hook);
    await flood(1);
    expect(await program.exit()).toBe(0);
    const reason = 'no such file or directory';
    expect(program.standardError).toContain(`cannot run ${hook} for ${folder.file('a.pcap')}: ${reason}\n`);
  });

  test.each([
    ['nosuch-program', 'no such program in PATH; specify its path'],
    ['/no/such/program', 'no such file or directory'],
    ['/etc/passwd', 'permission denied'],
    ['/etc', 'it is not a file'],
  ])('that cannot be run is an error before the capture starts: %s', (hook, reason) => {
    for (const threads of [[], ['--threads', '2'], ['--trigger', 'udp']]) {
      const words = ['capture', '-i', 'lo', '-w', 'a.pcapng', '-z', hook, ...threads];
      const options = { encoding: 'utf8', cwd: folder.path, timeout: 20_000 } as const;
      const { status, stderr } = spawnSync(process.execPath, [MAIN, ...words], options);
      expect(stderr).toBe(`tapline: cannot run ${hook} (--on-rotate): ${reason}\n`);
      expect(status).toBe(1);
    }
    expect(names()).toEqual([]);
  });
});

test.each([
  [['-C', '5'], '-C needs -w FILE'],
  [['-w', '-', '-C', '5'], '- is not a regular file; it can be neither rotated nor limited by a quota'],
  [['-w', 'x.pcap', '-W', '5'], 'a number of files (-W, --ring, --stop-files) needs a rotation'],
  [['-w', 'x.pcap', '-C', '5', '-W', '2', '--ring', '3'], '-W means --ring or --stop-files: give only one of them'],
  [['-w', 'x.pcap', '-C', '5Q'], '-C takes a size (millions of bytes, or a number with K, M, G or T), not "5Q"'],
  [['-w', 'x.pcap', '-C', '0'], '-C takes a size (millions'],
  [['-w', 'x-%q.pcap'], '%q in the file name x-%q.pcap is not supported; use %N'],
  [['-w', 'x.pcap', '--aligned'], '--aligned needs -G'],
  [['-w', 'x.pcap', '--min-free', '101%'], ' or a percentage from 0 to 100 %, not "101%"'],
  [['-w', 'x.pcap', '--mode', '888'], '--mode takes three octal digits, 640 for instance, not "888"'],
  [['-w', 'x.pcap', '--group', 'no:such'], '--group: there is no group "no:such" in /etc/group; give its number'],
  [['--mode', '600'], '--mode needs -w FILE'],
  [['-w', 'x.pcapng', '--trigger', 'udp', '--stats', 'y'], '--stats and --trigger exclude each other'],
])('%j does not go together: 2', (words, message) => {
  const all = [MAIN, 'capture', '-i', 'lo', ...words];
  const { stderr, status } = spawnSync(process.execPath, all, { encoding: 'utf8', cwd: folder.path });
  expect(stderr).toContain(message);
  expect(status).toBe(2);
  expect(names()).toEqual([]);
});
