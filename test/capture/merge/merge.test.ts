/** The order of a merge of simulated inputs. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrameView } from '../../../src/base/frame.ts';
import { FrameMerger, type MergeInput } from '../../../src/capture/merge/frame-merger.ts';
import { MergeQueue } from '../../../src/capture/merge/merge-queue.ts';

const SECOND = 1_000_000_000;

/** Returns a frame with the single byte `mark` and a time in nanoseconds. */
function frameAt(time: number, mark = 0): FrameView {
  const seconds = Math.floor(time / SECOND);
  const data = Uint8Array.of(mark);
  return { data, offset: 0, length: 1, wireLength: 60, seconds, nanoseconds: time % SECOND, interfaceIndex: 7 };
}

class HandInput implements MergeInput {
  readonly queue = new MergeQueue(1);
  safeSeconds = Number.NEGATIVE_INFINITY;
  safeNanoseconds = 0;
  taken: number[] = [];
  releases = 0;
  forgotten = 0;

  add(number: number, ...times: number[]): this {
    for (const time of times) this.queue.add(frameAt(time, number), number, time);
    return this;
  }

  safe(time: number): this {
    this.safeSeconds = time === Number.POSITIVE_INFINITY ? time : Math.floor(time / SECOND);
    this.safeNanoseconds = time === Number.POSITIVE_INFINITY ? 0 : time % SECOND;
    return this;
  }

  onTaken(owner: number): void {
    this.taken.push(owner);
  }

  release(): void {
    this.releases += 1;
  }

  forgetTime(): void {
    this.forgotten += 1;
    this.queue.forgetLatest();
  }
}

/** Reads one batch: times in nanoseconds, and the number of the input of each frame. */
function batchOf(merger: FrameMerger): [time: number, from: number][] {
  const { size } = merger.cut();
  const seen: [number, number][] = [];
  merger.forEach(({ seconds, nanoseconds, interfaceIndex }) => {
    seen.push([seconds * SECOND + nanoseconds, interfaceIndex]);
  });
  merger.finish();
  expect(seen).toHaveLength(size);
  return seen;
}

describe('a merge', () => {
  test('holds a frame back until no input can have an earlier frame', () => {
    const [left, right] = [new HandInput(), new HandInput()];
    const merger = new FrameMerger([left, right]);
    left.add(0, 10, 20, 30).safe(30);
    expect(batchOf(merger)).toEqual([]);
    right.safe(15);
    expect(batchOf(merger)).toEqual([[10, 0]]);
    right.add(1, 18, 40).safe(40);
    expect(batchOf(merger)).toEqual([
      [18, 1],
      [20, 0],
      [30, 0],
    ]);
    expect(merger.isHolding).toBe(true);
    left.safe(Number.POSITIVE_INFINITY);
    expect(batchOf(merger)).toEqual([[40, 1]]);
    expect([left.taken, right.taken]).toEqual([
      [10, 20, 30],
      [18, 40],
    ]);
    expect(merger.late).toBe(0);
  });

  test('sorts frames of one input that are out of order by microseconds', () => {
    const input = new HandInput().add(0, 1000, 3000, 2000, 3000, 2500, 500).safe(2500);
    const merger = new FrameMerger([input]);
    expect(batchOf(merger).map(([time]) => time)).toEqual([500, 1000, 2000, 2500]);
    input.safe(Number.POSITIVE_INFINITY);
    expect(batchOf(merger).map(([time]) => time)).toEqual([3000, 3000]);
  });

  test('counts frames that arrive too late for their position, and passes them on', () => {
    const input = new HandInput().add(0, 1000, 2000).safe(2000);
    const merger = new FrameMerger([input]);
    batchOf(merger);
    input.add(0, 1500, 2500).safe(2500);
    expect(batchOf(merger).map(([time]) => time)).toEqual([1500, 2500]);
    expect(merger.late).toBe(1);
  });

  test('a batch that is not visited skips its frames and no others', () => {
    const input = new HandInput().add(0, 1, 2, 3).safe(2);
    const merger = new FrameMerger([input]);
    expect(merger.cut().size).toBe(2);
    merger.finish();
    expect(input.taken).toEqual([1, 2]);
    expect(input.queue.length).toBe(1);
  });

  test('after a clock step of one hour back, earlier frames come first, and none is late', () => {
    const hour = 3600 * SECOND;
    const [left, right] = [new HandInput(), new HandInput()];
    const merger = new FrameMerger([left, right]);
    left.add(0, hour + 10, hour + 30, 25, 15).safe(hour);
    right.add(1, hour + 20).safe(hour);
    expect(batchOf(merger)).toEqual([
      [hour + 10, 0],
      [hour + 20, 1],
      [hour + 30, 0],
    ]);
    expect(merger.clockSteps).toBe(1);
    expect(right.forgotten).toBe(1);
    right.add(1, 20).safe(30);
    left.safe(30);
    expect(batchOf(merger)).toEqual([
      [15, 0],
      [20, 1],
      [25, 0],
    ]);
    expect(merger.late).toBe(0);
  });

  test('any number of inputs yields all frames in order, in pieces of any size', () => {
    const times = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 7 }), (all, piece) => {
        const sources = all.map((list) => [...list].sort((a, b) => a - b));
        const inputs = sources.map(() => new HandInput());
        const merger = new FrameMerger(inputs);
        const seen: number[] = [];
        const longest = Math.max(...sources.map((list) => list.length));
        for (let from = 0; from <= longest; from += piece) {
          for (const [number, input] of inputs.entries()) {
            const source = sources[number] ?? [];
            // Each piece is reversed: frames of an input may be out of order until the input declares them safe.
            input.add(number, ...source.slice(from, from + piece).reverse());
            input.safe(source[from + piece] === undefined ? Number.POSITIVE_INFINITY : (source[from + piece - 1] ?? 0));
          }
          seen.push(...batchOf(merger).map(([time]) => time));
        }
        expect(seen).toEqual(all.flat().sort((a, b) => a - b));
        expect(merger.late).toBe(0);
        expect(merger.isHolding).toBe(false);
      }),
    );
  });
});

describe('a queue', () => {
  test('grows with its content, and keeps every column', () => {
    const queue = new MergeQueue(1);
    const count = 20_000;
    for (let time = 0; time < count; time += 1) queue.add(frameAt(time, time & 0xff), time, time);
    queue.add(frameAt(5), 99, 99); // in the middle
    const merger = new FrameMerger([{ ...new HandInput(), queue, onTaken() {}, release() {}, forgetTime() {} }]);
    const seen: number[] = [];
    while (merger.cutAll().size > 0) {
      merger.forEach(({ data, offset, nanoseconds, interfaceIndex }) => {
        if (interfaceIndex !== 99) expect(data[offset]).toBe(nanoseconds & 0xff);
        seen.push(nanoseconds);
      });
    }
    expect(seen).toHaveLength(count + 1);
    expect(seen.slice(4, 8)).toEqual([4, 5, 5, 6]);
  });
});
