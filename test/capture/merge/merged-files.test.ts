/** Files merged in order of time, with all their interfaces. @module */
import { truncateSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mergeSources } from '../../../src/capture/merge/merged-source.ts';
import { openFile } from '../../../src/pcap/file-reader.ts';
import { createPcapngWriter, createPcapWriter } from '../../../src/pcap/file-writer.ts';
import { lentFrame } from '../../support/capture-file.ts';
import { TestFolder } from '../../support/capture-lab.ts';

const frame = (seconds: number, mark: number, interfaceIndex = 0) =>
  lentFrame(Uint8Array.of(mark), { seconds, nanoseconds: mark * 1000, interfaceIndex });

test('three files, one with two interfaces and one without frames', async () => {
  using folder = new TestFolder();
  const first = createPcapngWriter(folder.file('first.pcapng'));
  first.addInterface({ linkType: 1, name: 'eth0' });
  first.addInterface({ linkType: 101, name: 'tun0', snapLength: 96 });
  for (let second = 0; second < 10_000; second += 1) first.add(frame(second, 1, second % 2), 1);
  const second = createPcapWriter(folder.file('second.pcap'), { linkType: 1 });
  for (let at = 9_999; at >= 0; at -= 1) second.add(frame(at ^ 7, 2), 1); // partly reversed
  const empty = createPcapWriter(folder.file('empty.pcap'), { linkType: 1 });
  for (const writer of [first, second, empty]) await writer.close();

  const paths = ['first.pcapng', 'second.pcap', 'empty.pcap'].map((name) => folder.file(name));
  await using source = mergeSources(await Promise.all(paths.map((path) => openFile(path))));
  let last = -1n;
  let late = 0;
  const counts = [0, 0, 0];
  for await (const { timestamp, interfaceIndex } of source.packets()) {
    if (timestamp < last) late += 1;
    else last = timestamp;
    counts[interfaceIndex] = (counts[interfaceIndex] ?? 0) + 1;
  }
  expect([...counts].sort()).toEqual([10_000, 5_000, 5_000].sort());
  expect(source.interfaces.map(({ name, linkType }) => `${name} ${linkType}`).sort()).toEqual([
    'eth0 1',
    'tun0 101',
    'undefined 1',
  ]);
  // Reversed over several batches: frames that a batch cannot sort are counted and passed on.
  expect(source.late).toBe(late);
  expect(source.statistics().received).toBe(20_000);
});

test('sorted files stay in order', async () => {
  using folder = new TestFolder();
  const paths = [0, 1, 2].map((number) => folder.file(`${number}.pcap`));
  for (const [number, path] of paths.entries()) {
    const writer = createPcapWriter(path, { linkType: 1, timestampPrecision: 'nano' });
    for (let second = number; second < 30_000; second += 1 + number) writer.add(frame(second, number), 1);
    await writer.close();
  }
  await using source = mergeSources(await Promise.all(paths.map((path) => openFile(path))));
  const stamps: bigint[] = [];
  for await (const { timestamp } of source.packets()) stamps.push(timestamp);
  expect(stamps).toHaveLength(30_000 + 15_000 + 10_000);
  expect(stamps.every((stamp, index) => index === 0 || stamp >= (stamps[index - 1] ?? 0n))).toBe(true);
  expect(source.late).toBe(0);
});

test('a truncated file yields its frames, then an error; ending early releases everything', async () => {
  using folder = new TestFolder();
  const path = folder.file('cut.pcap');
  const writer = createPcapWriter(path, { linkType: 1 });
  for (let second = 0; second < 10; second += 1) writer.add(frame(second, 1), 1);
  await writer.close();
  truncateSync(path, 24 + 17 * 10 - 3);
  const whole = mergeSources([await openFile(path)]);
  let seen = 0;
  const read = async (): Promise<void> => {
    for await (const batch of whole.batches()) {
      batch.forEach(() => {
        seen += 1;
      });
    }
  };
  await expect(read()).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
  expect(seen).toBe(9);
  await whole.close();
  expect(() => mergeSources([])).toThrow(RangeError);
});
