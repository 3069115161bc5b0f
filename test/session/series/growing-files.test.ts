/** Recording from a file: interfaces described late, series, and the limits of PCAP files. @module */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPcapngWriter, LinkType, openFile, record } from '../../../src/index.ts';
import { pcapFileFormat } from '../../../src/pcap/file-format.ts';
import { FileSeries } from '../../../src/session/series/file-series.ts';
import { GrowingFiles } from '../../../src/session/series/growing-files.ts';
import type { FileSeriesOptions } from '../../../src/session/series/series-options.ts';
import { TestFolder } from '../../support/capture-lab.ts';
import { recordingOf } from '../../support/replay-parts.ts';

/** A frame with a time in seconds, and bytes that hold its number. */
interface TestFrame {
  readonly number: number;
  readonly onRaw?: boolean;
  readonly length?: number;
  readonly seconds?: number;
}

function frame({ number, length = 60, seconds = 1 }: TestFrame) {
  const data = new Uint8Array(length).fill(number);
  return { data, offset: 0, length, wireLength: length, seconds, nanoseconds: number, interfaceIndex: 0 };
}

/** Writes a PCAPNG file that describes each interface before its first frame: eth0 (Ethernet) and tun0 (raw IP). */
async function write(path: string, frames: readonly TestFrame[]): Promise<void> {
  const writer = createPcapngWriter(path);
  const ethernet = writer.addInterface({ linkType: LinkType.ethernet, name: 'eth0', snapLength: 100 });
  let raw: number | undefined;
  for (const each of frames) {
    if (each.onRaw) raw ??= writer.addInterface({ linkType: LinkType.raw, name: 'tun0', snapLength: 300_000 });
    writer.addTo((each.onRaw ? raw : ethernet) ?? ethernet, frame(each), each.length ?? 60);
  }
  await writer.close();
}

async function rewrite(from: string, to: string, series: FileSeriesOptions = {}): Promise<void> {
  await using source = await openFile(from);
  const files = new GrowingFiles(to, source, { series: { ...series, isLive: false, utc: true } });
  try {
    await record(source, files);
  } finally {
    await files.close();
  }
}

/** Returns interface and number of each frame, such as `eth0 1`. */
async function read(path: string): Promise<string[]> {
  await using source = await openFile(path);
  const frames: string[] = [];
  for await (const { bytes, interfaceIndex } of source.packets()) {
    frames.push(`${source.interfaces[interfaceIndex]?.name} ${bytes[0]}`);
  }
  return frames;
}

const MIXED: readonly TestFrame[] = [{ number: 1 }, { number: 2, onRaw: true }, { number: 3 }];

test('interfaces, link types and times are kept', async () => {
  using folder = new TestFolder();
  await write(folder.file('mixed.pcapng'), MIXED);
  await rewrite(folder.file('mixed.pcapng'), folder.file('copy.pcapng'));
  await using copy = await openFile(folder.file('copy.pcapng'));
  const frames: string[] = [];
  for await (const { bytes, interfaceIndex, timestamp } of copy.packets()) {
    frames.push(`${copy.interfaces[interfaceIndex]?.name} ${bytes[0]} ${timestamp}`);
  }
  expect(frames).toEqual(['eth0 1 1000000001', 'tun0 2 1000000002', 'eth0 3 1000000003']);
  expect(copy.interfaces.map(({ linkType, snapLength }) => [linkType, snapLength])).toEqual([
    [LinkType.ethernet, 100],
    [LinkType.raw, 300_000],
  ]);
});

test('compressed by the extension of the name', async () => {
  using folder = new TestFolder();
  await write(folder.file('mixed.pcapng'), MIXED);
  await rewrite(folder.file('mixed.pcapng'), folder.file('copy.pcapng.gz'));
  expect(readFileSync(folder.file('copy.pcapng.gz')).readUInt16BE(0)).toBe(0x1f8b); // RFC 1952, 2.3.1
  expect(await read(folder.file('copy.pcapng.gz'))).toEqual(['eth0 1', 'tun0 2', 'eth0 3']);
});

test('a PCAP file rejects a frame of another link type, and holds the frames before it', async () => {
  using folder = new TestFolder();
  await write(folder.file('mixed.pcapng'), MIXED);
  await using source = await openFile(folder.file('mixed.pcapng'));
  const files = new FileSeries(folder.file('copy.pcap'), pcapFileFormat(source));
  await expect(record(source, files)).rejects.toMatchObject({
    code: 'USAGE',
    message: 'a PCAP file of EN10MB frames cannot hold one of RAW; write to a name that ends in .pcapng',
  });
  await files.close();
  expect(await read(folder.file('copy.pcap'))).toEqual(['undefined 1']);
});

test('with any order of interfaces and any rotation, all frames are in order, each with its interface', async () => {
  const frames = fc.array(
    fc.record({ onRaw: fc.boolean(), length: fc.oneof(fc.constant(60), fc.constant(100), fc.integer({ max: 90 })) }),
    { maxLength: 60 },
  );
  const rotation = fc.record({ frames: fc.integer({ min: 1, max: 9 }), bytes: fc.integer({ min: 600, max: 3000 }) });
  await fc.assert(
    fc.asyncProperty(frames, rotation, async (shapes, limits) => {
      using folder = new TestFolder();
      const all = shapes.map((shape, place) => ({ ...shape, length: Math.max(1, shape.length), number: place }));
      await write(folder.file('all.pcapng'), all);
      await rewrite(folder.file('all.pcapng'), folder.file('part.pcapng'), { rotation: limits });
      const parts = readdirSync(folder.path).filter((name) => name.startsWith('part'));
      const found: string[] = [];
      for (const part of parts.sort()) {
        const inPart = await read(folder.file(part));
        expect(inPart.length).toBeLessThanOrEqual(limits.frames);
        found.push(...inPart);
      }
      expect(found).toEqual(all.map(({ onRaw, number }) => `${onRaw ? 'tun0' : 'eth0'} ${number}`));
    }),
    { numRuns: 40 },
  );
});

test('a later interface may have longer frames', async () => {
  using folder = new TestFolder();
  const long = Array.from({ length: 30 }, (_, number) => ({ number: number + 1, onRaw: true, length: 250_000 }));
  await write(folder.file('long.pcapng'), [{ number: 0 }, ...long]);
  await rewrite(folder.file('long.pcapng'), folder.file('copy.pcapng'));
  expect(await read(folder.file('copy.pcapng'))).toEqual(['eth0 0', ...long.map(({ number }) => `tun0 ${number}`)]);
});

test('frames longer than the snap length of their interface are complete', async () => {
  using folder = new TestFolder();
  const writer = createPcapngWriter(folder.file('over.pcapng'));
  writer.addInterface({ linkType: LinkType.ethernet, name: 'eth0', snapLength: 262_144 });
  writer.add(frame({ number: 7, length: 250_000 }), 250_000);
  await writer.close();
  const bytes = readFileSync(folder.file('over.pcapng'));
  bytes.writeUInt32LE(64, bytes.indexOf('tapline') + 16 + 12); // the snap length of the description that follows
  writeFileSync(folder.file('over.pcapng'), bytes);
  await rewrite(folder.file('over.pcapng'), folder.file('copy.pcapng'));
  await using copy = await openFile(folder.file('copy.pcapng'));
  const lengths: number[] = [];
  for await (const packet of copy.packets()) lengths.push(packet.bytes.length);
  expect([copy.interfaces[0]?.snapLength, lengths]).toEqual([64, [250_000]]);
});

test.each([
  [
    'pcap',
    2 ** 32,
    'a PCAP file cannot hold a frame from 4294967296 seconds after 1970; write to a name that ends in .pcapng',
  ],
  ['pcapng', 2 ** 35, 'a PCAPNG file cannot hold a frame from 34359738368 seconds after 1970'],
  ['pcapng', -1, 'a PCAPNG file cannot hold a frame from 1 seconds before 1970'],
])('a time that a %s file cannot hold is refused, after the frames before it', async (kind, seconds, message) => {
  using folder = new TestFolder();
  const frames = [frame({ number: 1 }), frame({ number: 2, seconds })];
  await using source = await recordingOf(frames)();
  const path = folder.file(`copy.${kind}`);
  const files = kind === 'pcap' ? new FileSeries(path, pcapFileFormat(source)) : new GrowingFiles(path, source, {});
  await expect(record(source, files)).rejects.toMatchObject({ code: 'FRAME_TIME', message });
  await files.close();
  expect((await read(path)).length).toBe(1);
});

test('files are named after the times of their frames, also in the future; without frames there is no file', async () => {
  using folder = new TestFolder();
  const future = 4e9; // 2096
  const frames = [0, 5, 10, 11].map((second, number) => ({ number, seconds: future + second }));
  await write(folder.file('all.pcapng'), frames);
  const series = { rotation: { seconds: 10 }, isLazy: true };
  await rewrite(folder.file('all.pcapng'), folder.file('part-%H%M%S.pcapng'), series);
  expect(await read(folder.file('part-070640.pcapng'))).toEqual(['eth0 0', 'eth0 1']);
  expect(await read(folder.file('part-070650.pcapng'))).toEqual(['eth0 2', 'eth0 3']);
  await write(folder.file('none.pcapng'), []);
  await rewrite(folder.file('none.pcapng'), folder.file('never-%H.pcapng'), series);
  expect(readdirSync(folder.path).filter((name) => name.startsWith('never'))).toEqual([]);
});
