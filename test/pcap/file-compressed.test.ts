/** Files compressed while they are written, with gzip and, when this Node supports it, zstd. @module */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { type Compression, compressionOfName } from '../../src/pcap/file-compression.ts';
import { pcapFileFormat } from '../../src/pcap/file-format.ts';
import { openOutputFile } from '../../src/pcap/file-output.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { recordOf, TestGatherer } from '../support/gathered-batches.ts';
import { requirePeer } from '../support/peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'tapline-packed-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const OPTIONS = { linkType: 1, snapLength: 262_144 } as const;
const hasZstd = 'createZstdCompress' in zlib;
const ALL: readonly Exclude<Compression, 'none'>[] = hasZstd ? ['gzip', 'zstd'] : ['gzip'];

/** Returns the first byte of each frame, and the error code at the end. */
async function readFills(path: string): Promise<{ fills: number[]; code: string | undefined }> {
  const fills: number[] = [];
  try {
    await using source = await openFile(path);
    for await (const { bytes } of source.packets()) fills.push(bytes[0] ?? -1);
  } catch (error) {
    return { fills, code: (error as { code?: string }).code };
  }
  return { fills, code: undefined };
}

test.each([
  ['a.pcap', 'none'],
  ['a.pcap.gz', 'gzip'],
  ['A.PCAP.GZ', 'gzip'],
  ['a.pcapng.zst', 'zstd'],
  ['a.gz.pcap', 'none'],
])('%s asks for %s', (name, compression) => {
  expect(compressionOfName(name)).toBe(compression);
});

describe.each(ALL)('%s', (compression) => {
  test('batches of all lengths are read back in order', async () => {
    const file = pcapFileFormat(OPTIONS, compression).create(openOutputFile(at('a'), {}, 'any'));
    const gatherer = new TestGatherer();
    let fill = 0;
    let length = 24;
    for (const sizes of [[10, 2000], [200_000, 200_000], [1], [60_000, 60_000, 200_000, 200_000], [9], [262_144]]) {
      const records = sizes.map((size) => recordOf(size, fill++));
      file.take(gatherer.gather(file.lead(), records));
      length += Buffer.concat(records).length;
      expect(file.length).toBe(length);
      expect(file.storedLength).toBeGreaterThanOrEqual(file.pendingLength);
      await file.ready();
    }
    await file.close();
    expect(gatherer.held).toBe(0);
    expect(file.pendingLength).toBe(0);
    expect(file.storedLength).toBe(readFileSync(at('a')).length);
    expect(await readFills(at('a'))).toEqual({ fills: Array.from({ length: fill }, (_, one) => one), code: undefined });
  });

  test('gzip(1) or zstd(1) decompresses it to the uncompressed file', async () => {
    const program = requirePeer(compression);
    if (program === undefined) return;
    const file = pcapFileFormat(OPTIONS, compression).create(openOutputFile(at('a'), {}, 'any'));
    file.take(new TestGatherer().gather(file.lead(), [recordOf(100, 1)]));
    await file.flush();
    file.take(new TestGatherer().gather(file.lead(), [recordOf(100, 2)]));
    await file.close();
    const { stdout, status } = spawnSync(program, ['-dc'], { input: readFileSync(at('a')) });
    expect(status).toBe(0);
    expect(stdout.subarray(24).equals(Buffer.concat([recordOf(100, 1), recordOf(100, 2)]))).toBe(true);
  });

  test('flushed frames are complete in a file that is still written', async () => {
    const file = pcapFileFormat(OPTIONS, compression).create(openOutputFile(at('a'), {}, 'any'));
    file.take(new TestGatherer().gather(file.lead(), [recordOf(100, 1)]));
    await file.flush();
    expect((await readFills(at('a'))).fills).toEqual([1]);
    await file.close();
  });

  test('on a full disk, the error gives the number of complete frames, and memory is released', async () => {
    const full = { descriptor: openSync('/dev/full', 'w'), name: 'x', isFile: false, isOurs: true };
    const file = pcapFileFormat(OPTIONS, compression).create(full);
    const gatherer = new TestGatherer();
    for (let batch = 0; batch < 4; batch += 1) {
      file.take(gatherer.gather(file.lead(), [recordOf(200_000, 1), recordOf(200_000, 1)]));
      await file.ready();
    }
    await expect(file.flush()).rejects.toMatchObject({ code: 'DISK_FULL', framesWritten: 0 });
    expect(file.stopped.aborted).toBe(true);
    await expect(file.close()).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(gatherer.held).toBe(0);
    expect(() => closeSync(full.descriptor)).toThrow('EBADF');
  });
});

describe.runIf(hasZstd)('zstd files of other programs', () => {
  const zstd = requirePeer('zstd');
  const pack = (bytes: Uint8Array, ...words: string[]): Buffer =>
    spawnSync(zstd ?? '', ['-qc', ...words], { input: bytes, maxBuffer: 1 << 28 }).stdout;
  const header = (): Uint8Array => {
    const file = new Uint8Array(24);
    new DataView(file.buffer).setUint32(0, 0xa1b2c3d4, true);
    file.set([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1], 4);
    return file;
  };

  test('with many zstd frames, which end anywhere', async () => {
    const fills = Array.from({ length: 100 }, (_, index) => index);
    const frames = fills.map((fill) =>
      pack(Buffer.from(recordOf(fill * 50, fill).map((byte, place) => (place < 17 ? byte : byte ^ (place * 7919))))),
    );
    writeFileSync(at('many.zst'), Buffer.concat([pack(header()), ...frames]));
    const read = await readFills(at('many.zst'));
    expect(read.code).toBeUndefined();
    expect(read.fills.slice(1)).toEqual(fills.slice(1));
  });

  test('truncated: yields the complete frames, then an error', async () => {
    const records = Array.from({ length: 2000 }, (_, index) => recordOf(1000, index & 0xff));
    const random = Buffer.concat(records).map((byte, place) => (place % 1016 < 17 ? byte : (place * 7919) >> 3));
    const packed = pack(Buffer.concat([header(), random]), '--check');
    writeFileSync(at('cut.zst'), packed.subarray(0, packed.length - 100));
    const { fills, code } = await readFills(at('cut.zst'));
    expect(code).toBe('FILE_TRUNCATED');
    expect(fills.length).toBeGreaterThan(100);
    packed.fill(1, packed.length >> 1);
    writeFileSync(at('bad.zst'), packed);
    expect((await readFills(at('bad.zst'))).code).toBe('FILE_FORMAT');
  });

  test('a small file with huge content is read in steps', async () => {
    const huge = pack(Buffer.concat([header(), Buffer.alloc(64 << 20)]));
    expect(huge.length).toBeLessThan(10_000);
    writeFileSync(at('huge.zst'), huge);
    await using source = await openFile(at('huge.zst'));
    let frames = 0;
    for await (const batch of source.batches()) frames += batch.size;
    expect(frames).toBe((64 << 20) / 16);
  });
});
