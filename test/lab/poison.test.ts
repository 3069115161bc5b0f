/** Sources that overwrite what goes back: code that keeps a lent frame is found out, code that does not is not harmed. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaptureSource } from '../../src/base/frame.ts';
import { openLive, openLiveMany, openShared } from '../../src/capture/live.ts';
import type { RecordBatch } from '../../src/capture/live-source.ts';
import { createLab, type Lab, sendFrames, twoHosts } from '../../src/lab/index.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { createPcapWriter } from '../../src/pcap/file-writer.ts';
import { BlockType } from '../../src/pcap/format.ts';
import { type RecordProgress, record } from '../../src/session/record.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { LabProcess } from '../support/lab-process.ts';
import { countBlocks } from '../support/pcapng-blocks.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

const FRAME = taggedFrame([], 100);
const FRAMES = Array.from({ length: 20 }, () => FRAME);
const OPTIONS = { filter: 'udp port 9', blockTimeout: 5, poison: true } as const;

/** Keeps what it must not, until the source has given all it has. */
async function keepViews(source: CaptureSource, send: () => void): Promise<Uint8Array[]> {
  const kept: Uint8Array[] = [];
  const stop = new AbortController();
  send();
  for await (const batch of source.batches({ signal: stop.signal })) {
    batch.forEach(({ data, offset, length }) => {
      const view = data.subarray(offset, offset + length);
      expect([...view]).toEqual([...FRAME]); // as long as it is lent
      kept.push(view);
    });
    if (kept.length === FRAMES.length) stop.abort();
  }
  return kept;
}

const send = (): void => sendFrames(lab.host('left'), 'eth0', FRAMES);
const POISONED = FRAMES.map(() => FRAME.map(() => 0xdb));

test('of a live source', async () => {
  await using source = lab.host('right').run(() => openLive('eth0', OPTIONS));
  expect(await keepViews(source, send)).toEqual(POISONED);
});

test('of several interfaces', async () => {
  await using source = lab.host('right').run(() => openLiveMany([{ interfaceName: 'eth0', ...OPTIONS }]));
  expect(await keepViews(source, send)).toEqual(POISONED);
});

test('of a file', async () => {
  using folder = new TestFolder();
  const path = folder.file('frames.pcap');
  const writer = createPcapWriter(path, { linkType: 1 });
  for (const data of FRAMES) {
    const { length } = data;
    writer.add({ data, offset: 0, length, wireLength: length, seconds: 1, nanoseconds: 0, interfaceIndex: 0 }, length);
  }
  await writer.close();
  await using source = await openFile(path, { poison: true });
  expect(await keepViews(source, () => {})).toEqual(POISONED);
});

describe('records', () => {
  const inHost = <T>(open: () => T): T => lab.host('right').run(open);
  test.each([
    ['of a ring', () => inHost(() => openLive('eth0', OPTIONS))],
    [
      'of a ring that is walked in TypeScript',
      () => inHost(() => openLive('eth0', { ...OPTIONS, engine: 'interpreter' })),
    ],
    ['of several interfaces', () => inHost(() => openLiveMany([{ interfaceName: 'eth0', ...OPTIONS }]))],
    [
      'of a shared interface',
      () => inHost(() => openShared({ interfaceName: 'eth0', ...OPTIONS }, { rings: 2, mode: 'hash' })),
    ],
  ])('%s, when they go back; retained ones later', async (_case, open) => {
    await using source = open();
    const batches = source.records({ container: 'pcap', timestampPrecision: 'nano' })[Symbol.asyncIterator]();
    const next = async (): Promise<RecordBatch> => {
      send();
      const { value } = await batches.next();
      if (value === undefined) throw new Error('no batch came');
      return value;
    };
    const isPoisoned = ({ bytes }: RecordBatch): boolean => bytes.length > 0 && bytes.every((byte) => byte === 0xdb);
    const retained = await next();
    const giveBack = retained.retain();
    const lent = await next();
    expect(Buffer.from(lent.bytes).includes(Buffer.from(FRAME))).toBe(true);
    const last = await next();
    expect(isPoisoned(lent)).toBe(true);
    expect(Buffer.from(retained.bytes).includes(Buffer.from(FRAME))).toBe(true);
    giveBack();
    expect(isPoisoned(retained)).toBe(true);
    await batches.return?.();
    expect(isPoisoned(last)).toBe(true);
  });

  test.each([
    ['a PCAP file', ['-i', 'eth0', '-B', '8'], 'frames.pcap', 1400],
    ['a PCAPNG file whose blocks are the ring’s', ['-i', 'eth0', '-B', '32'], 'in-place.pcapng', 1400],
    ['several interfaces', ['-i', 'eth0', '-i', 'lo', '-B', '8'], 'both.pcapng', 100],
  ])('tapline capture --poison: %s holds what was sent', async (_case, source, name, payloadLength) => {
    using folder = new TestFolder();
    const path = folder.file(name);
    const frame = taggedFrame([], payloadLength);
    const count = 6000;
    const words = ['capture', '--poison', ...source, '-w', path, '-c', String(count), 'udp port 9'];
    await using program = new LabProcess(lab.host('right'), process.execPath, [MAIN, ...words]);
    await program.printed('listening on');
    while (!program.hasEnded) {
      sendFrames(lab.host('left'), 'eth0', Array(100).fill(frame));
      await sleep(5);
    }
    expect(await program.exit()).toBe(0);
    const recorded = await readPackets(path);
    expect(recorded).toHaveLength(count);
    expect(recorded.every(({ bytes }) => Buffer.from(frame).equals(bytes))).toBe(true);
    if (name === 'in-place.pcapng') expect(countBlocks(path, BlockType.filler)).toBeGreaterThan(count / 2);
  });
});

test('packets, and recordings over many turns of a small ring, hold what was sent', async () => {
  using folder = new TestFolder();
  const path = folder.file('frames.pcap');
  const options = { ...OPTIONS, bufferSize: 1 << 19 };
  await using source = lab.host('right').run(() => openLive('eth0', options));
  await using owning = lab.host('right').run(() => openLive('eth0', options));
  const writer = createPcapWriter(path, source);
  const count = 4000;
  let recordedCount = 0;
  const onProgress = ({ frames }: RecordProgress): void => {
    recordedCount = frames;
  };
  const recording = record(source, writer, { limit: count, onProgress });
  const owned: Uint8Array[] = [];
  const reading = (async () => {
    for await (const { bytes } of owning.packets()) {
      owned.push(bytes);
      if (owned.length === count) return;
    }
  })();
  for (let sent = 0; sent < count; sent += 100) {
    sendFrames(lab.host('left'), 'eth0', Array(100).fill(FRAME));
    do await sleep(1);
    while (sent - Math.min(recordedCount, owned.length) > 300); // far less than the ring has room for
  }
  await Promise.all([recording, reading]);
  await writer.close();
  const expected = Buffer.from(FRAME);
  const recorded = await readPackets(path);
  expect(recorded).toHaveLength(count);
  expect(recorded.every(({ bytes }) => expected.equals(bytes))).toBe(true);
  expect(owned.every((bytes) => expected.equals(bytes))).toBe(true);
});
