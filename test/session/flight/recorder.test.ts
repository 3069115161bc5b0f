/** The flight recorder with blocks and times made by hand. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FlightOptions } from '../../../src/session/flight/options.ts';
import { FlightRecorder } from '../../../src/session/flight/recorder.ts';
import { blocksOf, flightOptions, type MadeFrame, type MemoryFile, MemoryOutput } from '../../support/flight-parts.ts';

const START = 1_700_000_000_000;

/** Frames at these milliseconds after the start, numbered from 0; those in `triggers` match. */
function framesAt(times: readonly number[], triggers: readonly number[] = []): MadeFrame[] {
  return times.map((time, number) => ({ time: START + time, number, trigger: triggers.includes(number) }));
}

/** A recorder that has taken these frames, so many in a batch, and what it wrote. */
async function recorded(
  frames: readonly MadeFrame[],
  fields: Partial<FlightOptions> = {},
  batchSize = 4,
): Promise<{ recorder: FlightRecorder; files: readonly MemoryFile[] }> {
  const output = new MemoryOutput();
  const recorder = new FlightRecorder(flightOptions(output, fields));
  for (let at = 0; at < frames.length; at += batchSize) {
    const batch = frames.slice(at, at + batchSize);
    recorder.take(blocksOf(batch), batch.length);
    await recorder.flush();
  }
  return { recorder, files: output.files };
}

test('a trigger that no frame can match is reported', () => {
  const { warnings } = new FlightRecorder(
    flightOptions(new MemoryOutput(), { triggers: ['tcp', 'ip[9] = 6 and udp'] }),
  );
  expect(warnings.map(({ message }) => message)).toEqual([
    '"ip[9] = 6" and "udp" exclude each other; no packet can match this filter',
  ]);
});

const numbersOf = (files: readonly MemoryFile[]): number[][] => files.map(({ numbers }) => numbers);

describe('windows', () => {
  test('a file holds what came before and after its trigger, both ends included', async () => {
    const frames = framesAt([0, 999, 1_000, 1_500, 2_000, 2_400, 2_500, 2_501, 9_000], [4]);
    const { recorder, files } = await recorded(frames);
    expect(numbersOf(files)).toEqual([[2, 3, 4, 5, 6]]);
    expect(files[0]?.trigger).toMatchObject({ number: 1, reason: 'ether proto 0x88b6', missing: 0 });
    expect([...(files[0]?.comments ?? [])]).toEqual([[4, 'trigger 1: ether proto 0x88b6']]);
    await recorder.flush();
    expect(files[0]?.isClosed).toBe(true);
    expect(recorder.counters()).toEqual({
      seen: 9,
      inMemory: 9,
      written: 5,
      evictedEarly: 0,
      lost: 0,
      triggers: 1,
      windows: 1,
    });
  });

  test('triggers inside a window make it longer', async () => {
    const { files } = await recorded(framesAt([0, 2_000, 2_400, 2_800, 3_300, 3_301], [1, 3]));
    expect(numbersOf(files)).toEqual([[1, 2, 3, 4]]);
    expect(files[0]?.comments.size).toBe(2);
  });

  test('a window that reaches back into the last one goes on in its file, with what lay between', async () => {
    const { files } = await recorded(framesAt([0, 1_000, 1_600, 1_700, 2_500, 2_600, 9_999], [1, 4]));
    expect(numbersOf(files)).toEqual([[0, 1, 2, 3, 4, 5]]);
  });

  test('one that does not has a file of its own, and no frame twice', async () => {
    const { files } = await recorded(framesAt([0, 1_000, 1_400, 1_600, 2_501, 3_000, 3_002], [1, 4]));
    expect(numbersOf(files)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  test('a trigger long after the last frame of a window does not stretch it', async () => {
    const { files } = await recorded(framesAt([0, 100_000], [0, 1]));
    expect(numbersOf(files)).toEqual([[0], [1]]);
  });

  test('several expressions; the remark names those that matched', async () => {
    const triggers = ['ether proto 0x88b6', 'less 60', 'ether proto 0x88b7'];
    const { files } = await recorded(framesAt([0, 100], [1]), { triggers });
    expect(files[0]?.trigger.reason).toBe('less 60');
    expect(files[0]?.comments.get(1)).toBe('trigger 2: ether proto 0x88b6, less 60');
  });

  test('after the last trigger that was wanted, others are passed over and the recorder is done', async () => {
    const frames = framesAt([0, 100, 200, 600, 700, 9_000], [1, 2, 3]);
    const { recorder, files } = await recorded(frames, { maximumTriggers: 2 });
    expect(numbersOf(files)).toEqual([[0, 1, 2, 3, 4]]);
    expect(recorder.isDone).toBe(true);
    expect(recorder.counters().triggers).toBe(2);
  });

  test('the past in bytes', async () => {
    const frames = framesAt([0, 1, 2, 3, 60_000, 60_001, 90_000], [4]);
    const { files } = await recorded(frames, { before: { bytes: 2 * 92 } });
    expect(numbersOf(files)).toEqual([[2, 3, 4, 5]]);
  });

  test('in bytes, too, windows that meet share a file', async () => {
    const triggers = [1, 5];
    const meeting = await recorded(framesAt([0, 10, 600, 601, 602, 603, 2_000], triggers), {
      before: { bytes: 3 * 92 },
    });
    expect(numbersOf(meeting.files)).toEqual([[0, 1, 2, 3, 4, 5]]);
    const apart = await recorded(framesAt([0, 10, 600, 601, 602, 603, 2_000], triggers), { before: { bytes: 2 * 92 } });
    expect(numbersOf(apart.files)).toEqual([
      [0, 1],
      [3, 4, 5],
    ]);
  });
});

describe('without frames', () => {
  test('a trigger from outside writes the past and what follows, with a remark on the next frame', async () => {
    const output = new MemoryOutput();
    const { files } = output;
    const recorder = new FlightRecorder(flightOptions(output));
    recorder.take(blocksOf(framesAt([0, 1_500, 1_900])), 3);
    recorder.trigger('the link flapped', START + 2_000);
    await recorder.flush();
    expect(numbersOf(files)).toEqual([[1, 2]]);
    const later = [
      { time: START + 2_400, number: 3 },
      { time: START + 2_600, number: 4 },
    ];
    recorder.take(blocksOf(later), 2);
    await recorder.flush();
    expect(numbersOf(files)).toEqual([[1, 2, 3]]);
    expect(files[0]?.comments.get(3)).toBe('trigger 1: the link flapped');
  });

  test('one before any frame has nothing to write but what follows', async () => {
    const output = new MemoryOutput();
    const { files } = output;
    const recorder = new FlightRecorder(flightOptions(output));
    recorder.trigger('now', START + 0.25);
    recorder.take(blocksOf(framesAt([0, 500, 501])), 3);
    await recorder.flush();
    expect(numbersOf(files)).toEqual([[0, 1]]);
  });

  test('silence ends windows by the clock, two seconds late at most', async () => {
    const { recorder, files } = await recorded(framesAt([0], [0]), { maximumTriggers: 1 });
    recorder.tick(START + 2_499);
    expect(recorder.isDone).toBe(false);
    recorder.tick(START + 2_501);
    expect(recorder.isDone).toBe(true);
    await recorder.flush();
    expect(files[0]?.isClosed).toBe(true);
  });

  test('the end closes the file that is open', async () => {
    const { recorder, files } = await recorded(framesAt([0, 100], [1]));
    await recorder.finish();
    expect(files.map(({ numbers, isClosed }) => [numbers, isClosed])).toEqual([[[0, 1], true]]);
  });
});

describe('memory', () => {
  test('a history that is too small says what is missing, and how many frames left early', async () => {
    const size = 64 * 1024;
    const perBlock = 32 + 1_000;
    const count = 200;
    const frames = Array.from({ length: count }, (_, number) => ({
      time: START + number,
      number,
      length: 1_000,
      trigger: number === count - 1,
    }));
    const { recorder, files } = await recorded(frames, { historySize: size }, 4);
    const [file] = files;
    const kept = file?.numbers ?? [];
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => count - kept.length + index));
    expect(kept.length * perBlock).toBeLessThanOrEqual(size);
    const { seen, inMemory, evictedEarly } = recorder.counters();
    expect(inMemory + evictedEarly).toBe(seen);
    expect(evictedEarly).toBeGreaterThan(0);
    expect(file?.trigger.missing).toBeGreaterThan(800);
  });

  test('old frames that make room are not early', async () => {
    const frames = Array.from({ length: 200 }, (_, number) => ({
      time: START + number * 1_000,
      number,
      length: 1_000,
    }));
    const { recorder } = await recorded(frames, { historySize: 64 * 1024 }, 1);
    expect(recorder.counters()).toMatchObject({ seen: 200, evictedEarly: 0 });
    expect(recorder.counters().inMemory).toBeLessThan(65);
  });

  test('a batch that does not fit, or a past that is longer than the memory, is an error', async () => {
    await expect(recorded(framesAt([0]), { before: { bytes: 1 << 21 } })).rejects.toThrow(RangeError);
    const huge = Array.from({ length: 70 }, (_, number) => ({ time: START, number, length: 1_000 }));
    await expect(recorded(huge, { historySize: 65_536 }, 70)).rejects.toThrow('exceeds the history of 65536');
  });
});

describe('a disk that stalls', () => {
  /** A megabyte of past in batches of 64 frames of 1,000 bytes, the last of them a trigger. */
  const LENGTH = 1_000;
  const batch = (first: number, trigger = -1): MadeFrame[] =>
    Array.from({ length: 64 }, (_, index) => {
      const number = first + index;
      return { time: START + number, number, length: LENGTH, trigger: number === trigger };
    });
  const settings = { before: { milliseconds: 100_000 }, after: 100_000, historySize: 8 << 20 };

  test('the capture goes on into memory; what finds no room is counted, and the file says where', async () => {
    const output = new MemoryOutput();
    output.isSlow = true;
    const recorder = new FlightRecorder(flightOptions(output, settings));
    for (let first = 0; first < 6_400; first += 64) recorder.take(blocksOf(batch(first, 6_399)), 64);
    let next = 6_400;
    while (recorder.counters().lost === 0 && next < 64_000) {
      recorder.take(blocksOf(batch(next)), 64);
      await new Promise((resolve) => setImmediate(resolve));
      next += 64;
    }
    const lostFrom = next - 64;
    // Beside the history there are four pieces of 1 MiB, and no more.
    const { seen, written, lost } = recorder.counters();
    expect(lost).toBe(64);
    expect((seen - lost) * (LENGTH + 32)).toBeLessThanOrEqual((8 << 20) + 65_536 + (4 << 20));
    expect(written).toBeLessThanOrEqual((4 << 20) / LENGTH);
    output.drain();
    await recorder.flush();
    recorder.take(blocksOf(batch(next)), 64);
    await recorder.finish();
    const expected = Array.from({ length: next + 64 }, (_, number) => number);
    expected.splice(lostFrom, 64);
    expect(output.files.map(({ numbers }) => numbers)).toEqual([expected]);
    expect([...(output.files[0]?.comments ?? [])]).toEqual([
      [6_399, 'trigger 1: ether proto 0x88b6'],
      [next, '64 frames before this one were lost: the history was full of frames not yet written'],
    ]);
    expect(output.isClosed).toBe(true);
  });

  test('nothing waits for it: a batch is taken at once, also while the past is being written', async () => {
    const output = new MemoryOutput();
    output.isSlow = true;
    const recorder = new FlightRecorder(flightOptions(output, settings));
    for (let first = 0; first < 6_400; first += 64) recorder.take(blocksOf(batch(first, 6_399)), 64);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(recorder.counters().written).toBeLessThan(6_400);
    recorder.take(blocksOf(batch(6_400)), 64);
    expect(recorder.counters()).toMatchObject({ seen: 6_464, lost: 0 });
    output.drain();
    await recorder.finish();
    expect(recorder.counters().written).toBe(6_464);
  });
});

test('several interfaces: each frame is judged by its own link type', async () => {
  // The same two bytes are an EtherType behind an Ethernet header, and something else on raw IP.
  const interfaces = [
    { linkType: 1, snapLength: 262_144 },
    { linkType: 101, snapLength: 262_144 },
  ];
  const made = (number: number, interfaceNumber: number): MadeFrame => ({
    time: START + number,
    number,
    interfaceNumber,
  });
  const frames = [made(0, 0), made(1, 1), made(2, 0)];
  const triggers = ['ip6 or ip'];
  expect((await recorded(frames, { interfaces, triggers })).files).toEqual([]);
  const blocks = blocksOf(frames);
  blocks[92 + 28] = 0x45; // the second frame is IPv4, on raw IP
  const output = new MemoryOutput();
  const recorder = new FlightRecorder(flightOptions(output, { interfaces, triggers }));
  recorder.take(blocks, 3);
  await recorder.finish();
  expect([...(output.files[0]?.comments ?? [])]).toEqual([[1, 'trigger 1: ip6 or ip']]);
});

test('a thousand triggers between two frames are one remark of bounded length', async () => {
  const output = new MemoryOutput();
  const recorder = new FlightRecorder(flightOptions(output));
  for (let count = 0; count < 1_000; count += 1) recorder.trigger('by hand '.repeat(40), START);
  recorder.take(blocksOf(framesAt([0])), 1);
  await recorder.finish();
  expect(output.files[0]?.comments.get(0)?.length).toBeLessThanOrEqual(4_000);
});

/** What the files should hold: windows in the order of their triggers, joined where they meet. */
function expectedFiles(frames: readonly MadeFrame[], before: number, after: number): number[][] {
  const windows: { start: number; end: number }[] = [];
  for (const { time } of frames.filter(({ trigger }) => trigger === true)) {
    const last = windows.at(-1);
    if (last !== undefined && time - before <= last.end) last.end = Math.max(last.end, time + after);
    else windows.push({ start: time - before, end: time + after });
  }
  return windows.map(({ start, end }) =>
    frames.filter(({ time }) => time >= start && time <= end).map(({ number }) => number),
  );
}

test('any traffic, any triggers: the files hold exactly the frames of the windows, in order, each once', async () => {
  const gaps = fc.array(
    fc.tuple(
      fc.nat(400),
      fc.integer({ min: 0, max: 7 }).map((roll) => roll === 0),
    ),
    {
      minLength: 1,
      maxLength: 120,
    },
  );
  const settings = fc.record({ before: fc.nat(600), after: fc.nat(600), batch: fc.integer({ min: 1, max: 9 }) });
  await fc.assert(
    fc.asyncProperty(gaps, settings, async (steps, { before, after, batch }) => {
      let time = START;
      const frames = steps.map(([gap, trigger], number) => {
        time += gap;
        return { time, number, trigger };
      });
      const { files } = await recorded(frames, { before: { milliseconds: before }, after }, batch);
      expect(numbersOf(files)).toEqual(expectedFiles(frames, before, after));
      for (const file of files) {
        const remarked = file.numbers.filter((number) => frames[number]?.trigger === true);
        expect([...file.comments.keys()]).toEqual(remarked);
      }
    }),
    { numRuns: 200 },
  );
});

test('with a memory that goes round many times, files are still whole while the past fits', async () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 300, maxLength: 600 });
  let whole = 0;
  await fc.assert(
    fc.asyncProperty(
      gaps,
      fc.integer({ min: 1, max: 16 }),
      fc.integer({ min: 20, max: 90 }),
      async (steps, batch, every) => {
        let time = START;
        const frames = steps.map((gap, number) => {
          time += gap;
          return { time, number, trigger: number % every === every - 1, length: 60 + (number % 900) };
        });
        const settings = { before: { milliseconds: 200 }, after: 50, historySize: 2 * 65_536 };
        const { recorder, files } = await recorded(frames, settings, batch);
        if (recorder.counters().evictedEarly > 0) return;
        whole += 1;
        expect(numbersOf(files)).toEqual(expectedFiles(frames, 200, 50));
      },
    ),
    { numRuns: 60 },
  );
  expect(whole).toBeGreaterThan(30);
});
