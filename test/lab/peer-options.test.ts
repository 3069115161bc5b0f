/** Runs each command line of the tables in docs/capture.md, and compares what tcpdump does with its options. @module */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, pingAddress, twoHosts } from '../../src/lab/index.ts';
import { buildPcap } from '../support/capture-file.ts';
import { TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { tapline } from '../support/cli-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { LabProcess } from '../support/lab-process.ts';
import { headerOptions } from '../support/pcapng-blocks.ts';
import { optionTable } from '../support/peer-options.ts';
import { requirePeer } from '../support/peers.ts';
import { caughtUp } from '../support/tcpdump.ts';

let lab: Lab;
let folder: TestFolder;
beforeAll(async () => {
  lab = await createLab(twoHosts());
  folder = new TestFolder();
  const frames = [taggedFrame([[0x8100, 5]], 10), taggedFrame([], 20)];
  const file = buildPcap({ records: frames.map((frame, at) => [1, at, frame.length, frame.length, frame]) });
  writeFileSync(folder.file('PCAP'), file);
  writeFileSync(folder.file('LIST'), `${folder.file('PCAP')}\n${folder.file('PCAP')}\n`);
  writeFileSync(folder.file('FILTER'), 'icmp');
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await lab.close();
});

const ping = (count: number): Promise<number> => pingAddress(lab.host('left'), '10.1.1.2', { count });

/** Options that print and end without a capture. */
const INSTEAD = ['-r', '-V', '-D', '-L', '-J', '-d', '-dd', '-ddd', '-h', '--help', '--version'];
/** Options that end a capture. */
const LIMITS = ['-c', '--packets', '--duration', '--stop-size', '--stop-files'];

/** Each command line once; both tables have some. */
const COMMANDS = new Set(
  (['tcpdump', 'dumpcap'] as const).flatMap((peer) => optionTable(peer)).flatMap(({ commands }) => commands),
);

test.each([...COMMANDS])('%s', async (command) => {
  await using program = tapline(lab.host('right'), ...commandLine(command));
  while (!program.hasEnded) {
    await ping(1);
    await sleep(10);
  }
  expect(await program.exit(), program.standardError).toBe(0);
});

/** Completes a command of a table: an interface, a limit and a filter, as far as it lacks them. */
function commandLine(command: string): string[] {
  const names = /\b(FILE|PCAP|LIST|FILTER)\b/g;
  const words = command.replace(names, (name) => folder.file(name)).split(' ');
  if (words[0] === 'tapline') return words.slice(1);
  const has = (options: readonly string[]): boolean => words.some((word) => options.includes(word));
  const isInstead = has(INSTEAD);
  return [
    'capture',
    ...(has(['-i', '-r', '-V']) ? [] : ['-i', 'eth0']),
    ...(isInstead || has(LIMITS) ? [] : ['-c', '1']),
    ...words,
    ...(isInstead || has(['icmp', '-F']) ? [] : ['icmp']),
  ];
}

/** Runs a program to its end, and returns its output; tcpdump writes lists to standard error. */
async function run(
  program: LabProcess,
  stream: 'standardOutput' | 'standardError' = 'standardOutput',
): Promise<string> {
  await using running = program;
  await running.exit();
  return running[stream].toString();
}

const ours = (...words: string[]): Promise<string> => run(tapline(lab.host('right'), ...words));

describe('the same as tcpdump', () => {
  const tcpdump = requirePeer('tcpdump') ?? '';
  // -Z root: another user may not read the files.
  const theirs = (...words: string[]): Promise<string> =>
    run(new LabProcess(lab.host('right'), tcpdump, ['-Z', 'root', ...words]));

  test.skipIf(tcpdump === '')('--count and -V print the same number', async () => {
    const [pcap, list] = [folder.file('PCAP'), folder.file('LIST')];
    expect(await theirs('-r', pcap, '--count')).toBe('2 packets\n');
    for (const words of [
      ['-r', pcap],
      ['-V', list],
      ['-r', pcap, 'vlan'],
      ['-r', pcap, 'arp'],
    ]) {
      const count = await theirs(...words.slice(0, 2), '--count', ...words.slice(2));
      expect(await ours('capture', ...words.slice(0, 2), '--count', ...words.slice(2))).toBe(count);
    }
    expect(await ours('read', '-V', list, '--count', 'vlan')).toBe(await theirs('-V', list, '--count', 'vlan'));
  });

  test.skipIf(tcpdump === '')('-r, -V and --print print the same lines', async () => {
    const [pcap, list, copy] = [folder.file('PCAP'), folder.file('LIST'), folder.file('copy.pcap')];
    const lines = await theirs('-r', pcap, '-n', '-e');
    expect(lines.split('\n')).toHaveLength(3);
    expect(await ours('capture', '-r', pcap, '-n', '-e')).toBe(lines);
    expect(await ours('capture', '-V', list, '-#', '-n')).toBe(await theirs('-V', list, '-#', '-n'));
    expect(await ours('capture', '-r', pcap, '-n', '-e', '--print', '-w', copy)).toBe(lines);
    expect(readFileSync(copy)).toEqual(readFileSync(pcap));
    const joined = folder.file('joined.pcapng');
    await ours('read', '-V', list, '-w', joined);
    expect(await theirs('-r', joined, '--count')).toBe('4 packets\n');
  });

  test.skipIf(tcpdump === '')('-d prints the program of the interface, of the file, or of Ethernet', async () => {
    for (const words of [
      ['-d', 'icmp'],
      ['-dd', '-i', 'eth0', 'icmp'],
      ['-ddd', '-i', 'eth0', '-s', '96', 'icmp'],
      ['-d', '-O', '-y', 'RAW', 'ip'],
      ['-d', '-r', folder.file('PCAP'), 'arp'],
    ]) {
      expect(await ours('capture', ...words)).toBe(await theirs(...words));
    }
    const pcap = folder.file('PCAP');
    expect(await ours('read', pcap, '-dd', 'arp')).toBe(await theirs('-r', pcap, '-dd', 'arp'));
  });

  test.skipIf(tcpdump === '')(
    '-D lists the interfaces in the same order, -L and -J those of an interface',
    async () => {
      const names = (text: string): string[] =>
        Array.from(text.matchAll(/^\d+\.(eth0|any|lo) (.*)$/gm), ([, name = '', rest = '']) => `${name} ${rest}`);
      const list = names(await ours('capture', '-D'));
      expect(list).toHaveLength(3);
      expect(list).toEqual(names(await theirs('-D')));
      const theirTypes = (option: string): Promise<string> =>
        run(new LabProcess(lab.host('right'), tcpdump, [option, '-i', 'eth0']), 'standardError');
      const linkTypes = (await theirTypes('-L')).replace(/ {2}DOCSIS.*\n/, '');
      expect(await ours('capture', '-L', '-i', 'eth0')).toBe(linkTypes);
      expect(await ours('capture', '-J', '-i', 'eth0')).toBe(await theirTypes('-J'));
    },
  );

  test.skipIf(tcpdump === '').each([
    ['eth0', 'in', 3],
    ['eth0', 'out', 3],
    ['eth0', 'inout', 6],
    ['any', 'in', 3],
    ['any', 'out', 3],
  ])('-i %s -Q %s captures as many frames: %i', async (name, direction, count) => {
    const path = folder.file(`${name}-${direction}.pcap`);
    const words = ['-i', name, '-Q', direction];
    await using peer = new LabProcess(lab.host('right'), tcpdump, [
      '-Z',
      'root',
      '-n',
      '--immediate-mode',
      ...words,
      'icmp',
    ]);
    await using lines = tapline(lab.host('right'), 'capture', ...words, '-n', '-t', 'icmp');
    await using file = tapline(lab.host('right'), 'capture', ...words, '--engine', 'wasm', '-w', path, 'icmp');
    for (const program of [peer, lines, file]) await program.printed('listening on');
    await ping(3);
    await framesDelivered();
    await caughtUp(peer, count);
    for (const program of [peer, lines, file]) program.signal('SIGINT');
    for (const program of [peer, lines, file]) expect(await program.exit()).toBe(0);
    const captured = [peer, lines, file].map(({ counters }) => counters.captured);
    expect(captured).toEqual([count, count, count]);
    const isRequest = (line: string): boolean => line.includes('echo request');
    const printed = lines.standardOutput.toString().trimEnd().split('\n');
    expect(printed.filter(isRequest)).toHaveLength(direction === 'out' ? 0 : 3);
  });
});

describe('what tapline says itself', () => {
  test('-i takes a number of -D, and --count the number of a live capture', async () => {
    const [, number = ''] = /^(\d+)\.eth0 /m.exec(await ours('capture', '-D')) ?? [];
    await using program = tapline(lab.host('right'), 'capture', '-i', number, '-c', '4', '--count', 'icmp');
    await program.printed('listening on eth0,');
    await ping(2);
    expect(await program.exit()).toBe(0);
    expect(program.standardOutput.toString()).toBe('4 packets\n');
    await using wrong = tapline(lab.host('right'), 'capture', '-i', '99');
    expect(await wrong.exit()).toBe(4);
    expect(wrong.standardError).toContain('no interface has the number 99; `tapline capture -D` lists them');
  });

  test.each(['adapter', 'adapter_unsynced'])('-j %s on a veth: the host stamps the frames', async (type) => {
    await using program = tapline(lab.host('right'), 'capture', '-i', 'eth0', '-j', type, '-c', '2', '-tt', 'icmp');
    await program.printed('listening on');
    expect(program.standardError).toContain(`eth0 has no timestamps of type ${type}; the host stamps the frames\n`);
    await ping(1);
    expect(await program.exit()).toBe(0);
    const [seconds = ''] = program.standardOutput.toString().split('.');
    expect(Math.abs(Date.now() / 1000 - Number(seconds))).toBeLessThan(3600);
  });

  test.each(['.pcap', '.pcapng'])('--print -w NAME%s prints and writes the same frames', async (extension) => {
    const path = folder.file(`printed${extension}`);
    const words = ['-i', 'eth0', '--print', '-n', '-tt', '--lengths', '-c', '6', '-w', path, 'icmp'];
    await using program = tapline(lab.host('right'), 'capture', ...words);
    await program.printed('listening on');
    await ping(3);
    expect(await program.exit()).toBe(0);
    const printed = program.standardOutput.toString();
    expect(printed).toMatch(/^(caplen 98, len 98, \d+\.\d{6} IP 10\.1\.1\.\d > .*\n){6}$/);
    expect(await ours('read', path, '-n', '-tt', '--lengths')).toBe(printed);
  });
});

test.each([
  ['.pcapng', 'eth0  '],
  ['.pcap', ''], // does not record the interface
])('--print of several interfaces into NAME%s names those that the file names', async (extension, name) => {
  const path = folder.file(`merged${extension}`);
  const words = ['-i', 'lo', '-i', 'eth0', '--print', '-n', '-t', '-c', '2', '-w', path, 'icmp'];
  await using program = tapline(lab.host('right'), 'capture', ...words);
  await program.printed('listening on eth0');
  await ping(1);
  expect(await program.exit()).toBe(0);
  const lines = program.standardOutput.toString().trimEnd().split('\n');
  expect(lines.map((line) => line.replace(/: .*/, ''))).toEqual([
    `${name}IP 10.1.1.1 > 10.1.1.2`,
    `${name}IP 10.1.1.2 > 10.1.1.1`,
  ]);
});

describe('the origin of a PCAPNG file', () => {
  const capinfos = requirePeer('capinfos') ?? '';

  test.skipIf(capinfos === '')('program, machine and interface are those of /sys and uname', async () => {
    const path = folder.file('origin.pcapng');
    // /sys shows the interfaces of the namespace in which it was mounted.
    const script = `
      mount -t sysfs none /sys || exit 9
      ip link set dev eth0 alias 'uplink, rack 3'
      cat /sys/class/net/eth0/address /sys/class/net/eth0/speed >"$1"
      exec "$2" "$3" capture -i eth0 -c 2 --capture-comment 'a comment' -w "$4" icmp`;
    const program = process.execPath;
    const [main = ''] = tapline(lab.host('right'), '--version').child.spawnargs.slice(1);
    const words = ['-m', 'sh', '-c', script, 'sh', folder.file('facts'), program, main, path];
    await using capture = new LabProcess(lab.host('right'), 'unshare', words);
    await capture.printed('listening on');
    await ping(1);
    expect(await capture.exit()).toBe(0);
    const [mac = '', speed = ''] = readFileSync(folder.file('facts'), 'utf8').split('\n');
    const text = spawnSync(capinfos, [path], { encoding: 'utf8' }).stdout;
    const uname = (option: string): string => spawnSync('uname', [option], { encoding: 'utf8' }).stdout.trim();
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(text).toContain(`Capture oper-sys:    ${uname('-s')} ${uname('-r')}\n`);
    expect(text).toContain(`Capture application: tapline ${version}\n`);
    expect(text).toMatch(new RegExp(`Capture hardware: +.*${uname('-m')}\n`));
    expect(text).toContain('Capture comment:     a comment\n');
    for (const line of [
      'Name = eth0',
      'Description = uplink, rack 3',
      'Filter string = icmp',
      'Time precision = nanoseconds (9)',
      `Operating system = ${uname('-s')} ${uname('-r')}`,
      `Speed = ${Number(speed) * 1e6}`,
      'Hardware = veth',
    ]) {
      expect(text).toContain(line);
    }
    expect(headerOptions(readFileSync(path), 1)[6]?.toString('hex')).toBe(mac.replaceAll(':', '')); // if_MACaddr
    const copy = folder.file('origin-copy.pcapng');
    await ours('read', path, '-w', copy);
    const interfacePart = (all: string): string =>
      all.slice(all.indexOf('Interface #0')).replace(/Number of stat.*/s, '');
    expect(interfacePart(spawnSync(capinfos, [copy], { encoding: 'utf8' }).stdout)).toBe(interfacePart(text));
  });

  test('files of threads and of the flight recorder say the same', async () => {
    const [threads, flight] = [folder.file('threads.pcapng'), folder.file('flight-%N.pcapng')];
    for (const words of [
      ['-w', threads, '--threads', '2', '-c', '4'],
      ['-w', flight, '--trigger', 'icmp', '--after', '0.1', '--max-triggers', '1'],
    ]) {
      await using program = tapline(lab.host('right'), 'capture', '-i', 'eth0', ...words, 'icmp');
      await program.printed('listening on');
      await ping(2);
      expect(await program.exit(), program.standardError).toBe(0);
    }
    for (const name of ['threads-0.pcapng', 'threads-1.pcapng', 'flight-00001.pcapng']) {
      const file = readFileSync(folder.file(name));
      const section = headerOptions(file, 0x0a0d0d0a);
      expect(section[4]?.toString(), name).toMatch(/^tapline \d+\.\d+\.\d+$/); // shb_userappl
      expect([section[2]?.length, section[3]?.length], name).not.toContain(undefined); // shb_hardware, shb_os
      const { 2: interfaceName, 6: mac, 8: speed, 12: system } = headerOptions(file, 1);
      expect(interfaceName?.toString(), name).toBe('eth0');
      expect([mac?.length, speed?.readBigUInt64LE(), system?.toString()], name).toEqual([
        6,
        10_000_000_000n, // drivers/net/veth.c, veth_get_link_ksettings: SPEED_10000
        section[3]?.toString(),
      ]);
    }
  });
});
