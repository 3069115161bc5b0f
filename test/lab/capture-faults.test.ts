/** What happens to captures: offloaded giants, a stopped process, a killed one. @module */
import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, exchangeTcp, type Lab, openFrameSender, twoHosts } from '../../src/lab/index.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { frameTexts, readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { captureOnDisk, stallingDisk } from '../support/disk-capture.ts';
import { eventually } from '../support/eventually.ts';
import { LabProcess } from '../support/lab-process.ts';
import { requirePeer } from '../support/peers.ts';
import { caughtUp } from '../support/tcpdump.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts({ offload: true }));
});
afterAll(() => lab.close());

/** tapline in the lab's right host, once it captures. */
async function startCapture(...words: string[]): Promise<LabProcess> {
  const program = new LabProcess(lab.host('right'), process.execPath, [MAIN, 'capture', '-i', 'eth0', ...words]);
  await program.printed('listening on');
  return program;
}

/** Frames of 1,000 bytes to the lab's right host, so many. */
function flood(count: number): void {
  using sender = openFrameSender(lab.host('left'), 'eth0');
  const frame = taggedFrame([], 1000 - 42);
  for (let sent = 0; sent < count; sent += 1) sender.send(frame);
}

test('frames that segmentation offload left as large as 64 KiB are recorded whole, as tcpdump does', async () => {
  const tcpdump = requirePeer('tcpdump');
  if (tcpdump === undefined) return;
  using folder = new TestFolder();
  const words = ['-i', 'eth0', '-w', folder.file('theirs.pcap'), '-Z', 'root', '-B', '65536', 'tcp'];
  await using theirs = new LabProcess(lab.host('right'), tcpdump, words);
  await theirs.printed('listening on');
  await using ours = await startCapture('-w', folder.file('ours.pcap'), 'tcp');
  const request = new Uint8Array(4_000_000).map((_, index) => index);
  await exchangeTcp(lab.host('left'), lab.host('right'), { request, reply: Uint8Array.of(1) });
  await framesDelivered();
  ours.signal('SIGINT');
  expect(await ours.exit()).toBe(0);
  await caughtUp(theirs, ours.counters.captured);
  theirs.signal('SIGINT');
  expect(await theirs.exit()).toBe(0);
  expect(theirs.standardError).toContain('0 packets dropped by kernel');
  const packets = await readPackets(folder.file('ours.pcap'));
  expect(Math.max(...packets.map(({ bytes }) => bytes.length))).toBeGreaterThan(40_000);
  expect(frameTexts(packets)).toEqual(frameTexts(await readPackets(folder.file('theirs.pcap'))));
});

test('a stopped process loses what its ring cannot hold, and says how much', async () => {
  using folder = new TestFolder();
  const path = folder.file('ours.pcap');
  await using program = await startCapture('-w', path, '-B', '1', 'udp port 9');
  const sent = 3000; // three times what a ring of 1 MiB takes
  program.signal('SIGSTOP');
  await eventually(() => expect(readFileSync(`/proc/${program.pid}/stat`, 'latin1')).toContain(') T '));
  flood(sent);
  await framesDelivered();
  program.signal('SIGCONT');
  await program.counted(sent);
  flood(10);
  await framesDelivered();
  program.signal('SIGINT');
  expect(await program.exit()).toBe(0);
  const { captured, received, dropped } = program.counters;
  expect(received).toBe(sent + 10);
  expect(dropped).toBeGreaterThan(1000);
  expect(captured).toBe(sent + 10 - dropped);
  expect(program.standardError).toMatch(
    /frames were dropped, most of them at .* in a second\); increase the buffer \(-B [48]\)/,
  );
  expect(await readPackets(path)).toHaveLength(captured);
});

test('of a killed process the file holds all records but the last few', async () => {
  using folder = new TestFolder();
  const path = folder.file('ours.pcap');
  await using program = await startCapture('-w', path, '-B', '64', 'udp port 9');
  flood(20_000);
  const recorded = 20_000 * (1000 + 16);
  await eventually(() => expect(statSync(path).size).toBeGreaterThanOrEqual(recorded / 2));
  program.signal('SIGKILL');
  await program.exit();
  await using source = await openFile(path);
  let frames = 0;
  const read = async (): Promise<void> => {
    for await (const batch of source.batches()) frames += batch.size;
  };
  await read().catch((error) => expect(error).toMatchObject({ code: 'FILE_TRUNCATED' }));
  expect(frames).toBeGreaterThan(Math.floor(statSync(path).size / 1016) - 2);
  expect(frames).toBeGreaterThan(5000);
});

test.each(['pcap', 'pcapng'])('a disk that stalls for a while costs nothing but room in the ring: %s', async (kind) => {
  using folder = new TestFolder();
  const words = `-B 64 -c 35000 -w ours.${kind} udp port 9`;
  await using program = await captureOnDisk(lab.host('right'), { folder, disk: stallingDisk, words });
  let sent = 0;
  for (; !program.standardError.includes('disk goes on') && sent < 30_000; sent += 100) {
    flood(100);
    await sleep(5);
  }
  await program.printed('disk goes on');
  flood(35_000 - sent);
  expect(await program.exit()).toBe(0);
  expect(program.standardError).toContain('\n0 packets dropped by kernel');
  expect(await readPackets(folder.file(`kept/ours.${kind}`))).toHaveLength(35_000);
});
