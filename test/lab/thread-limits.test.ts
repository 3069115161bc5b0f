/** Limits of a capture on several threads: they hold for all files together, and one reason is stated. @module */
import { readdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab, openFrameSender, twoHosts } from '../../src/lab/index.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { tapline } from '../support/cli-lab.ts';
import type { LabProcess } from '../support/lab-process.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

/** UDP frames of 200 flows and of 1,000 bytes, until the program ends. */
async function sendUntilEnd(program: LabProcess): Promise<number> {
  using sender = openFrameSender(lab.host('left'), 'eth0');
  const frame = taggedFrame([], 1000 - 42);
  for (let sent = 0; !program.hasEnded; sent += 1) {
    frame.set([0x30, sent % 200], 34);
    sender.send(frame);
    if (sent % 100 === 99) await sleep(5);
  }
  return program.exit();
}

async function capture(folder: TestFolder, name: string, ...words: string[]): Promise<LabProcess> {
  const all = ['-i', 'eth0', '--threads', '3', '-w', folder.file(name), ...words, 'udp port 9'];
  const program = tapline(lab.host('right'), 'capture', ...all);
  await program.printed('listening on');
  return program;
}

const filesOf = (folder: TestFolder): string[] => readdirSync(folder.path).map((name) => folder.file(name));
const sizeOf = (folder: TestFolder): number => filesOf(folder).reduce((sum, path) => sum + statSync(path).size, 0);
const endsOf = ({ standardError }: LabProcess): string[] => standardError.match(/capture stopped: .*/g) ?? [];

async function countFrames(folder: TestFolder): Promise<number> {
  const files = await Promise.all(filesOf(folder).map(readPackets));
  return files.reduce((sum, packets) => sum + packets.length, 0);
}

test.each(['pcap', 'pcapng'])('-c: so many frames in all, to the frame: %s', async (kind) => {
  using folder = new TestFolder();
  await using program = await capture(folder, `mail.${kind}`, '-c', '1000');
  expect(await sendUntilEnd(program)).toBe(0);
  expect(await countFrames(folder)).toBe(1000);
  expect(program.standardError).toContain('\n1000 packets captured\n');
  expect(endsOf(program)).toEqual(['capture stopped: frame limit reached (-c 1000)']);
});

test('-c with a rotation counts the frames of all files of all threads', async () => {
  using folder = new TestFolder();
  await using program = await capture(folder, 'mail.pcap', '-c', '700', '--rotate-packets', '30');
  expect(await sendUntilEnd(program)).toBe(0);
  expect(await countFrames(folder)).toBe(700);
  expect(endsOf(program)).toHaveLength(1);
});

test.each([
  ['--stop-size', 'size limit reached (--stop-size 3M)'],
  ['--quota', 'size limit reached (--quota 3M)'],
])('%s counts the bytes of all files', async (option, reason) => {
  using folder = new TestFolder();
  await using program = await capture(folder, 'mail.pcap', option, '3M');
  expect(await sendUntilEnd(program)).toBe(0);
  const [size, most] = [sizeOf(folder), 3 << 20];
  expect(size).toBeLessThanOrEqual(most);
  expect(size).toBeGreaterThan(most / 2); // what others have in hand just then may stay unused
  expect(endsOf(program)).toEqual([`capture stopped: ${reason}`]);
});

test('--stop-files counts the files of all', async () => {
  using folder = new TestFolder();
  await using program = await capture(folder, 'mail.pcap', '--rotate-packets', '50', '--stop-files', '7');
  expect(await sendUntilEnd(program)).toBe(0);
  expect(filesOf(folder)).toHaveLength(7);
  expect(endsOf(program)).toEqual(['capture stopped: file limit reached (--stop-files 7)']);
});

test('a ring and its quota are shared out', async () => {
  using folder = new TestFolder();
  const words = ['--rotate-packets', '50', '--ring', '10', '--quota', '1M', '--duration', '1.5'];
  await using program = await capture(folder, 'mail.pcap', ...words);
  expect(await sendUntilEnd(program)).toBe(0);
  expect(filesOf(folder).length).toBeLessThanOrEqual(10);
  expect(sizeOf(folder)).toBeLessThanOrEqual(1 << 20);
  expect(await countFrames(folder)).toBeGreaterThan(200);
  expect(endsOf(program)).toEqual(['capture stopped: time limit reached (--duration 1.5)']);
});

test('--min-free: the capture ends with status 5', async () => {
  using folder = new TestFolder();
  await using program = await capture(folder, 'mail.pcap', '--min-free', '99%');
  expect(await sendUntilEnd(program)).toBe(5);
  expect(endsOf(program)).toEqual(['capture stopped: free disk space limit reached (--min-free 99%)']);
});
