/** Sources that overwrite what goes back: code that keeps a lent frame is found out, code that does not is not harmed. @module */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CaptureSource } from '../../src/base/frame.ts';
import { openLive, openLiveMany } from '../../src/capture/index.ts';
import { createLab, type Lab, sendFrames, twoHosts } from '../../src/lab/index.ts';
import { createPcapWriter, openFile } from '../../src/pcap/index.ts';
import { record } from '../../src/session/index.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';

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

test('packets, and recordings over many turns of a small ring, hold what was sent', async () => {
  using folder = new TestFolder();
  const path = folder.file('frames.pcap');
  const options = { ...OPTIONS, bufferSize: 1 << 19 };
  await using source = lab.host('right').run(() => openLive('eth0', options));
  await using owning = lab.host('right').run(() => openLive('eth0', options));
  const writer = createPcapWriter(path, source);
  const count = 4000;
  const recording = record(source, writer, { limit: count });
  const owned: Uint8Array[] = [];
  const reading = (async () => {
    for await (const { bytes } of owning.packets()) {
      owned.push(bytes);
      if (owned.length === count) return;
    }
  })();
  for (let sent = 0; sent < count; sent += 100) {
    sendFrames(lab.host('left'), 'eth0', Array(100).fill(FRAME));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all([recording, reading]);
  await writer.close();
  const expected = Buffer.from(FRAME);
  const recorded = await readPackets(path);
  expect(recorded).toHaveLength(count);
  expect(recorded.every(({ bytes }) => expected.equals(bytes))).toBe(true);
  expect(owned.every((bytes) => expected.equals(bytes))).toBe(true);
});
