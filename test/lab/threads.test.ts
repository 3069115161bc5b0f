/** One interface shared by several threads, on real frames: each frame in one file, each flow in one file. @module */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readU16 } from '../../src/base/bytes.ts';
import { createLab, type Lab, openFrameSender, twoHosts } from '../../src/lab/index.ts';
import { deleteLink } from '../../src/netlink/link.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { eventually } from '../support/eventually.ts';
import { generate } from '../support/generate.ts';
import { LabProcess } from '../support/lab-process.ts';
import { requirePeer } from '../support/peers.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

async function startCapture(host: Lab, ...words: string[]): Promise<LabProcess> {
  const program = new LabProcess(host.host('right'), process.execPath, [MAIN, 'capture', '-i', 'eth0', ...words]);
  await program.printed('listening on');
  return program;
}

/** UDP frames of so many flows, by source port, in both directions; so many of each. */
function sendFlows(flows: number, each: number): void {
  using sender = openFrameSender(lab.host('left'), 'eth0');
  for (let round = 0; round < each; round += 1) {
    for (let flow = 0; flow < flows; flow += 1) {
      const frame = taggedFrame([], 60);
      const [from, to] = round % 2 === 0 ? [34, 36] : [36, 34];
      frame.set([0x30 + (flow >> 8), flow & 0xff], from);
      frame.set([0, 9], to);
      if (round % 2 === 1) frame.set([10, 1, 1, 2, 10, 1, 1, 1], 26);
      sender.send(frame);
    }
  }
}

const flowOf = (bytes: Uint8Array): number => Math.max(readU16(bytes, 34), readU16(bytes, 36));

test('every frame is in one of the files, and all of a flow in the same, both ways', async () => {
  using folder = new TestFolder();
  await using program = await startCapture(lab, '-w', folder.file('mail.pcap'), '--threads', '3', 'udp port 9');
  const [flows, each] = [200, 20];
  sendFlows(flows, each);
  await framesDelivered();
  program.signal('SIGINT');
  expect(await program.exit()).toBe(0);
  const files = await Promise.all([0, 1, 2].map((thread) => readPackets(folder.file(`mail-${thread}.pcap`))));
  const counts = files.map((packets) => packets.length);
  expect(counts.reduce((sum, count) => sum + count)).toBe(flows * each);
  expect(Math.min(...counts)).toBeGreaterThan(0);
  const where = new Map<number, number>();
  for (const [thread, packets] of files.entries()) {
    for (const { bytes } of packets) {
      const flow = flowOf(bytes);
      expect(where.get(flow) ?? thread).toBe(thread);
      where.set(flow, thread);
    }
  }
  expect(where.size).toBe(flows);
  expect(program.standardError).toContain(`${flows * each} packets captured`);
  expect(program.standardError).toContain(`mail-1.pcap: ${counts[1]} packets, 0 dropped`);
});

test('SIGUSR2 writes out what waits in each file, and the capture goes on', async () => {
  using folder = new TestFolder();
  await using program = await startCapture(lab, '-w', folder.file('mail.pcap.gz'), '--threads', '2', 'udp port 9');
  sendFlows(20, 1);
  await program.counted(20);
  program.signal('SIGUSR2');
  const paths = [0, 1].map((thread) => folder.file(`mail-${thread}.pcap.gz`));
  await eventually(async () => expect((await Promise.all(paths.map(readPackets))).flat()).toHaveLength(20));
  sendFlows(20, 1);
  await framesDelivered();
  program.signal('SIGINT');
  expect(await program.exit()).toBe(0);
  expect(program.standardError).toContain('\n40 packets captured\n');
});

test('at load, by CPU and by hash: what was sent is what the files hold', async () => {
  const trafgen = requirePeer('trafgen');
  if (trafgen === undefined) return;
  for (const mode of ['hash', 'cpu', 'rollover']) {
    using folder = new TestFolder();
    const path = folder.file('load.pcap');
    await using program = await startCapture(
      lab,
      '-w',
      path,
      '--threads',
      '2',
      '--fanout',
      mode,
      '-B',
      '128',
      'udp port 9',
    );
    const frames = 300_000;
    const load = { interfaceName: 'eth0', frames, frameLength: 100, sourcePort: 'drnd()' };
    await generate(trafgen, lab, folder, load);
    await framesDelivered();
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
    let recorded = 0;
    for (const thread of [0, 1]) {
      await using file = await openFile(folder.file(`load-${thread}.pcap`));
      for await (const batch of file.batches()) recorded += batch.size;
    }
    expect(program.standardError).toContain('\n0 packets dropped by kernel');
    expect(recorded).toBe(frames);
  }
});

test('--merge: one file in the order of time, of one interface', async () => {
  using folder = new TestFolder();
  const path = folder.file('all.pcapng');
  await using program = await startCapture(lab, '-w', path, '--threads', '4', '--merge', 'udp port 9');
  sendFlows(200, 20);
  await framesDelivered();
  program.signal('SIGINT');
  expect(await program.exit()).toBe(0);
  await using file = await openFile(path);
  let last = 0n;
  let frames = 0;
  for await (const { timestamp } of file.packets()) {
    expect(timestamp).toBeGreaterThanOrEqual(last);
    last = timestamp;
    frames += 1;
  }
  expect(program.standardError).toContain('4000 packets captured');
  expect(frames).toBe(4000);
  expect(file.interfaces).toMatchObject([{ name: 'eth0', filter: 'udp port 9' }]);
});

test('a filter in user space, and no filter at all', async () => {
  using folder = new TestFolder();
  for (const words of [['--engine', 'wasm', 'udp port 9'], []]) {
    const path = folder.file(`some${words.length}.pcap`);
    await using program = await startCapture(lab, '-w', path, '--threads', '2', ...words);
    sendFlows(50, 10);
    await framesDelivered();
    program.signal('SIGTERM');
    expect(await program.exit()).toBe(0);
    const files = await Promise.all([0, 1].map((thread) => readPackets(path.replace('.pcap', `-${thread}.pcap`))));
    const udp = files.flat().filter(({ bytes }) => bytes.length === 102 && readU16(bytes, 12) === 0x800);
    expect(udp).toHaveLength(500);
  }
});

test('a thread that fails ends all; the other files are whole', async () => {
  using folder = new TestFolder();
  mkdirSync(folder.file('mail-1.pcap'));
  await using program = new LabProcess(lab.host('right'), process.execPath, [
    MAIN,
    'capture',
    '-i',
    'eth0',
    '--threads',
    '3',
    '-w',
    folder.file('mail.pcap'),
  ]);
  expect(await program.exit()).toBe(1);
  expect(program.standardError).toMatch(/tapline: cannot create .*mail-1\.pcap: it is a directory\n/);
  expect(await readPackets(folder.file('mail-0.pcap'))).toEqual([]);
});

test('an interface that goes away ends all threads with status 4; what came before is in the files', async () => {
  await using other = await createLab(twoHosts());
  using folder = new TestFolder();
  await using program = await startCapture(other, '-w', folder.file('mail.pcap'), '--threads', '2', 'udp port 9');
  using sender = openFrameSender(other.host('left'), 'eth0');
  for (let sent = 0; sent < 100; sent += 1) sender.send(taggedFrame([], 60));
  await framesDelivered();
  const right = other.host('right');
  await right.netlink.execute(deleteLink(right.interface('eth0').index), { wanted: 'delete eth0' });
  expect(await program.exit()).toBe(4);
  const files = await Promise.all([0, 1].map((thread) => readPackets(folder.file(`mail-${thread}.pcap`))));
  expect(files.flat()).toHaveLength(100);
});

test.each([
  ['no file', ['--threads', '2'], '--threads needs -w FILE'],
  [
    'fewer files than threads',
    ['--threads', '3', '-w', 'x.pcap', '-G', '5', '-W', '2'],
    '3 threads write at least 3 files, more than the limit of 2',
  ],
  ['two interfaces', ['--threads', '2', '-i', 'lo', '-w', 'x.pcap'], '--threads needs a single -i'],
  ['nothing to merge', ['--merge'], '--merge needs --threads'],
  ['too many', ['--threads', '257', '-w', 'x.pcap'], 'from 1 to 256'],
])('%s: refused, and what to do is said', async (_case, words, says) => {
  await using program = new LabProcess(lab.host('right'), process.execPath, [MAIN, 'capture', '-i', 'eth0', ...words]);
  expect(await program.exit()).toBe(2);
  expect(program.standardError).toContain(says);
});
