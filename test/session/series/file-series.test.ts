/** Series of files: content, rotation, deletion, and reasons for the end. @module */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import type { Compression } from '../../../src/pcap/file-compression.ts';
import { pcapFileFormat, pcapngFileFormat } from '../../../src/pcap/file-format.ts';
import { openFile } from '../../../src/pcap/file-reader.ts';
import { encodeStatistics } from '../../../src/pcap/pcapng-writer.ts';
import { FileSeries } from '../../../src/session/series/file-series.ts';
import type { Epilogue, FileSeriesOptions, FinishedFile } from '../../../src/session/series/series-options.ts';
import { recordOf, TestGatherer } from '../../support/gathered-batches.ts';
import { fillerBefore, packetBlock } from '../../support/pcapng-blocks.ts';

const PCAP = { linkType: 1, snapLength: 262_144, timestampPrecision: 'micro' } as const;
const HEADER = 24;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapline-series-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Clock whose time only changes when a test sets it. */
class HandClock implements Clock {
  seconds = 0;
  readonly #sleepers = new Set<{ readonly until: number; wake(): void }>();

  #stepped = 0;

  /** Never set back. */
  now(): number {
    return (this.seconds + this.#stepped) * 1000;
  }

  /** Sets the wall clock back. */
  stepBack(seconds: number): void {
    this.seconds -= seconds;
    this.#stepped += seconds;
  }

  wallTime(): number {
    return this.seconds * 1000;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      signal?.addEventListener('abort', () => resolve(), { once: true });
      this.#sleepers.add({ until: this.now() + milliseconds, wake: resolve });
      return undefined;
    });
  }

  async move(seconds: number): Promise<void> {
    this.seconds += seconds;
    for (const sleeper of this.#sleepers) {
      if (sleeper.until > this.now()) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Made {
  readonly series: FileSeries;
  readonly finished: FinishedFile[];
  readonly warnings: string[];
  readonly gatherer: TestGatherer;
  take(...records: Uint8Array[]): Promise<number>;
}

function make(name: string, options: FileSeriesOptions = {}, compression: Compression = 'none'): Made {
  const finished: FinishedFile[] = [];
  const warnings: string[] = [];
  const gatherer = new TestGatherer();
  const series = new FileSeries(join(folder, name), pcapFileFormat(PCAP, compression), {
    utc: true,
    readSpace: async () => ({ free: 1e12, total: 1e12 }),
    onFile: (file) => finished.push(file),
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  const take = async (...records: Uint8Array[]): Promise<number> =>
    (await series.take(gatherer.gather(series.lead(), records))).frames;
  return { series, finished, warnings, gatherer, take };
}

/** Returns the records of a PCAP file of tapline. */
function recordsOf(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  expect(view.getUint32(0, true)).toBe(0xa1b2c3d4);
  const records: Uint8Array[] = [];
  for (let at = HEADER; at < file.length; ) {
    const end = at + 16 + view.getUint32(at + 8, true);
    expect(end).toBeLessThanOrEqual(file.length);
    records.push(file.subarray(at, end));
    at = end;
  }
  return records;
}

const read = (name: string): Uint8Array => readFileSync(join(folder, name));
const names = (): string[] => readdirSync(folder).sort();

describe('a series of PCAPNG files', () => {
  const frame = fc.record({ length: fc.integer({ min: 1, max: 3000 }), later: fc.constantFrom(0, 0, 0, 1, 3) });
  const batches = fc.array(fc.tuple(fc.boolean(), fc.array(frame, { minLength: 1, maxLength: 9 })), { maxLength: 6 });
  const rotation = fc.record(
    { bytes: fc.integer({ min: 5000, max: 30_000 }), seconds: fc.integer({ min: 1, max: 5 }) },
    { requiredKeys: [] },
  );

  test('distributes in-place blocks as well, and ends every file with its counters', async () => {
    await fc.assert(
      fc.asyncProperty(batches, rotation, async (plan, limits) => {
        for (const name of names()) rmSync(join(folder, name));
        const gatherer = new TestGatherer();
        const finished: FinishedFile[] = [];
        const epilogue: Epilogue = {
          length: countersAfter(0).length,
          encode: (frames) => countersAfter(frames),
        };
        const format = pcapngFileFormat({ linkType: 1, name: 'eth0' });
        const onFile = (file: FinishedFile): number => finished.push(file);
        const series = new FileSeries(join(folder, 'a.pcapng'), format, {
          rotation: limits,
          epilogue,
          onFile,
          utc: true,
        });
        let seconds = 1_700_000_001;
        let fill = 0;
        for (const [inPlace, batch] of plan) {
          const blocks = batch.map(({ length, later }) => {
            seconds += later;
            return packetBlock(length, fill++ & 0xff, seconds);
          });
          const before = inPlace ? fillerBefore(blocks) : series.lead();
          const taken = await series.take({ ...gatherer.gather(before, blocks), inPlace });
          expect(taken.frames).toBe(blocks.length);
        }
        await series.close();
        expect(gatherer.held).toBe(0);
        const read: { length: number; fill: number; second: number }[] = [];
        for (const { path, frames, length } of finished) {
          const bytes = readFileSync(path);
          expect(bytes.length).toBe(length);
          if (frames > 1) expect(length).toBeLessThanOrEqual(limits.bytes ?? Number.POSITIVE_INFINITY);
          expect([...bytes.subarray(-epilogue.length)]).toEqual([...countersAfter(frames)]);
          await using source = await openFile(path);
          const ofFile: typeof read = [];
          for await (const packet of source.packets()) {
            const second = Number(packet.timestamp / 1_000_000_000n);
            ofFile.push({ length: packet.bytes.length, fill: packet.bytes[0] ?? -1, second });
          }
          expect(ofFile).toHaveLength(frames);
          const span = (ofFile.at(-1)?.second ?? 0) - (ofFile[0]?.second ?? 0);
          expect(span).toBeLessThan(limits.seconds ?? Number.POSITIVE_INFINITY);
          read.push(...ofFile);
        }
        const sent = plan.flatMap(([, batch]) => batch);
        expect(read.map(({ length, fill: value }) => [length, value])).toEqual(
          sent.map(({ length }, index) => [length, index & 0xff]),
        );
      }),
      { numRuns: 60 },
    );
  });
});

function countersAfter(delivered: number): Uint8Array {
  const capture = { startTime: 1_700_000_000_000, accepted: 6, delivered };
  return encodeStatistics(0, { received: 7, dropped: 0, wallTime: 1_700_000_009_000, capture });
}

describe('the content of the files', () => {
  const length = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 3000, max: 20_000 }));
  const record = fc.record({ length, later: fc.constantFrom(0, 0, 0, 1, 3) });
  const batches = fc.array(fc.array(record, { minLength: 1, maxLength: 12 }), { maxLength: 8 });
  const rotation = fc.record(
    {
      bytes: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 4000, max: 60_000 })),
      frames: fc.integer({ min: 1, max: 9 }),
      seconds: fc.integer({ min: 1, max: 5 }),
      aligned: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const compression = fc.constantFrom<Compression>('none', 'none', 'gzip');

  test('all records in order, each file within its limits, and no file closed too early', async () => {
    await fc.assert(
      fc.asyncProperty(batches, rotation, compression, async (plan, limits, packing) => {
        for (const name of names()) rmSync(join(folder, name));
        const { series, finished, gatherer, take } = make('a.pcap', { rotation: limits }, packing);
        const all: Uint8Array[] = [];
        let seconds = 1_700_000_001;
        for (const batch of plan) {
          const records = batch.map((one) => {
            seconds += one.later;
            return recordOf(one.length, all.length & 0xff, seconds);
          });
          all.push(...records);
          expect(await take(...records)).toBe(records.length);
        }
        await series.close();
        expect(gatherer.held).toBe(0);
        expect(finished.map(({ path }) => path)).toEqual(names().map((name) => join(folder, name)));
        const files = finished.map(({ path, length: stored }) => {
          const bytes = readFileSync(path);
          expect(bytes.length).toBe(stored);
          return recordsOf(packing === 'gzip' ? gunzipSync(bytes) : bytes);
        });
        expect(Buffer.concat(files.flat()).equals(Buffer.concat(all))).toBe(true);
        expect(finished.map(({ frames }) => frames)).toEqual(files.map((records) => records.length));
        for (const [index, records] of files.entries()) {
          const next = files[index + 1]?.[0];
          expect(reasonsToRotate(records, undefined, limits)).toEqual([]);
          if (next !== undefined) expect(reasonsToRotate(records, next, limits)).not.toEqual([]);
        }
      }),
      { numRuns: 80 },
    );
  });

  /** Returns the limits that a file of these records exceeds with `more` added. */
  function reasonsToRotate(
    records: readonly Uint8Array[],
    more: Uint8Array | undefined,
    limits: NonNullable<FileSeriesOptions['rotation']>,
  ): string[] {
    const all = more === undefined ? records : [...records, more];
    const bytes = all.reduce((sum, one) => sum + one.length, HEADER);
    const times = all.map((one) => Buffer.from(one).readUInt32LE(0));
    const { seconds: period = Number.POSITIVE_INFINITY } = limits;
    const first = limits.aligned ? Math.floor((times[0] ?? 0) / period) * period : (times[0] ?? 0);
    const reasons: string[] = [];
    if (all.length > 1 && bytes > (limits.bytes ?? Number.POSITIVE_INFINITY)) reasons.push('bytes');
    if (all.length > (limits.frames ?? Number.POSITIVE_INFINITY)) reasons.push('frames');
    if ((times.at(-1) ?? 0) >= first + period) reasons.push('seconds');
    return reasons;
  }

  test('a limit of bytes includes the header, and is exact', async () => {
    const { series, take } = make('a.pcap', { rotation: { bytes: HEADER + 2 * 116 } });
    await take(recordOf(100, 1), recordOf(100, 2), recordOf(100, 3));
    await series.close();
    expect(names()).toEqual(['a-00001.pcap', 'a-00002.pcap']);
    expect([read('a-00001.pcap').length, read('a-00002.pcap').length]).toEqual([HEADER + 232, HEADER + 116]);
  });

  test('a batch that fits into its file is written without reading its records, also at the limit', async () => {
    const { series, take, gatherer } = make('a.pcap', { rotation: { bytes: HEADER + 116, frames: 2 } });
    const broken = new Uint8Array(116); // invalid records, on which a walk would never end
    const batch = gatherer.gather(series.lead(), [broken]);
    expect((await series.take(batch)).frames).toBe(1);
    await take(recordOf(100, 2));
    await series.close();
    expect(names()).toHaveLength(2);
  });
});

describe('time', () => {
  describe('a clock step of one hour back', () => {
    const start = 1_767_229_200; // 2026-01-01 01:00:00 UTC

    test.each([
      ['from the first frame on', { seconds: 60 }],
      ['aligned', { seconds: 60, aligned: true }],
    ])('frames go on in the next file, and files are as long as before: %s', async (_case, rotation) => {
      const clock = new HandClock();
      clock.seconds = start;
      const { series, finished, take } = make('%s-%N.pcap', { rotation, utc: true, clock });
      const at = async (seconds: number): Promise<void> => {
        clock.seconds = start + seconds;
        expect(await take(recordOf(9, 1, start + seconds))).toBe(1);
      };
      await at(10);
      await at(12);
      await at(11); // frames may be out of order
      for (const seconds of [12 - 3600, 13 - 3600, 50 - 3600, 80 - 3600]) await at(seconds);
      await series.close();
      expect(finished.map(({ frames }) => frames)).toEqual([3, 3, 1]);
    });

    test('within a batch', async () => {
      const clock = new HandClock();
      clock.seconds = start - 3590;
      const { series, finished, take } = make('%s-%N.pcap', { rotation: { seconds: 60 }, utc: true, clock });
      const records = [start, start + 1, start - 3600, start - 3599].map((second) => recordOf(9, 1, second));
      expect(await take(...records)).toBe(4);
      await series.close();
      expect(finished.map(({ frames }) => frames)).toEqual([2, 2]);
    });

    test('without frames: the file is closed at once, not an hour later', async () => {
      const clock = new HandClock();
      clock.seconds = start;
      const { series, finished, take } = make('%s.pcap', { rotation: { seconds: 60 }, utc: true, clock });
      await take(recordOf(9, 1, start));
      await clock.move(1);
      clock.stepBack(3600);
      await clock.move(2);
      await series.flush();
      expect(finished.map(({ frames }) => frames)).toEqual([1]);
      await series.close();
    });
  });

  test('a file is closed at the end of its period also without frames; the next begins with the next frame', async () => {
    const clock = new HandClock();
    clock.seconds = 1000;
    const { series, finished, take } = make('%s.pcap', { rotation: { seconds: 10 }, clock });
    await take(recordOf(10, 1, 1003));
    await clock.move(12.5); // 1012.5: not yet
    expect(finished).toEqual([]);
    await clock.move(2);
    await series.flush();
    expect(finished).toEqual([{ path: join(folder, '1000.pcap'), frames: 1, length: HEADER + 26 }]);
    await clock.move(20);
    expect(names()).toEqual(['1000.pcap']);
    await take(recordOf(10, 2, 1034));
    await series.close();
    expect(names()).toEqual(['1000.pcap', '1034.pcap']);
  });

  test('aligned files begin, and are named, at multiples of the period', async () => {
    const clock = new HandClock();
    clock.seconds = 1_767_225_607; // 2026-01-01 00:00:07 UTC
    const { series, take } = make('%H%M%S.pcap', { rotation: { seconds: 60, aligned: true }, clock });
    clock.seconds += 200;
    const at = (second: number): Uint8Array => recordOf(1, 1, 1_767_225_600 + second);
    await take(at(8), at(59), at(60), at(61), at(190));
    await series.close();
    expect(names()).toEqual(['000007.pcap', '000100.pcap', '000300.pcap']);
    expect(['000007', '000100', '000300'].map((name) => recordsOf(read(`${name}.pcap`)).length)).toEqual([2, 2, 1]);
  });

  test('with limits of time and size, the number restarts with each name', async () => {
    const clock = new HandClock();
    const { series, take } = make('%s.pcap', { rotation: { seconds: 10, aligned: true, frames: 1 }, clock });
    await take(recordOf(1, 1, 3), recordOf(1, 2, 4), recordOf(1, 3, 12), recordOf(1, 4, 13));
    await series.close();
    expect(names()).toEqual(['0-2.pcap', '0.pcap', '10-2.pcap', '10.pcap']);
  });
});

describe('rings', () => {
  test('keep the newest files, and delete only their own oldest files', async () => {
    writeFileSync(join(folder, 'a-00000.pcap'), 'foreign');
    const { series, take } = make('a.pcap', { rotation: { frames: 1 }, ring: 3 });
    for (let index = 0; index < 10; index += 1) {
      await take(recordOf(10, index));
      await series.flush();
      expect(names().length).toBeLessThanOrEqual(4);
    }
    await series.close();
    expect(names()).toEqual(['a-00000.pcap', 'a-00008.pcap', 'a-00009.pcap', 'a-00010.pcap']);
    expect(recordsOf(read('a-00010.pcap'))[0]?.[20]).toBe(9);
  });

  test('never have more files than the limit, also with one frame per file', async () => {
    let most = 0;
    const onFile = (): void => {
      most = Math.max(most, names().length);
    };
    const { series, take } = make('a.pcap', { rotation: { frames: 1 }, ring: 3, onFile });
    expect(await take(...Array.from({ length: 200 }, (_, index) => recordOf(10, index)))).toBe(200);
    await series.close();
    expect(most).toBe(3);
    expect(names()).toEqual(['a-00198.pcap', 'a-00199.pcap', 'a-00200.pcap']);
  });

  test('keep a foreign file that has replaced one of the series', async () => {
    const { series, take, warnings } = make('a.pcap', { rotation: { frames: 1 }, ring: 2 });
    await take(recordOf(10, 1), recordOf(10, 2));
    await series.flush();
    rmSync(join(folder, 'a-00001.pcap'));
    writeFileSync(join(folder, 'kept'), 'mine');
    symlinkSync(join(folder, 'kept'), join(folder, 'a-00001.pcap'));
    rmSync(join(folder, 'a-00002.pcap'));
    await take(recordOf(10, 3), recordOf(10, 4), recordOf(10, 5));
    await series.close();
    expect(names()).toEqual(['a-00001.pcap', 'a-00004.pcap', 'a-00005.pcap', 'kept']);
    expect(warnings).toEqual([expect.stringMatching(/a-00001\.pcap was replaced by another file; not deleting it$/)]);
  });
});

describe('names of existing files', () => {
  test('are skipped; the files do not change', async () => {
    writeFileSync(join(folder, 'a-00001.pcap'), 'mine');
    symlinkSync('/nowhere', join(folder, 'a-00002.pcap'));
    mkdirSync(join(folder, 'a-00003.pcap'));
    const { series, take } = make('a.pcap', { rotation: { frames: 1 } });
    await take(recordOf(10, 1), recordOf(10, 2));
    await series.close();
    expect(names()).toEqual([1, 2, 3, 4, 5].map((number) => `a-0000${number}.pcap`));
    expect(String(read('a-00001.pcap'))).toBe('mine');
    expect(recordsOf(read('a-00004.pcap'))).toHaveLength(1);
  });

  test('are overwritten with the option, except links and files of this run', async () => {
    writeFileSync(join(folder, '5.pcap'), 'old');
    const { series, take } = make('%s.pcap', { rotation: { frames: 1 }, overwrite: true, clock: new HandClock() });
    await take(recordOf(1, 1, 5), recordOf(1, 2, 5), recordOf(1, 3, 5));
    await series.close();
    expect(names()).toEqual(['0.pcap', '5-2.pcap', '5.pcap']);
    expect(recordsOf(read('5.pcap'))[0]?.[16]).toBe(2);
    symlinkSync(join(folder, '0.pcap'), join(folder, 'b-00001.pcap'));
    const other = make('b.pcap', { rotation: { frames: 1 }, overwrite: true });
    await other.series.close();
    expect(existsSync(join(folder, 'b-00002.pcap'))).toBe(true);
  });

  test('without rotation the file is overwritten, as in tcpdump', async () => {
    writeFileSync(join(folder, 'a.pcap'), 'x'.repeat(1000));
    const { series } = make('a.pcap');
    await series.close();
    expect(read('a.pcap').length).toBe(HEADER);
  });
});

describe('ends', () => {
  test('at the maximum number of files, as soon as the last one is full', async () => {
    const { series, take } = make('a.pcap', { rotation: { frames: 2 }, fileLimit: 2 });
    expect(await take(recordOf(1, 1), recordOf(1, 2), recordOf(1, 3))).toBe(3);
    expect(series.ended).toBeUndefined();
    expect(await take(recordOf(1, 4), recordOf(1, 5))).toBe(1);
    expect(series.ended).toBe('file-limit');
    expect(series.stopped.aborted).toBe(true);
    expect(await take(recordOf(1, 6))).toBe(0);
    await series.close();
    expect(names()).toHaveLength(2);
  });

  test('before the maximum number of bytes, including headers, of all files', async () => {
    const { series, take } = make('a.pcap', { rotation: { bytes: HEADER + 300 }, byteLimit: 2 * HEADER + 400 });
    expect(await take(...Array.from({ length: 9 }, (_, index) => recordOf(84, index)))).toBe(4);
    expect(series.ended).toBe('byte-limit');
    await series.close();
    expect(names().map((name) => read(name).length)).toEqual([HEADER + 300, HEADER + 100]);
  });

  test('at the quota; a ring deletes its oldest files and continues', async () => {
    const limits = { rotation: { bytes: HEADER + 300 }, quota: 1000 };
    const records = Array.from({ length: 30 }, (_, index) => recordOf(84, index));
    const plain = make('a.pcap', limits);
    expect(await plain.take(...records)).toBe(9);
    expect(plain.series.ended).toBe('quota');
    await plain.series.close();
    expect(names().reduce((sum, name) => sum + read(name).length, 0)).toBeLessThanOrEqual(1000);
    for (const name of names()) rmSync(join(folder, name));

    const ring = make('a.pcap', { ...limits, ring: 100 });
    for (const one of records) {
      expect(await ring.take(one)).toBe(1);
      await ring.series.flush();
      expect(names().reduce((sum, name) => sum + read(name).length, 0)).toBeLessThanOrEqual(1000);
    }
    await ring.series.close();
    expect(names().at(-1)).toBe('a-00010.pcap');
  });

  test('at the minimum of free space, which is rarely read', async () => {
    const capacity = 50_000_000;
    let asked = 0;
    const used = (): number => names().reduce((sum, name) => sum + read(name).length, 0);
    const readSpace = async (): Promise<{ free: number; total: number }> => {
      asked += 1;
      return { free: capacity - used(), total: capacity };
    };
    const options = { readSpace, freeSpace: { fraction: 0.5 }, clock: new HandClock() };
    const { series, take, gatherer } = make('a.pcap', options);
    let frames = 0;
    for (let batch = 0; batch < 100 && series.ended === undefined; batch += 1) {
      while (gatherer.held > 4) await new Promise((resolve) => setImmediate(resolve)); // the gatherer has eight areas
      frames += await take(...Array.from({ length: 9 }, (_, index) => recordOf(99_984, index)));
    }
    expect(series.ended).toBe('free-space');
    await series.close();
    expect(frames).toBe(249);
    expect(capacity - used()).toBeGreaterThanOrEqual(capacity / 2);
    expect(asked).toBeLessThan(25);
  });

  test('also when other programs write', async () => {
    let free = 200 << 20;
    const clock = new HandClock();
    const { series, take } = make('a.pcap', { readSpace: async () => ({ free, total: 1e12 }), clock });
    expect(await take(recordOf(1, 1))).toBe(1);
    free = 1 << 20;
    expect(await take(recordOf(1, 1))).toBe(1);
    await clock.move(1);
    expect(await take(recordOf(1, 1))).toBe(0);
    expect(series.ended).toBe('free-space');
    await series.close();
  });

  test('reads it less often with more free space, and never too late for the fastest writer', async () => {
    let asked = 0;
    const clock = new HandClock();
    const readSpace = async () => {
      asked += 1;
      return { free: 30e9, total: 1e12 };
    };
    const { series, take } = make('a.pcap', { readSpace, clock });
    await take(recordOf(1, 1));
    await clock.move(2);
    await take(recordOf(1, 1));
    expect(asked).toBe(1);
    await clock.move(1);
    await take(recordOf(1, 1));
    expect(asked).toBe(2);
    await series.close();
  });

  test('in the folder of the name, also before the first file', async () => {
    mkdirSync(join(folder, '100%'));
    const options = { freeSpace: { bytes: 1 }, rotation: { frames: 1 }, isLazy: true, clock: new HandClock() };
    const gatherer = new TestGatherer();
    const series = new FileSeries(join(folder, '100%%/a-%N.pcap'), pcapFileFormat(PCAP), options);
    expect((await series.take(gatherer.gather(series.lead(), [recordOf(9, 1)]))).frames).toBe(1);
    await series.close();
    expect(readdirSync(join(folder, '100%'))).toEqual(['a-00001.pcap']);
  });

  test('in the folder of the current file, when the name changes folders', async () => {
    for (const minute of ['00', '01']) mkdirSync(join(folder, minute));
    const clock = new HandClock();
    const readSpace = async (asked: string): Promise<{ free: number; total: number }> => ({
      free: asked === join(folder, '01') ? 0 : 1e12,
      total: 1e12,
    });
    const rotation = { seconds: 60, aligned: true };
    const { series, take } = make('%M/a.pcap', { readSpace, rotation, clock, isLive: false, isLazy: true });
    expect(await take(recordOf(9, 1, 0), recordOf(9, 1, 59))).toBe(2);
    expect(await take(recordOf(9, 1, 60))).toBe(0);
    expect(series.ended).toBe('free-space');
    await series.close();
    expect(recordsOf(read('00/a.pcap'))).toHaveLength(2);
    expect(readdirSync(join(folder, '01'))).toEqual([]);
  });

  test('a minimum of 0 allows writing to the last byte', async () => {
    const readSpace = async (): Promise<{ free: number; total: number }> => ({ free: 300, total: 1e12 });
    const { series, take } = make('a.pcap', { readSpace, freeSpace: { bytes: 0 } });
    expect(await take(recordOf(84, 1), recordOf(84, 2))).toBe(2);
    await series.close();
  });
});

test('rejects standard output and devices', () => {
  const format = pcapFileFormat(PCAP);
  expect(() => new FileSeries('-', format, { rotation: { frames: 1 } })).toThrow('- is not a regular file');
  expect(() => new FileSeries('/dev/null', format, { quota: 1000 })).toThrow(
    expect.objectContaining({ code: 'USAGE' }),
  );
});
