/** `tapline capture --trigger` on disks that stall, fill up, or may not be filled; and packed with zstd. @module */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab, openFrameSender, twoHosts } from '../../src/lab/index.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { captureOnDisk, endCaptureOnDisk, ordinaryDisk, smallDisk, stallingDisk } from '../support/disk-capture.ts';
import type { LabProcess } from '../support/lab-process.ts';

/** UDP port of the frames that begin a window, and of the others. */
const TRIGGER_PORT = 7;
const PORT = 9;
const FRAME = 1000;

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

/** Frames to the lab's right host; the first begins a window. */
function sendWindow(count: number): void {
  using sender = openFrameSender(lab.host('left'), 'eth0');
  const frame = taggedFrame([], FRAME - 42);
  for (let sent = 0; sent < count; sent += 1) {
    frame[37] = sent === 0 ? TRIGGER_PORT : PORT;
    sender.send(frame);
  }
}

/** A flight recorder on right's eth0 that keeps no past. @param after seconds */
function record(
  folder: TestFolder,
  { disk = ordinaryDisk, name = 'x.pcapng', after = 1, words = '' },
): Promise<LabProcess> {
  const trigger = `--before 0 --after ${after} --trigger 'udp port ${TRIGGER_PORT}'`;
  return captureOnDisk(lab.host('right'), { folder, disk, words: `-B 64 -w ${name} ${trigger} ${words} udp` });
}

/** The files that it left, by name: how many frames each has. */
async function kept(folder: TestFolder): Promise<number[]> {
  const names = readdirSync(folder.file('kept')).sort();
  return Promise.all(names.map(async (name) => (await readPackets(folder.file(`kept/${name}`))).length));
}

test('a disk that stalls in the middle of a window costs nothing but memory', async () => {
  using folder = new TestFolder();
  await using program = await record(folder, { disk: stallingDisk, after: 600 });
  let sent = 0;
  for (; !program.standardError.includes('disk goes on') && sent < 25_000; sent += 100) {
    sendWindow(100);
    await sleep(5);
  }
  await program.printed('disk goes on');
  sendWindow(30_000 - sent);
  await framesDelivered();
  endCaptureOnDisk(folder);
  expect(await program.exit()).toBe(0);
  expect(program.standardError).toContain('\n0 packets dropped by kernel');
  expect(program.standardError).toContain('0 evicted early, 0 dropped because the history was full\n');
  expect(await kept(folder)).toEqual([30_000]);
});

test('a disk that is full ends it: 5, with whole records, and the windows before are untouched', async () => {
  using folder = new TestFolder();
  const words = '--min-free 0';
  await using program = await record(folder, { disk: smallDisk('256k'), after: 0.3, words });
  sendWindow(100);
  await program.printed('100 packets in');
  sendWindow(400);
  expect(await program.exit()).toBe(5);
  expect(program.standardError).toContain('the disk is full');
  const [first, second = 0] = await kept(folder);
  expect(first).toBe(100);
  expect(second).toBeGreaterThan(100);
  expect(second).toBeLessThan(160);
  expect(program.standardError).toContain(`${100 + second} packets written to 2 files\n`);
});

test('a disk as full as it may become ends it: 5, and what was to stay free is free', async () => {
  using folder = new TestFolder();
  await using program = await record(folder, { disk: smallDisk('4m'), words: '--min-free 2M' });
  while (!program.hasEnded) {
    sendWindow(100);
    await sleep(10);
  }
  expect(await program.exit()).toBe(5);
  expect(program.standardError).toContain('free disk space limit reached (--min-free');
  const lengths = readdirSync(folder.file('kept')).map((name) => statSync(folder.file(`kept/${name}`)).size);
  const [length = 0] = lengths;
  expect(lengths).toHaveLength(1);
  expect(length).toBeLessThanOrEqual(2 << 20);
  expect(length).toBeGreaterThan((2 << 20) - (1 << 16));
  expect(await kept(folder)).toEqual([expect.any(Number)]); // all whole
});

test('a ring with a quota gives up its oldest windows', async () => {
  using folder = new TestFolder();
  const words = '--quota 104K --ring 9 --max-triggers 4';
  await using program = await record(folder, { name: 'x-%N.pcapng', after: 0.3, words });
  for (let window = 1; window <= 4; window += 1) {
    sendWindow(30 + window);
    await program.printed(`${30 + window} packets in`);
  }
  expect(await program.exit()).toBe(0);
  expect(readdirSync(folder.file('kept')).sort()).toEqual(['x-00002.pcapng', 'x-00003.pcapng', 'x-00004.pcapng']);
  expect(await kept(folder)).toEqual([32, 33, 34]);
});

test.skipIf(!('createZstdCompress' in zlib))('windows packed with zstd, as their magic number says', async () => {
  using folder = new TestFolder();
  await using program = await record(folder, { name: 'x.pcapng.zst', after: 0.1, words: '--max-triggers 1' });
  sendWindow(50);
  expect(await program.exit()).toBe(0);
  expect(await kept(folder)).toEqual([50]);
  const [name = ''] = readdirSync(folder.file('kept'));
  expect(readFileSync(folder.file(`kept/${name}`)).readUInt32LE(0)).toBe(0xfd2fb528); // RFC 8878, 3.1.1
});
