/** Live sources closed at any moment: the reader ends, nothing crashes or hangs, and no frame reads other than it was sent. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLive, openLiveMany, openShared } from '../../src/capture/live.ts';
import type { LiveSource } from '../../src/capture/live-source.ts';
import type { MergedSource } from '../../src/capture/merge/merged-source.ts';
import { createLab, type FrameSender, type Lab, openFrameSender, twoHosts } from '../../src/lab/index.ts';
import type { RecordFormat } from '../../src/pcap/format.ts';
import { taggedFrame } from '../support/capture-lab.ts';
import { RandomSource } from '../support/random-source.ts';

let lab: Lab;
let sender: FrameSender;
beforeAll(async () => {
  lab = await createLab(twoHosts());
  sender = openFrameSender(lab.host('left'), 'eth0');
});
afterAll(async () => {
  sender.close();
  await lab.close();
});

const FRAME = Buffer.from(taggedFrame([], 1200));
/** What stands in every record of it, cooked or not. */
const PACKET = FRAME.subarray(14);
const OPTIONS = { filter: 'udp port 9', blockTimeout: 5, bufferSize: 1 << 20 } as const;
const FORMATS: readonly RecordFormat[] = [
  { container: 'pcap', timestampPrecision: 'nano' },
  { container: 'pcapng', inPlace: false },
  { container: 'pcapng', inPlace: true },
];
const OPENERS: readonly (() => LiveSource | MergedSource)[] = [
  () => openLive('eth0', OPTIONS),
  () => openLive('any', { ...OPTIONS, engine: 'interpreter' }),
  () =>
    openLiveMany([
      { interfaceName: 'eth0', ...OPTIONS },
      { interfaceName: 'any', ...OPTIONS },
    ]),
  () => openShared({ interfaceName: 'eth0', ...OPTIONS }, { rings: 2, mode: 'hash' }),
];

async function readFrames(source: LiveSource | MergedSource, closeAfter: number): Promise<void> {
  let batches = 0;
  for await (const batch of source.batches()) {
    batch.forEach(({ data, offset, length }) => {
      expect(PACKET.compare(data, offset + length - PACKET.length, offset + length)).toBe(0);
    });
    batches += 1;
    if (batches === closeAfter) await source.close();
  }
}

/** Some batches are retained for a while, as for a disk; what is retained stays as it is until it is given back. */
async function readRecords(source: LiveSource | MergedSource, closeAfter: number, random: RandomSource): Promise<void> {
  const writes: Promise<void>[] = [];
  const options = random.oneIn(2) ? {} : { limit: 1 + random.below(500) };
  let batches = 0;
  for await (const batch of source.records(random.pick(FORMATS), options)) {
    if (random.oneIn(2)) {
      const giveBack = batch.retain();
      const before = Buffer.from(batch.bytes);
      writes.push(
        sleep(random.below(20)).then(() => {
          expect(before.equals(batch.bytes)).toBe(true);
          giveBack();
        }),
      );
    }
    expect(Buffer.from(batch.bytes).includes(PACKET)).toBe(true);
    batches += 1;
    if (batches === closeAfter && writes.length === 0) await source.close();
  }
  await Promise.all(writes);
}

test.each([1, 2, 3, 4])('at random moments, seed %i', async (seed) => {
  const random = new RandomSource(seed);
  for (let round = 0; round < 30; round += 1) {
    const source = lab.host('right').run(OPENERS[round % OPENERS.length] as () => LiveSource | MergedSource);
    if (random.oneIn(8)) await source.close(); // before the first read
    const closeAfter = random.below(3); // 0: only from outside
    const reading = random.oneIn(2) ? readFrames(source, closeAfter) : readRecords(source, closeAfter, random);
    const bursts = random.below(4);
    for (let burst = 0; burst < bursts; burst += 1) {
      for (let sent = random.below(200); sent >= 0; sent -= 1) sender.send(FRAME);
      await sleep(random.below(15));
    }
    const first = source.close();
    if (random.oneIn(2)) await source.close();
    await Promise.all([first, reading]);
    await source.close();
    expect(source.statistics().received).toBeGreaterThanOrEqual(0);
  }
});

test('in the middle of a batch of the ring itself, by its own reader; and whoever closes twice waits for the same', async () => {
  const source = lab.host('right').run(() => openLive('eth0', { ...OPTIONS, bufferSize: 32 << 20 }));
  for (let sent = 0; sent < 3000; sent += 1) sender.send(FRAME);
  let inPlace = 0;
  for await (const batch of source.records({ container: 'pcapng', inPlace: true })) {
    if (!batch.inPlace) continue;
    inPlace += 1;
    await source.close();
  }
  expect(inPlace).toBe(1);

  const retaining = lab.host('right').run(() => openLive('eth0', { ...OPTIONS, bufferSize: 32 << 20 }));
  for (let sent = 0; sent < 3000; sent += 1) sender.send(FRAME);
  for await (const batch of retaining.records({ container: 'pcapng', inPlace: true })) {
    if (!batch.inPlace) continue;
    const giveBack = batch.retain();
    let closed = 0;
    const closing = [retaining.close(), retaining.close()].map((each) => each.then(() => (closed += 1)));
    await sleep(20);
    expect(closed).toBe(0);
    expect(Buffer.from(batch.bytes).includes(PACKET)).toBe(true);
    giveBack();
    await Promise.all(closing);
  }
});

test('once it is being closed, no batch comes any more, whatever the ring holds', async () => {
  const source = lab.host('right').run(() => openLive('eth0', { ...OPTIONS, bufferSize: 32 << 20 }));
  for (let sent = 0; sent < 12_000; sent += 1) sender.send(FRAME);
  const batches = source.records({ container: 'pcapng', inPlace: true })[Symbol.asyncIterator]();
  const { value } = await batches.next();
  const giveBack = value.retain();
  const before = Buffer.from(value.bytes);
  const closing = source.close();
  expect(await batches.next()).toMatchObject({ done: true });
  expect(before.equals(value.bytes)).toBe(true);
  giveBack();
  await closing;
});
