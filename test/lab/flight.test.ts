/** `tapline capture --trigger` on real frames; peers read its files. @module */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, sendFrames, sendUdp, twoHosts } from '../../src/lab/index.ts';
import { readPackets, TestFolder } from '../support/capture-lab.ts';
import { tapline } from '../support/cli-lab.ts';
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
function send(number: number, isTrigger = false): void {
  const frame = new Uint8Array(60);
  frame.set([2, 0, 0, 0, 0, 0x99, 2, 0, 0, 0, 0, 1, 0x88, isTrigger ? 0xb6 : 0xb5, number]);
  sendFrames(lab.host('left'), 'eth0', [frame]);
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
    await program.said('listening on');
    send(1);
    await sleep(1_500);
    send(2);
    await sleep(100);
    send(3, true);
    send(4);
    await sleep(700);
    send(5);
    expect(await program.exit()).toBe(0);
    expect(await contents(folder)).toEqual([[2, 3, 4]]);
    const [name = ''] = readdirSync(folder.path);
    expect(name).toMatch(/^trouble-00001-\d{8}T\d{6}\.\d{3}Z\.pcapng$/);
    expect(program.standardError).toMatch(
      /trigger 1 \(ether proto 0x88b6\) at \S+: writing .*trouble-00001-.*\.pcapng\n/,
    );
    expect(program.standardError).toContain('1 triggers, 3 packets written to 1 files\n');
    expect(program.standardError).toMatch(/0 left it before their time\n$/);
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
    await program.said('listening on');
    send(1, true);
    send(9);
    await program.said('trigger 1 (ether[14] = 9)');
    await sleep(600);
    send(2);
    await sendUdp(lab.host('left'), lab.host('right'), new Uint8Array(8), { port: 514 });
    await program.said('trigger 2 (udp port 514)');
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
    expect((await contents(folder)).map((numbers) => numbers.length)).toEqual([1, 2]);
    expect(readdirSync(folder.path).every((name) => name.endsWith('.pcapng'))).toBe(true);
  });

  test('SIGALRM is a trigger, SIGUSR1 shows the counters; the past in MiB', async () => {
    using folder = new TestFolder();
    const words = ['--before', '1MiB', '--after', '0.2', '--trigger', 'arp', '--max-triggers', '1'];
    await using program = recorder(folder.file('trouble.pcapng'), ...words, 'ether proto 0x88b5');
    await program.said('listening on');
    for (let number = 1; number <= 5; number += 1) send(number);
    await sleep(250);
    program.signal('SIGUSR1');
    await program.said('5 packets in memory');
    program.signal('SIGALRM');
    await program.said('trigger 1 (SIGALRM)');
    send(6);
    expect(await program.exit()).toBe(0);
    expect(await contents(folder)).toEqual([[1, 2, 3, 4, 5, 6]]);
  });

  test.each([
    [['--before', '3'], '--before goes with --trigger EXPRESSION'],
    [['--trigger', 'icmp'], '--trigger writes files: give a name with -w; -c does not go with it, --max-triggers does'],
    [['--trigger', 'icmp', '-w', 'x.pcap'], 'name it .pcapng, not x.pcap'],
    [['--trigger', 'icmp', '-w', 'x', '--before', '9MiB', '--history', '64'], 'in MiB it says the same'],
    [['--trigger', 'tpc', '-w', 'x'], 'tpc'],
    [['--trigger', 'icmp', '-w', 'x', '-C', '1'], 'does not go with --trigger'],
  ])('%j is a mistake', async (words, message) => {
    await using program = tapline(lab.host('right'), 'capture', '-i', 'eth0', ...words);
    expect(await program.exit()).toBe(2);
    expect(program.standardError).toContain(message);
  });
});
