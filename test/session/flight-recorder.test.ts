/** The flight recorder with records and times made by hand. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FlightOptions, FlightRecorder } from '../../src/session/index.ts';
import { flightOptions, type MadeFrame, type MemoryFile, recordsOf } from '../support/flight-parts.ts';

const START = 1_700_000_000_000;

/** Frames at these milliseconds after the start, numbered from 0; those in `triggers` match. */
function framesAt(times: readonly number[], triggers: readonly number[] = []): MadeFrame[] {
  return times.map((time, number) => ({ time: START + time, number, trigger: triggers.includes(number) }));
}

/** A recorder that has taken these frames, so many in a batch, and its files. */
function recorded(
  frames: readonly MadeFrame[],
  fields: Partial<FlightOptions> = {},
  batchSize = 4,
): { recorder: FlightRecorder; files: MemoryFile[] } {
  const files: MemoryFile[] = [];
  const recorder = new FlightRecorder(flightOptions(files, fields));
  for (let at = 0; at < frames.length; at += batchSize) {
    const batch = frames.slice(at, at + batchSize);
    recorder.take(recordsOf(batch), batch.length);
  }
  return { recorder, files };
}

const numbersOf = (files: readonly MemoryFile[]): number[][] => files.map(({ numbers }) => numbers);

describe('windows', () => {
  test('a file holds what came before and after its trigger, both ends included', async () => {
    const frames = framesAt([0, 999, 1_000, 1_500, 2_000, 2_400, 2_500, 2_501, 9_000], [4]);
    const { recorder, files } = recorded(frames);
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
      triggers: 1,
      files: 1,
    });
  });

  test('triggers inside a window make it longer', () => {
    const { files } = recorded(framesAt([0, 2_000, 2_400, 2_800, 3_300, 3_301], [1, 3]));
    expect(numbersOf(files)).toEqual([[1, 2, 3, 4]]);
    expect(files[0]?.comments.size).toBe(2);
  });

  test('a window that reaches back into the last one goes on in its file, with what lay between', () => {
    const { files } = recorded(framesAt([0, 1_000, 1_600, 1_700, 2_500, 2_600, 9_999], [1, 4]));
    expect(numbersOf(files)).toEqual([[0, 1, 2, 3, 4, 5]]);
  });

  test('one that does not has a file of its own, and no frame twice', () => {
    const { files } = recorded(framesAt([0, 1_000, 1_400, 1_600, 2_501, 3_000, 3_002], [1, 4]));
    expect(numbersOf(files)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  test('a trigger long after the last frame of a window does not stretch it', () => {
    const { files } = recorded(framesAt([0, 100_000], [0, 1]));
    expect(numbersOf(files)).toEqual([[0], [1]]);
  });

  test('several expressions; the remark names those that matched', () => {
    const triggers = ['ether proto 0x88b6', 'less 60', 'ether proto 0x88b7'];
    const { files } = recorded(framesAt([0, 100], [1]), { triggers });
    expect(files[0]?.trigger.reason).toBe('less 60');
    expect(files[0]?.comments.get(1)).toBe('trigger 2: ether proto 0x88b6, less 60');
  });

  test('after the last trigger that was wanted, others are passed over and the recorder is done', () => {
    const frames = framesAt([0, 100, 200, 600, 700, 9_000], [1, 2, 3]);
    const { recorder, files } = recorded(frames, { maximumTriggers: 2 });
    expect(numbersOf(files)).toEqual([[0, 1, 2, 3, 4]]);
    expect(recorder.isDone).toBe(true);
    expect(recorder.counters().triggers).toBe(2);
  });

  test('the past in bytes', () => {
    const frames = framesAt([0, 1, 2, 3, 60_000, 60_001, 90_000], [4]);
    const { files } = recorded(frames, { before: { bytes: 2 * 76 } });
    expect(numbersOf(files)).toEqual([[2, 3, 4, 5]]);
  });

  test('in bytes, too, windows that meet share a file', () => {
    const triggers = [1, 5];
    const meeting = recorded(framesAt([0, 10, 600, 601, 602, 603, 2_000], triggers), { before: { bytes: 3 * 76 } });
    expect(numbersOf(meeting.files)).toEqual([[0, 1, 2, 3, 4, 5]]);
    const apart = recorded(framesAt([0, 10, 600, 601, 602, 603, 2_000], triggers), { before: { bytes: 2 * 76 } });
    expect(numbersOf(apart.files)).toEqual([
      [0, 1],
      [3, 4, 5],
    ]);
  });
});

describe('without frames', () => {
  test('a trigger from outside writes the past and what follows, with a remark on the next frame', () => {
    const files: MemoryFile[] = [];
    const recorder = new FlightRecorder(flightOptions(files));
    recorder.take(recordsOf(framesAt([0, 1_500, 1_900])), 3);
    recorder.trigger('the link flapped', START + 2_000);
    expect(numbersOf(files)).toEqual([[1, 2]]);
    const later = [
      { time: START + 2_400, number: 3 },
      { time: START + 2_600, number: 4 },
    ];
    recorder.take(recordsOf(later), 2);
    expect(numbersOf(files)).toEqual([[1, 2, 3]]);
    expect(files[0]?.comments.get(3)).toBe('trigger 1: the link flapped');
  });

  test('one before any frame has nothing to write but what follows', () => {
    const files: MemoryFile[] = [];
    const recorder = new FlightRecorder(flightOptions(files));
    recorder.trigger('now', START + 0.25);
    recorder.take(recordsOf(framesAt([0, 500, 501])), 3);
    expect(numbersOf(files)).toEqual([[0, 1]]);
  });

  test('silence ends windows by the clock, two seconds late at most', async () => {
    const { recorder, files } = recorded(framesAt([0], [0]), { maximumTriggers: 1 });
    recorder.tick(START + 2_499);
    expect(recorder.isDone).toBe(false);
    recorder.tick(START + 2_501);
    expect(recorder.isDone).toBe(true);
    await recorder.flush();
    expect(files[0]?.isClosed).toBe(true);
  });

  test('the end closes the file that is open', async () => {
    const { recorder, files } = recorded(framesAt([0, 100], [1]));
    await recorder.finish();
    expect(files.map(({ numbers, isClosed }) => [numbers, isClosed])).toEqual([[[0, 1], true]]);
  });
});

describe('memory', () => {
  test('a history that is too small says what is missing, and how many frames left early', () => {
    const size = 64 * 1024;
    const perRecord = 16 + 1_000;
    const count = 200;
    const frames = Array.from({ length: count }, (_, number) => ({
      time: START + number,
      number,
      length: 1_000,
      trigger: number === count - 1,
    }));
    const { recorder, files } = recorded(frames, { historySize: size }, 4);
    const [file] = files;
    const kept = file?.numbers ?? [];
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => count - kept.length + index));
    expect(kept.length * perRecord).toBeLessThanOrEqual(size);
    const { seen, inMemory, evictedEarly } = recorder.counters();
    expect(inMemory + evictedEarly).toBe(seen);
    expect(evictedEarly).toBeGreaterThan(0);
    expect(file?.trigger.missing).toBeGreaterThan(800);
  });

  test('old frames that make room are not early', () => {
    const frames = Array.from({ length: 200 }, (_, number) => ({
      time: START + number * 1_000,
      number,
      length: 1_000,
    }));
    const { recorder } = recorded(frames, { historySize: 64 * 1024 }, 1);
    expect(recorder.counters()).toMatchObject({ seen: 200, evictedEarly: 0 });
    expect(recorder.counters().inMemory).toBeLessThan(65);
  });

  test('a batch that does not fit, or a past that is longer than the memory, is an error', () => {
    expect(() => recorded(framesAt([0]), { before: { bytes: 1 << 21 } })).toThrow(RangeError);
    const huge = Array.from({ length: 70 }, (_, number) => ({ time: START, number, length: 1_000 }));
    expect(() => recorded(huge, { historySize: 65_536 }, 70)).toThrow('a history of 65536');
  });
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

test('any traffic, any triggers: the files hold exactly the frames of the windows, in order, each once', () => {
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
  fc.assert(
    fc.property(gaps, settings, (steps, { before, after, batch }) => {
      let time = START;
      const frames = steps.map(([gap, trigger], number) => {
        time += gap;
        return { time, number, trigger };
      });
      const { files } = recorded(frames, { before: { milliseconds: before }, after }, batch);
      expect(numbersOf(files)).toEqual(expectedFiles(frames, before, after));
      for (const file of files) {
        const remarked = file.numbers.filter((number) => frames[number]?.trigger === true);
        expect([...file.comments.keys()]).toEqual(remarked);
      }
    }),
    { numRuns: 500 },
  );
});

test('with a memory that goes round many times, files are still whole while the past fits', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 300, maxLength: 600 });
  let whole = 0;
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 16 }), fc.integer({ min: 20, max: 90 }), (steps, batch, every) => {
      let time = START;
      const frames = steps.map((gap, number) => {
        time += gap;
        return { time, number, trigger: number % every === every - 1, length: 60 + (number % 900) };
      });
      const settings = { before: { milliseconds: 200 }, after: 50, historySize: 2 * 65_536 };
      const { recorder, files } = recorded(frames, settings, batch);
      if (recorder.counters().evictedEarly > 0) return;
      whole += 1;
      expect(numbersOf(files)).toEqual(expectedFiles(frames, 200, 50));
    }),
    { numRuns: 60 },
  );
  expect(whole).toBeGreaterThan(30);
});
