/** A thread of a capture dies: the capture ends, says so, and what the others have captured is whole. @module */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab, openFrameSender, twoHosts } from '../../src/lab/index.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { eventually } from '../support/eventually.ts';
import { LabProcess } from '../support/lab-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const FRAMES = 3000;

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

/** Loaded before the program, on every thread: what happens to the thread of `mail-1.pcap` once there is a file `die`. */
const inThread = (what: string): string =>
  `if (workerData?.output?.path.endsWith('mail-1.pcap')) setInterval(() => {
    if (require('node:fs').existsSync(require('node:path').join(__dirname, 'die'))) { ${what} }
  }, 10);`;
/** Threads get little memory of their own. */
const SCARCE = `class Scarce extends threads.Worker {
    constructor(url, options) { super(url, { ...options, resourceLimits: { maxOldGenerationSizeMb: 48 } }); }
  }
  threads.Worker = Scarce;
  require('node:module').syncBuiltinESMExports();`;

async function captureWith(folder: TestFolder, preload: string): Promise<LabProcess> {
  const head = "const threads = require('node:worker_threads'); const { workerData } = threads;\n";
  writeFileSync(folder.file('preload.cjs'), head + preload);
  const words = ['capture', '-i', 'eth0', '--threads', '3', '-w', folder.file('mail.pcap'), 'udp port 9'];
  const all = ['--require', folder.file('preload.cjs'), MAIN, ...words];
  const program = new LabProcess(lab.host('right'), process.execPath, all);
  await program.printed('listening on');
  using sender = openFrameSender(lab.host('left'), 'eth0');
  const frame = taggedFrame([], 60);
  for (let sent = 0; sent < FRAMES; sent += 1) {
    frame.set([0x30, sent % 200], 34);
    sender.send(frame);
    if (sent % 500 === 499) await sleep(10);
  }
  return program;
}

/** Frames in the file, which may end inside one. */
async function countFrames(path: string): Promise<number> {
  let frames = 0;
  const read = async (): Promise<void> => {
    await using source = await openFile(path);
    for await (const batch of source.batches()) frames += batch.size;
  };
  await read().catch((error) => expect(error).toMatchObject({ code: 'FILE_TRUNCATED' }));
  return frames;
}

async function countAll(folder: TestFolder): Promise<number> {
  const counts = await Promise.all([0, 1, 2].map((thread) => countFrames(folder.file(`mail-${thread}.pcap`))));
  return counts.reduce((sum, count) => sum + count);
}

test('by an exception: also its own file is whole, and no frame is missing', async () => {
  using folder = new TestFolder();
  await using program = await captureWith(folder, inThread("throw new Error('a bug')"));
  await framesDelivered();
  writeFileSync(folder.file('die'), '');
  expect(await program.exit()).toBe(1);
  expect(program.standardError).toMatch(/tapline: .*mail-1\.pcap.*a bug/);
  expect(program.standardError).toContain(`\n${FRAMES} packets captured\n`);
  const files = await Promise.all([0, 1, 2].map((thread) => readPackets(folder.file(`mail-${thread}.pcap`))));
  expect(files.flat()).toHaveLength(FRAMES);
});

test('for want of memory: the others’ files are whole, its own has what had reached the disk', async () => {
  using folder = new TestFolder();
  const hog = inThread('const held = []; for (;;) held.push(new Array(1000).fill({}));');
  await using program = await captureWith(folder, `${SCARCE}\n${hog}`);
  await eventually(async () => expect(await countAll(folder)).toBe(FRAMES));
  writeFileSync(folder.file('die'), '');
  expect(await program.exit()).toBe(1);
  expect(program.standardError).toMatch(/the thread that wrote .*mail-1\.pcap failed: .*memory/);
  const counted = [0, 2].map((thread) =>
    Number(new RegExp(`mail-${thread}\\.pcap: (\\d+) packets, 0 dropped`).exec(program.standardError)?.[1]),
  );
  const whole = await Promise.all([0, 2].map((thread) => readPackets(folder.file(`mail-${thread}.pcap`))));
  expect(whole.map(({ length }) => length)).toEqual(counted);
  expect(Math.min(...counted)).toBeGreaterThan(0);
  expect(await countAll(folder)).toBe(FRAMES);
});
