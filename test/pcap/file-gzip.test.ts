/** gzip files of other programs: members, headers, damage, trailing data; and waiting for pipes. @module */
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { openFile } from '../../src/pcap/file-reader.ts';
import { buildPcap } from '../support/capture-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tapline-gzip-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const FRAMES = 3000;
const FILE = new Uint8Array(
  buildPcap({
    records: Array.from(
      { length: FRAMES },
      (_, index) =>
        [index, 0, 60, 60, new Uint8Array(60).map((_, place) => (index * 7919 + place * place) >> 3)] as const,
    ),
  }),
);
const PACKED = gzipSync(FILE);
const HEAD_LENGTH = 10;

async function readPacked(bytes: Uint8Array): Promise<readonly [frames: number, code: string | undefined]> {
  writeFileSync(at('x.pcap.gz'), bytes);
  await using source = await openFile(at('x.pcap.gz'));
  let frames = 0;
  try {
    for await (const batch of source.batches()) frames += batch.size;
  } catch (error) {
    return [frames, (error as { code?: string }).code];
  }
  return [frames, undefined];
}

describe('gzip', () => {
  test('several members, which end anywhere', async () => {
    for (const place of [1, 5, 24, 70_000, FILE.length - 1]) {
      const members = [gzipSync(FILE.subarray(0, place)), gzipSync(new Uint8Array(0)), gzipSync(FILE.subarray(place))];
      expect(await readPacked(Buffer.concat(members)), `${place}`).toEqual([FRAMES, undefined]);
    }
  });

  test('one member per frame, also with a truncated or damaged one', async () => {
    const members = [gzipSync(FILE.subarray(0, 24))];
    for (let at = 24; at < FILE.length; at += 76) members.push(gzipSync(FILE.subarray(at, at + 76)));
    const all = Buffer.concat(members);
    expect(await readPacked(all)).toEqual([FRAMES, undefined]);
    const head = Buffer.concat(members.slice(0, 1001));
    expect(await readPacked(all.subarray(0, head.length + 40))).toEqual([1000, 'FILE_TRUNCATED']);
    expect(await readPacked(all.with(head.length - 7, 0))).toEqual([1000, 'FILE_FORMAT']);
    const large = Buffer.concat([head, gzipSync(FILE.subarray(24 + 76_000))]);
    expect(await readPacked(large)).toEqual([FRAMES, undefined]);
  });

  test('headers with all optional fields of RFC 1952', async () => {
    const head = Uint8Array.of(0x1f, 0x8b, 8, 0x1f, 0, 0, 0, 0, 0, 3);
    const extra = [3, 0, 1, 2, 3];
    const texts = Buffer.from('name.pcap\0a comment\0');
    const body = PACKED.subarray(HEAD_LENGTH);
    expect(await readPacked(Buffer.concat([head, Buffer.from(extra), texts, Buffer.from([9, 9]), body]))).toEqual([
      FRAMES,
      undefined,
    ]);
  });

  test('a wrong checksum or length, or trailing data, does not affect the frames before', async () => {
    expect(await readPacked(PACKED.with(PACKED.length - 6, 1))).toEqual([FRAMES, 'FILE_FORMAT']);
    expect(await readPacked(PACKED.with(PACKED.length - 1, 1))).toEqual([FRAMES, 'FILE_FORMAT']);
    expect(await readPacked(Buffer.concat([PACKED, Buffer.from('and so on')]))).toEqual([FRAMES, 'FILE_FORMAT']);
    expect(await readPacked(Buffer.concat([PACKED, new Uint8Array(1000)]))).toEqual([FRAMES, undefined]);
  });

  test('truncated anywhere after the data: yields all frames, then an error', async () => {
    for (const lost of [1, 7, 8]) {
      expect(await readPacked(PACKED.subarray(0, PACKED.length - lost))).toEqual([FRAMES, 'FILE_TRUNCATED']);
    }
    for (const kept of [1, 9, 12]) {
      const cut = Buffer.concat([PACKED, PACKED.subarray(0, kept)]);
      expect(await readPacked(cut), `${kept}`).toEqual([FRAMES, 'FILE_TRUNCATED']);
    }
  });

  test('invalid deflate data is a damaged file', async () => {
    const invalid = Buffer.concat([
      PACKED.subarray(0, HEAD_LENGTH),
      deflateRawSync(FILE, { finishFlush: 3 }),
      Buffer.from([7]),
    ]);
    const [frames, code] = await readPacked(invalid);
    expect(code).toBe('FILE_FORMAT');
    expect(frames).toBeGreaterThan(FRAMES - (16 << 10) / 76 - 1); // zlib does not return the output of the failed step
  });
});

test.each(['plain', 'packed'])('a signal ends the wait for a pipe without a writer: %s', async (kind) => {
  const path = at(`pipe-${kind}`);
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  const writer = createWriteStream(path);
  writer.write(kind === 'plain' ? FILE : PACKED.subarray(0, PACKED.length - 100));
  const stop = new AbortController();
  const source = await openFile(path);
  let frames = 0;
  for await (const batch of source.batches({ signal: stop.signal })) {
    frames += batch.size;
    if (frames > FRAMES - 500) setTimeout(() => stop.abort(), 50);
  }
  expect(frames).toBeGreaterThan(FRAMES - 500);
  await source.close();
  writer.destroy();
});
