/** What a capture says that it received, accepted and lost, whoever judges: each place where it says so. @module */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab, sendFrames, twoHosts } from '../../src/lab/index.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { tapline } from '../support/cli-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { statisticsBlocks } from '../support/pcapng-blocks.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

/** IEEE 802 local experimental: what no filter here wants. */
const UNWANTED = Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5, 1, 2, 3, 4);
const [WANTED_COUNT, UNWANTED_COUNT] = [30, 12];

test.each([
  ['kernel', []],
  ['wasm', []],
  ['interpreter', []],
  ['wasm', ['--threads', '2']],
  ['wasm', ['--threads', '2', '--merge']],
])('a filter that %s runs %j: received, accepted and delivered are told apart everywhere', async (engine, more) => {
  using folder = new TestFolder();
  const [path, stats] = [folder.file('ours.pcapng'), folder.file('stats.json')];
  const words = ['-i', 'eth0', '--engine', engine, '-w', path, '--stats', stats, ...more, 'udp port 9'];
  await using program = tapline(lab.host('right'), 'capture', ...words);
  await program.printed('listening on');
  const unwanted = Array(UNWANTED_COUNT).fill(UNWANTED);
  sendFrames(lab.host('left'), 'eth0', [...Array(WANTED_COUNT).fill(taggedFrame([], 100)), ...unwanted]);
  await program.counted(WANTED_COUNT);
  await framesDelivered();
  program.signal('SIGINT');
  expect(await program.exit()).toBe(0);

  const counted = JSON.parse(readFileSync(stats, 'utf8'));
  const { received } = counted;
  expect(counted).toMatchObject({ captured: WANTED_COUNT, accepted: WANTED_COUNT, dropped: 0 });
  expect(counted.interfaces).toMatchObject([{ received, accepted: WANTED_COUNT }]);
  const sum = (name: string): number => counted.seconds.reduce((all: number, second: never) => all + second[name], 0);
  expect([sum('received'), sum('accepted'), sum('frames')]).toEqual([received, WANTED_COUNT, WANTED_COUNT]);
  if (engine === 'kernel') expect(received).toBe(WANTED_COUNT);
  else expect(received).toBeGreaterThanOrEqual(WANTED_COUNT + UNWANTED_COUNT);

  const accepted = engine === 'kernel' ? '' : `${WANTED_COUNT} packets accepted by filter\n`;
  const lines = `${WANTED_COUNT} packets captured\n${received} packets received by filter\n${accepted}0 packets dropped`;
  expect(program.standardError).toContain(lines);

  const isSplit = more.length === 2;
  const paths = isSplit ? [0, 1].map((thread) => folder.file(`ours-${thread}.pcapng`)) : [path];
  const blocks = paths.map((each) => statisticsBlocks(readFileSync(each))[0] ?? {});
  const total = (option: number): number => blocks.reduce((all, block) => all + Number(block[option]), 0);
  // isb_ifrecv, isb_ifdrop, isb_filteraccept, isb_osdrop, isb_usrdeliv.
  expect([4, 5, 6, 7, 8].map(total)).toEqual([received, 0, WANTED_COUNT, 0, WANTED_COUNT]);
  const packets = await Promise.all(paths.map(readPackets));
  expect(packets.flat()).toHaveLength(WANTED_COUNT);
});

test.each([[[]], [['--threads', '2', '--merge']]])(
  'a file that ends within a batch has what it took delivered: %j',
  async (more) => {
    using folder = new TestFolder();
    const path = folder.file('ours.pcapng');
    const words = ['-i', 'eth0', '-w', path, '--rotate-packets', '7', '--stop-files', '1', ...more, 'udp port 9'];
    await using program = tapline(lab.host('right'), 'capture', ...words);
    await program.printed('listening on');
    sendFrames(lab.host('left'), 'eth0', Array(WANTED_COUNT).fill(taggedFrame([], 100)));
    expect(await program.exit()).toBe(0);
    const [name = ''] = readdirSync(folder.path);
    const [block] = statisticsBlocks(readFileSync(folder.file(name)));
    expect(block?.[8]).toBe(7n); // isb_usrdeliv
    expect(program.standardError).toContain('\n7 packets captured\n');
  },
);
