/** `tapline capture --trigger` on real frames; peers read its files. @module */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, sendFrames, twoHosts } from '../../src/lab/index.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { tapline } from '../support/cli-lab.ts';
import { eventually } from '../support/eventually.ts';
import type { LabProcess } from '../support/lab-process.ts';
import { requirePeer } from '../support/peers.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts({ staticNeighbours: true }));
});
afterAll(() => lab.close());

/** A flight recorder on right's eth0. */
function recorder(path: string, ...words: string[]): LabProcess {
  return tapline(lab.host('right'), 'capture', '-i', 'eth0', '-w', path, '-B', '4', ...words);
}

/** A frame that no kernel answers, with its number inside; of the EtherType 0x88b6 when it is to be a trigger. */
function numbered(number: number, isTrigger = false): Uint8Array {
  const frame = new Uint8Array(60);
  frame.set([2, 0, 0, 0, 0, 0x99, 2, 0, 0, 0, 0, 1, 0x88, isTrigger ? 0xb6 : 0xb5, number]);
  return frame;
}

/** A UDP datagram to port 514, which is the trigger of some windows. */
function syslog(): Uint8Array {
  const frame = taggedFrame([], 8);
  frame.set([514 >> 8, 514 & 0xff], 36);
  return frame;
}

/** Sends frames at once: a window of a few tenths of a second holds all of them, however slow this process is. */
function send(...frames: readonly Uint8Array[]): void {
  sendFrames(lab.host('left'), 'eth0', frames);
}

/** The files that it wrote, by name, each as the numbers in its frames. */
async function contents(folder: TestFolder): Promise<number[][]> {
  const names = readdirSync(folder.path).sort();
  return Promise.all(
    names.map(async (name) => (await readPackets(folder.file(name))).map(({ bytes }) => bytes[14] ?? 0)),
  );
}

describe('capture --trigger', () => {
  test('writes the past, the trigger and what follows, with a remark that peers show', async () => {
    using folder = new TestFolder();
    const words = ['--before', '1', '--after', '0.3', '--trigger', 'ether proto 0x88b6', '--max-triggers', '1'];
    await using program = recorder(folder.file('trouble.pcapng'), ...words, 'ether proto 0x88b5 or ether proto 0x88b6');
    await program.printed('listening on');
    send(numbered(1));
    await sleep(1_500); // more than --before
    send(numbered(2), numbered(3, true), numbered(4));
    await sleep(700); // more than --after
    send(numbered(5));
    expect(await program.exit()).toBe(0);
    expect(await contents(folder)).toEqual([[2, 3, 4]]);
    const [name = ''] = readdirSync(folder.path);
    expect(name).toMatch(/^trouble-00001-\d{8}T\d{6}\.pcapng$/);
    expect(program.standardError).toMatch(/trigger 1 \(ether proto 0x88b6\) at \S+Z\n/);
    await using reading = tapline(lab.host('right'), 'read', folder.file(name));
    expect(await reading.exit()).toBe(0);
    expect(reading.standardOutput.toString()).toMatch(/^.*\n.* \[comment: trigger 1: ether proto 0x88b6\]\n.*\n$/);
    expect(program.standardError).toContain(`tapline: 3 packets in ${folder.file(name)}\n`);
    expect(program.standardError).toContain('capture stopped: trigger limit reached (--max-triggers ');
    expect(program.standardError).toContain('1 triggers, 3 packets written to 1 files\n');
    expect(program.standardError).toMatch(/0 evicted early, 0 dropped because the history was full\n$/);
    const tshark = requirePeer('tshark');
    if (tshark !== undefined) {
      const fields = ['-T', 'fields', '-e', 'frame.number', '-e', 'frame.comment', '-e', 'frame.interface_name'];
      const text = execFileSync(tshark, ['-r', folder.file(name), ...fields], { encoding: 'utf8', stdio: 'pipe' });
      expect(text).toBe('1\t\teth0\n2\ttrigger 1: ether proto 0x88b6\teth0\n3\t\teth0\n');
    }
    const tcpdump = requirePeer('tcpdump');
    if (tcpdump === undefined) return;
    const text = execFileSync(tcpdump, ['-r', folder.file(name), '-t', '-e'], { encoding: 'utf8', stdio: 'pipe' });
    expect(text.match(/02:00:00:00:00:01 .* > 02:00:00:00:00:99/g)).toHaveLength(3);
  });

  test('several windows are several files, until Ctrl-C; a filter keeps other frames out', async () => {
    using folder = new TestFolder();
    const words = ['--before', '0.1', '--after', '0.1', '--trigger', 'udp port 514', '--trigger', 'ether[14] = 9'];
    await using program = recorder(folder.file('trouble'), ...words, 'udp or ether proto 0x88b5');
    await program.printed('listening on');
    send(numbered(1, true), numbered(9));
    await program.printed('trigger 1 (ether[14] = 9)');
    await sleep(600); // more than --after and --before
    send(numbered(2), syslog());
    await program.printed('trigger 2 (udp port 514)');
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
    expect((await contents(folder)).map((numbers) => numbers.length)).toEqual([1, 2]);
    expect(readdirSync(folder.path).every((name) => name.endsWith('.pcapng'))).toBe(true);
  });

  test('SIGALRM is a trigger, SIGUSR1 shows the counters; the past in MiB', async () => {
    using folder = new TestFolder();
    const words = ['--before', '1MiB', '--after', '1', '--trigger', 'arp', '--max-triggers', '1'];
    await using program = recorder(folder.file('trouble.pcapng'), ...words, 'ether proto 0x88b5');
    await program.printed('listening on');
    send(...[1, 2, 3, 4, 5].map((number) => numbered(number)));
    await eventually(() => {
      program.signal('SIGUSR1');
      expect(program.standardError).toContain('5 packets in memory');
    });
    program.signal('SIGALRM');
    await program.printed('trigger 1 (SIGALRM)');
    send(numbered(6));
    expect(await program.exit()).toBe(0);
    expect(await contents(folder)).toEqual([[1, 2, 3, 4, 5, 6]]);
  });

  test('two interfaces, one with another link type, in one file in the order of time', async () => {
    using folder = new TestFolder();
    const words = ['--before', '5', '--after', '0.3', '--trigger', 'udp port 514', '--max-triggers', '1'];
    await using program = tapline(
      lab.host('right'),
      ...['capture', '-i', 'eth0 ether proto 0x88b5', '-i', 'any udp', '-w', folder.file('both.pcapng'), '-B', '4'],
      ...words,
    );
    await program.printed('listening on any');
    send(numbered(1), taggedFrame([], 8), numbered(2), syslog(), numbered(3));
    expect(await program.exit()).toBe(0);
    const [name = ''] = readdirSync(folder.path);
    const packets = await readPackets(folder.file(name));
    expect(packets.map(({ interfaceIndex }) => interfaceIndex)).toEqual([0, 1, 0, 1, 0]);
    const times = packets.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort((one, other) => (one < other ? -1 : 1)));
    const tshark = requirePeer('tshark');
    if (tshark === undefined) return;
    const fields = ['-T', 'fields', '-e', 'frame.interface_name', '-e', 'frame.comment', '-e', 'udp.dstport'];
    const text = execFileSync(tshark, ['-r', folder.file(name), ...fields], { encoding: 'utf8', stdio: 'pipe' });
    expect(text).toBe('eth0\t\t\nany\t\t9\neth0\t\t\nany\ttrigger 1: udp port 514\t514\neth0\t\t\n');
  });

  test('rotated and packed: each file by itself is whole, as gzip and tshark see it', async () => {
    using folder = new TestFolder();
    const words = ['--before', '5', '--after', '0.2', '--trigger', 'ether proto 0x88b6', '--max-triggers', '1'];
    const name = folder.file('trouble-%N.pcapng.gz');
    await using program = recorder(name, ...words, '--rotate-packets', '2', 'ether proto 0x88b5 or ether proto 0x88b6');
    await program.printed('listening on');
    send(...[1, 2, 3, 4].map((number) => numbered(number)), numbered(5, true));
    expect(await program.exit()).toBe(0);
    expect(readdirSync(folder.path).sort()).toEqual([1, 2, 3].map((number) => `trouble-0000${number}.pcapng.gz`));
    expect(await contents(folder)).toEqual([[1, 2], [3, 4], [5]]);
    for (const file of readdirSync(folder.path)) {
      const bytes = gunzipSync(readFileSync(folder.file(file)));
      expect(bytes.readUInt32LE(0)).toBe(0x0a0d0d0a);
    }
    const tshark = requirePeer('tshark');
    if (tshark === undefined) return;
    const last = ['-r', folder.file('trouble-00003.pcapng.gz'), '-T', 'fields', '-e', 'frame.comment'];
    expect(execFileSync(tshark, last, { encoding: 'utf8', stdio: 'pipe' })).toBe('trigger 1: ether proto 0x88b6\n');
  });

  test('a ring keeps the newest windows; a number of files ends it', async () => {
    using folder = new TestFolder();
    const words = ['--before', '0', '--after', '0', '--trigger', 'ether proto 0x88b6'];
    const filter = 'ether proto 0x88b5 or ether proto 0x88b6';
    await using ring = recorder(folder.file('ring.pcapng'), ...words, '--ring', '2', '--max-triggers', '3', filter);
    await ring.printed('listening on');
    for (const number of [1, 2, 3]) {
      send(numbered(number, true), numbered(9));
      await ring.printed(`trigger ${number} (`);
    }
    expect(await ring.exit()).toBe(0);
    expect(await contents(folder)).toEqual([[2], [3]]);

    using other = new TestFolder();
    await using ended = recorder(other.file('end.pcapng'), ...words, '--stop-files', '1', filter);
    await ended.printed('listening on');
    send(numbered(1, true), numbered(9));
    expect(await ended.exit()).toBe(0);
    expect(ended.standardError).toContain('capture stopped: file limit reached (');
    expect(await contents(other)).toEqual([[1]]);
  });

  test('a folder that is not there is said at once, not when the trigger comes', async () => {
    await using program = recorder('/nowhere/trouble.pcapng', '--trigger', 'icmp');
    expect(await program.exit()).toBe(1);
    expect(program.standardError).toContain('cannot create /nowhere/trouble.pcapng: there is no directory /nowhere');
  });

  test.each([
    [['--before', '3'], '--before needs --trigger EXPRESSION'],
    [['--trigger', 'icmp'], '--trigger writes files; name them with -w FILE'],
    [['--trigger', 'icmp', '-w', 'x', '-c', '1'], '-c and --trigger exclude each other; use --max-triggers'],
    [['--trigger', 'icmp', '-w', 'x', '--stats', '-'], '--stats and --trigger exclude each other'],
    [['--trigger', 'icmp', '-w', 'x', '--threads', '2'], '--trigger and --threads need --merge'],
    [['--trigger', 'icmp', '-w', 'x.pcap'], 'use a name that ends in .pcapng, not x.pcap'],
    [
      ['--trigger', 'icmp', '-w', 'x', '--before', '9MiB', '--history', '64'],
      '--history and --before in MiB exclude each other',
    ],
    [['--trigger', 'tpc', '-w', 'x'], 'tpc'],
  ])('%j is a mistake', async (words, message) => {
    await using program = tapline(lab.host('right'), 'capture', '-i', 'eth0', ...words);
    expect(await program.exit()).toBe(2);
    expect(program.standardError).toContain(message);
  });
});
