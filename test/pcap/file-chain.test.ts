/** Several files as one source. */
import { writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { openFiles } from '../../src/pcap/file-chain.ts';
import { createPcapngWriter } from '../../src/pcap/file-writer.ts';
import { buildPcap, lentFrame } from '../support/capture-file.ts';
import { TestFolder } from '../support/capture-lab.ts';

const folder = new TestFolder();
afterAll(() => folder[Symbol.dispose]());

/** A PCAP file with a frame of each length. */
function pcap(name: string, linkType: number, lengths: readonly number[]): string {
  const path = folder.file(name);
  const records = lengths.map((length) => [1, 0, length, length, new Uint8Array(length).fill(length)] as const);
  writeFileSync(path, buildPcap({ linkType, records }));
  return path;
}

test('frames follow file by file, with interfaces numbered across files', async () => {
  const two = folder.file('two.pcapng');
  const writer = createPcapngWriter(two);
  for (const name of ['a', 'b']) writer.addInterface({ linkType: LinkType.ethernet, name });
  for (const number of [1, 0]) writer.addTo(number, lentFrame(new Uint8Array(20 + number)), 99);
  await writer.close();
  const raw = pcap('raw.pcap', LinkType.raw, [30]);
  const opened: string[] = [];
  await using source = await openFiles([pcap('one.pcap', LinkType.ethernet, [10, 11]), two, raw], {
    onNextFile: (path) => opened.push(path),
  });
  const found: (string | number | undefined)[][] = [];
  for await (const { bytes, interfaceIndex } of source.packets()) {
    const { name, linkType } = source.interfaces[interfaceIndex] ?? {};
    found.push([bytes.length, interfaceIndex, name, linkType]);
  }
  expect(found).toEqual([
    [10, 0, undefined, LinkType.ethernet],
    [11, 0, undefined, LinkType.ethernet],
    [21, 2, 'b', LinkType.ethernet],
    [20, 1, 'a', LinkType.ethernet],
    [30, 3, undefined, LinkType.raw],
  ]);
  expect(opened).toEqual([two, raw]);
  expect(source.statistics()).toMatchObject({ received: 5, accepted: 5 });
});

test('the filter of each link type applies, and one file keeps its limit for frames', async () => {
  const paths = [pcap('x.pcap', LinkType.ethernet, [10, 40]), pcap('y.pcap', LinkType.raw, [10, 40])];
  const filterFor = (linkType: number) => (linkType === LinkType.raw ? undefined : () => 0);
  await using source = await openFiles(paths, { filterFor });
  const lengths: number[] = [];
  for await (const { bytes } of source.packets()) lengths.push(bytes.length);
  expect(lengths).toEqual([10, 40]);
  expect(source.statistics()).toMatchObject({ received: 4, accepted: 2 });
  await using single = await openFiles(paths.slice(0, 1));
  expect(single.longestFrame).toBe(65_535);
  expect(source.longestFrame).toBe(262_144);
});

test('a file that cannot be opened ends the source after the frames before it', async () => {
  const path = pcap('z.pcap', LinkType.ethernet, [10]);
  await using source = await openFiles([path, folder.file('none')]);
  let frames = 0;
  const read = async (): Promise<void> => {
    for await (const _ of source.packets()) frames += 1;
  };
  await expect(read()).rejects.toMatchObject({ code: 'FILE_OPEN' });
  expect(frames).toBe(1);
  await expect(openFiles([folder.file('none'), path])).rejects.toMatchObject({ code: 'FILE_OPEN' });
});
