/** Files written directly from capture memory equal those of the buffered writer. @module */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { DIRECT_BLOCK, DirectFile } from '../../src/pcap/file-direct.ts';
import { pcapContainer, pcapFileFormat, pcapngContainer } from '../../src/pcap/file-format.ts';
import { openOutputFile } from '../../src/pcap/file-output.ts';
import { PlainFile } from '../../src/pcap/file-plain.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { createPcapWriter } from '../../src/pcap/file-writer.ts';
import { ownRecords, type RecordContainer } from '../../src/pcap/record-file.ts';
import { eventually } from '../support/eventually.ts';
import { recordOf, TestGatherer } from '../support/gathered-batches.ts';
import { fillerBefore, packetBlock } from '../support/pcapng-blocks.ts';

const folder = mkdtempSync(join(tmpdir(), 'tapline-direct-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OPTIONS = { linkType: 1, snapLength: 262_144, timestampPrecision: 'nano' } as const;
const CONTAINER = pcapContainer(OPTIONS);

function create(name: string): DirectFile {
  return createOf(join(folder, name), CONTAINER);
}

function createOf(path: string, container: RecordContainer): DirectFile {
  const file = DirectFile.over(openOutputFile(path, {}, 'any'), container);
  if (file === undefined) throw new Error('the temporary folder takes no direct writes');
  return file;
}

describe('a direct file', () => {
  test('equals the file of the buffered writer byte for byte, for any division into batches', async () => {
    const length = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 3000, max: 70_000 }));
    const batches = fc.array(fc.array(length, { minLength: 1, maxLength: 8 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), fc.infiniteStream(fc.boolean()), async (lengths, waits, appends) => {
        const direct = create('direct.pcap');
        const plain = createPcapWriter(join(folder, 'plain.pcap'), OPTIONS);
        const gatherer = new TestGatherer();
        for (const [index, batch] of lengths.entries()) {
          const records = batch.map((size, place) => recordOf(size, (index * 8 + place) & 0xff));
          if (appends.next().value === true) direct.append(gatherer.gather(Uint8Array.of(1, 2, 3), records, 3));
          else direct.take(gatherer.gather(direct.lead(), records));
          expect(direct.length).toBe(plain.length + Buffer.concat(records).length);
          plain.writeRecords(Buffer.concat(records), records.length);
          if (waits) await direct.flush();
        }
        await direct.close();
        await plain.close();
        expect(gatherer.held).toBe(0);
        const written = readFileSync(join(folder, 'direct.pcap'));
        expect(written.equals(readFileSync(join(folder, 'plain.pcap')))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('accepts more data at once than its buffers hold, and reports when there is room again', async () => {
    const file = create('large.pcap');
    const records = new Uint8Array(10_000_001).map((_, index) => index % 251);
    file.append(ownRecords(records));
    let isReady = false;
    const ready = file.ready().then(() => {
      isReady = true;
    });
    await Promise.resolve();
    expect(isReady).toBe(false);
    await ready;
    file.append(ownRecords(records.subarray(0, 100_000)));
    await file.close();
    const written = readFileSync(join(folder, 'large.pcap')).subarray(CONTAINER.headerLength);
    expect(written.equals(Buffer.concat([records, records.subarray(0, 100_000)]))).toBe(true);
  });

  test('writes its header at once, and its end soon after the last record, without a flush', async () => {
    const path = join(folder, 'soon.pcap');
    const file = create('soon.pcap');
    expect(statSync(path).size).toBe(24);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    file.take(new TestGatherer().gather(file.lead(), [recordOf(100, 1), recordOf(DIRECT_BLOCK, 2)]));
    const whole = 24 + 116 + 16 + DIRECT_BLOCK;
    await eventually(() => expect(statSync(path).size).toBe(whole));
    await file.close();
    await file.close();
    expect(statSync(path).size).toBe(whole);
  });

  test('writes a few records at once', async () => {
    const path = join(folder, 'at-once.pcap');
    const file = create('at-once.pcap');
    const gatherer = new TestGatherer();
    const records = [1, 2, 3].map((fill) => recordOf(3000, fill));
    for (const record of records) file.take(gatherer.gather(file.lead(), [record]));
    expect(readFileSync(path).subarray(24).equals(Buffer.concat(records))).toBe(true);
    expect(file.pendingLength).toBe(0);
    await file.close();
    expect(statSync(path).size).toBe(24 + 3 * 3016);
  });

  test('is not used on a device or a pipe, nor for packet-buffered output', async () => {
    expect(DirectFile.over(openOutputFile('/dev/null', {}, 'any'), CONTAINER)).toBeUndefined();
    const onDevice = pcapFileFormat(OPTIONS).create(openOutputFile('/dev/null', {}, 'any'));
    expect(onDevice).toBeInstanceOf(PlainFile);
    await onDevice.close();
    const pipe = join(folder, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const onPipe = pcapFileFormat(OPTIONS).create(openOutputFile(pipe, {}, 'any'));
    expect(onPipe).toBeInstanceOf(PlainFile);
    await onPipe.close();
    closeSync(reader);
    const path = join(folder, 'each.pcap');
    const packetBuffered = pcapFileFormat({ ...OPTIONS, packetBuffered: true }).create(openOutputFile(path, {}, 'any'));
    expect(packetBuffered).toBeInstanceOf(PlainFile);
    await packetBuffered.close();
    const direct = pcapFileFormat(OPTIONS).create(openOutputFile(path, {}, 'any'));
    expect(direct).toBeInstanceOf(DirectFile);
    await direct.close();
  });

  test('accepts blocks of the ring in place, between gathered blocks, and every frame is read back in order', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 9 });
    const batches = fc.array(fc.tuple(fc.boolean(), lengths), { minLength: 1, maxLength: 6 });
    const comment = fc.constantFrom(undefined, 'a header that is longer than a page '.repeat(150));
    await fc.assert(
      fc.asyncProperty(batches, comment, async (wanted, said) => {
        const path = join(folder, 'direct.pcapng');
        const options = said === undefined ? {} : { comment: said };
        const file = createOf(path, pcapngContainer({ linkType: 1, name: 'eth0' }, options));
        const gatherer = new TestGatherer();
        let fill = 0;
        for (const [inPlace, batch] of wanted) {
          const blocks = batch.map((length) => packetBlock(length, fill++ & 0xff));
          if (inPlace) file.take({ ...gatherer.gather(fillerBefore(blocks), blocks), inPlace: true });
          else file.take(gatherer.gather(file.lead(), blocks));
        }
        await file.close();
        expect(gatherer.held).toBe(0);
        expect(statSync(path).size).toBe(file.length);
        const expected = wanted.flatMap(([, batch]) => batch).map((length, index) => [length, index & 0xff]);
        const read: number[][] = [];
        await using source = await openFile(path);
        for await (const { bytes } of source.packets()) read.push([bytes.length, bytes[0] ?? -1]);
        expect(read).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
