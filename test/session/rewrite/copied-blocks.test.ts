/** PCAPNG files are rewritten without loss: blocks in their order, byte for byte. @module */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrameView } from '../../../src/base/frame.ts';
import { openFile } from '../../../src/pcap/file-reader.ts';
import { record } from '../../../src/session/record.ts';
import { copyBlocks } from '../../../src/session/rewrite/copied-blocks.ts';
import type { FileSeriesOptions } from '../../../src/session/series/series-options.ts';
import { parseAll } from '../../support/capture-file.ts';
import { TestFolder } from '../../support/capture-lab.ts';
import { corpusFolder } from '../../support/peers.ts';
import { blocksOf, RICH_FRAMES, richFile, SECRET_TEXTS, SectionBuilder } from '../../support/rich-pcapng.ts';

interface Rewriting {
  readonly filter?: (frame: FrameView) => number;
  readonly limit?: number;
  readonly strip?: boolean;
  readonly series?: FileSeriesOptions;
}

/** Rewrites a file as `tapline read -w` does. @returns the code of the error, if there was one */
async function rewrite(from: string, to: string, rewriting: Rewriting = {}): Promise<string | undefined> {
  const { filter, limit, strip = false, series = {} } = rewriting;
  await using source = await openFile(from, { blocks: true, ...(filter === undefined ? {} : { filter }) });
  const isSelective = filter !== undefined || limit !== undefined || strip;
  const copied = copyBlocks(source, to, {
    isSelective,
    stripping: strip ? 'secrets' : 'nothing',
    series: { ...series, isLive: false },
  });
  try {
    await record(copied.source, copied.output, limit === undefined ? {} : { limit });
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  } finally {
    await copied.output.close().catch(() => {}); // throws the error that `record` has thrown
  }
}

/** Rewrites the rich file. @returns the new file */
async function rewriteRich(rewriting: Rewriting = {}): Promise<Buffer> {
  using folder = new TestFolder();
  writeFileSync(folder.file('in.pcapng'), richFile());
  expect(await rewrite(folder.file('in.pcapng'), folder.file('out.pcapng'), rewriting)).toBeUndefined();
  return readFileSync(folder.file('out.pcapng'));
}

/** The first byte of each frame of the rich file: its number. */
function numbersOf(file: Uint8Array): number[] {
  const { frames, code } = parseAll(file);
  expect(code).toBeUndefined();
  return frames.map(({ bytes }) => Number.parseInt(bytes.slice(0, 2), 16));
}

const onlyFrames =
  (...numbers: readonly number[]) =>
  (frame: FrameView): number =>
    numbers.includes(frame.data[frame.offset] ?? 0) ? frame.length : 0;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('without a filter', () => {
  test('the output equals the input', async () => {
    expect(hex(await rewriteRich())).toBe(hex(richFile()));
  });

  const folder = join(corpusFolder(), 'pcaps');
  test.each(readdirSync(folder).filter((name) => name.endsWith('.pcapng')))(
    '%s equals the input up to the damage',
    async (name) => {
      using out = new TestFolder();
      const code = await rewrite(join(folder, name), out.file('out.pcapng'));
      const [before, after] = [readFileSync(join(folder, name)), readFileSync(out.file('out.pcapng'))];
      const whole = code === undefined ? before.length : after.length;
      expect(hex(after)).toBe(hex(before.subarray(0, whole)));
      expect(parseAll(after)).toMatchObject({ code: undefined, frames: parseAll(before).frames });
    },
  );

  test('from gzip, and to gzip', async () => {
    using out = new TestFolder();
    writeFileSync(out.file('in.pcapng.gz'), gzipSync(richFile()));
    await rewrite(out.file('in.pcapng.gz'), out.file('out.pcapng'));
    expect(hex(readFileSync(out.file('out.pcapng')))).toBe(hex(richFile()));
  });

  test('blocks before the first interface, and blocks of 16 MiB, are copied', async () => {
    using out = new TestFolder();
    const build = new SectionBuilder(true);
    const long = build.block(0x7777, new Uint8Array((16 << 20) - 12).fill(7));
    const parts = [
      build.header(undefined),
      build.block(10, build.words(0x544c_534b, 300_000), new Uint8Array(300_000).fill(65)),
      build.describe(1, 0),
      long,
      build.packet(0, [0, 1], new Uint8Array(60)),
      long,
    ];
    writeFileSync(out.file('in.pcapng'), Buffer.concat(parts));
    expect(await rewrite(out.file('in.pcapng'), out.file('out.pcapng'))).toBeUndefined();
    expect(readFileSync(out.file('out.pcapng')).equals(Buffer.concat(parts))).toBe(true);
  });

  test('more blocks without frames than fit into a batch', async () => {
    using out = new TestFolder();
    const build = new SectionBuilder(false);
    const names = Array.from({ length: 10_000 }, () => build.block(4, build.halves(0, 0)));
    const parts = [
      build.header(undefined),
      build.describe(1, 0),
      ...names,
      build.packet(0, [0, 1], new Uint8Array(60)),
    ];
    writeFileSync(out.file('in.pcapng'), Buffer.concat(parts));
    expect(await rewrite(out.file('in.pcapng'), out.file('out.pcapng'))).toBeUndefined();
    expect(readFileSync(out.file('out.pcapng')).equals(Buffer.concat(parts))).toBe(true);
  });
});

describe('with a selection', () => {
  test('the blocks of kept frames and all others are unchanged, except for the section lengths', async () => {
    const out = blocksOf(await rewriteRich({ filter: onlyFrames(1, 3, 10) }));
    const wanted = blocksOf(richFile()).filter(({ type, bytes }) => {
      const data = { 6: 28, 2: 28, 3: 12 }[type];
      return data === undefined || [1, 3, 10].includes(bytes[data] ?? 0);
    });
    for (const { type, bytes } of wanted) if (type === 0x0a0d0d0a) bytes.fill(0xff, 16, 24); // length unknown
    expect(out.map(({ bytes }) => hex(bytes))).toEqual(wanted.map(({ bytes }) => hex(bytes)));
  });

  test('a limit counts frames', async () => {
    expect(numbersOf(await rewriteRich({ limit: 7 }))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('frames that the filter cuts keep their options', async () => {
    const out = await rewriteRich({ filter: () => 20 });
    const { frames } = parseAll(out);
    expect(frames.map(({ bytes, wireLength }) => [bytes.length / 2, wireLength])).toEqual(
      Array.from({ length: RICH_FRAMES }, (_, index) => [20, 61 + (index % 6)]),
    );
    expect(frames.map(({ seconds }) => seconds)).toEqual(parseAll(richFile()).frames.map(({ seconds }) => seconds));
    for (const text of SECRET_TEXTS) expect(out.includes(text), text).toBe(true);
  });

  test('stripped: no secret is left, frames and their counters are', async () => {
    const out = await rewriteRich({ strip: true });
    for (const text of SECRET_TEXTS) expect(out.includes(text), text).toBe(false);
    expect(out.includes('eth1')).toBe(true);
    expect(parseAll(out).frames).toEqual(parseAll(richFile()).frames);
    expect(new Set(blocksOf(out).map(({ type }) => type))).toEqual(new Set([0x0a0d0d0a, 1, 2, 3, 5, 6]));
    const dropOption = Buffer.from('0400080007000000', 'hex'); // epb_dropcount 7
    expect(out.includes(dropOption)).toBe(true);
  });
});

describe('a series', () => {
  test.each([1, 2, 5, 6, 7])(
    'files of %i frames together hold all frames and blocks once, each with its descriptions',
    async (frames) => {
      using folder = new TestFolder();
      writeFileSync(folder.file('in.pcapng'), richFile());
      await rewrite(folder.file('in.pcapng'), folder.file('part-%N.pcapng'), {
        series: { rotation: { frames }, isLazy: true },
      });
      const names = readdirSync(folder.path)
        .filter((name) => name.startsWith('part'))
        .sort();
      expect(names.length).toBe(Math.ceil(RICH_FRAMES / frames));
      const files = names.map((name) => readFileSync(folder.file(name)));
      expect(files.flatMap(numbersOf)).toEqual(Array.from({ length: RICH_FRAMES }, (_, index) => index + 1));
      for (const file of files.slice(0, -1)) expect(numbersOf(file)).toHaveLength(frames);
      const all = parseAll(richFile());
      const times = files.flatMap((file) =>
        parseAll(file).frames.map(({ seconds, nanoseconds }) => [seconds, nanoseconds]),
      );
      expect(times).toEqual(all.frames.map(({ seconds, nanoseconds }) => [seconds, nanoseconds]));
      const rare = (file: Uint8Array) =>
        blocksOf(file).filter(({ type }) => [0x7777, 0x0bad, 0x4000_0bad, 5].includes(type));
      expect(files.flatMap(rare).map(({ bytes }) => hex(bytes))).toEqual(
        rare(richFile()).map(({ bytes }) => hex(bytes)),
      );
      const secrets = blocksOf(richFile()).find(({ type }) => type === 10);
      for (const file of files) {
        if (file.readUInt32LE(8) === 0x1a2b3c4d) expect(hex(file)).toContain(hex(secrets?.bytes ?? new Uint8Array(1)));
      }
    },
  );

  test('by time, with the times of the interfaces', async () => {
    using folder = new TestFolder();
    const build = new SectionBuilder(false);
    const nano = build.describe(1, 0, build.option(9, Uint8Array.of(9)), build.option(14, build.wide(100)));
    const at = (seconds: number): Uint8Array => build.packet(0, [0, seconds * 1e9], new Uint8Array(60).fill(seconds));
    writeFileSync(folder.file('in.pcapng'), Buffer.concat([build.header(undefined), nano, at(0), at(1), at(2), at(3)]));
    const series = { rotation: { seconds: 2 }, isLazy: true, utc: true };
    await rewrite(folder.file('in.pcapng'), folder.file('part-%M%S.pcapng'), { series });
    expect(numbersOf(readFileSync(folder.file('part-0140.pcapng')))).toEqual([0, 1]);
    expect(numbersOf(readFileSync(folder.file('part-0142.pcapng')))).toEqual([2, 3]);
  });
});

test('an output that accepts nothing is an error', async () => {
  using folder = new TestFolder();
  writeFileSync(folder.file('in.pcapng'), richFile());
  expect(await rewrite(folder.file('in.pcapng'), '/dev/full')).toBe('DISK_FULL');
});

test('any blocks in any order, in chunks of any size, with any filter, equal a plain selection', async () => {
  const build = [new SectionBuilder(true), new SectionBuilder(false)] as const;
  const block = fc.oneof(
    {
      arbitrary: fc.record({
        kind: fc.constant('packet' as const),
        number: fc.integer({ min: 1, max: 9 }),
        length: fc.integer({ min: 1, max: 70 }),
      }),
      weight: 5,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant('other' as const),
        number: fc.constantFrom(4, 5, 10, 0x0bad, 0x9999),
        length: fc.integer({ min: 0, max: 40 }),
      }),
      weight: 2,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant('section' as const),
        number: fc.integer({ min: 0, max: 1 }),
        length: fc.constant(0),
      }),
      weight: 1,
    },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(block, { maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 9 })),
      async (shapes, kept) => {
        let builder: SectionBuilder = build[0];
        const begin = (): Uint8Array[] => [builder.header(undefined), builder.describe(1, 0)];
        const wanted = begin();
        const all = [...wanted];
        for (const { kind, number, length } of shapes) {
          if (kind === 'section') {
            builder = build[number] ?? builder;
            all.push(...begin());
            wanted.push(...all.slice(-2));
            continue;
          }
          const bytes =
            kind === 'packet'
              ? builder.packet(0, [0, number], new Uint8Array(length).fill(number))
              : builder.block(number, new Uint8Array(length).fill(1));
          all.push(bytes);
          if (kind === 'other' || kept.includes(number)) wanted.push(bytes);
        }
        using folder = new TestFolder();
        writeFileSync(folder.file('in.pcapng'), Buffer.concat(all));
        await rewrite(folder.file('in.pcapng'), folder.file('out.pcapng'), { filter: onlyFrames(...kept) });
        expect(hex(readFileSync(folder.file('out.pcapng')))).toBe(hex(Buffer.concat(wanted)));
      },
    ),
    { numRuns: 60 },
  );
});
