/** The record loop with simulated sources and sinks. @module */
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import type { CaptureSource, FrameBatch, FrameSink, FrameView } from '../../src/base/frame.ts';
import { ownPackets } from '../../src/base/frame.ts';
import { record } from '../../src/session/record.ts';

function frameOf(length: number): FrameView {
  const data = new Uint8Array(length);
  return { data, offset: 0, length, wireLength: length, seconds: 1, nanoseconds: 2, interfaceIndex: 1 };
}

/** Source of batches of given sizes; frame n has n bytes. With `endless` it waits for its signal at the end. */
class BatchSource implements CaptureSource {
  readonly linkType = 1;
  readonly snapLength = 65_535;
  readonly #sizes: readonly number[];
  readonly #endless: boolean;
  returned = 0;

  constructor(sizes: readonly number[], endless = false) {
    this.#sizes = sizes;
    this.#endless = endless;
  }

  async *batches({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<FrameBatch> {
    let next = 1;
    for (const size of this.#sizes) {
      const frames = Array.from({ length: size }, () => frameOf(next++));
      try {
        yield { size, forEach: (visit) => void frames.map((frame) => visit(frame)) };
      } finally {
        this.returned += 1;
      }
    }
    if (!this.#endless || signal?.aborted) return;
    await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
  }

  packets(): ReturnType<CaptureSource['packets']> {
    return ownPackets(this.batches());
  }

  statistics(): { received: number; accepted: number; dropped: number; freezes: number } {
    return { received: 100, accepted: 90, dropped: 7, freezes: 1 };
  }

  async close(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}

class ListSink implements FrameSink {
  readonly lengths: number[] = [];
  flushes = 0;
  closed = 0;
  failAt = Number.POSITIVE_INFINITY;

  add(frame: FrameView, keep: number): void {
    if (this.lengths.length === this.failAt) throw new Error('the sink is full');
    expect(keep).toBe(frame.length);
    this.lengths.push(frame.length);
  }

  async flush(): Promise<void> {
    this.flushes += 1;
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

describe('record', () => {
  test('records until the end of the source, and flushes after every batch', async () => {
    const source = new BatchSource([2, 0, 3]);
    const sink = new ListSink();
    const progress: number[] = [];
    const summary = await record(source, sink, { onProgress: ({ frames }) => progress.push(frames) });
    expect(sink.lengths).toEqual([1, 2, 3, 4, 5]);
    expect(summary).toEqual({
      frames: 5,
      bytes: 15,
      reason: 'end',
      statistics: { received: 100, accepted: 90, dropped: 7, freezes: 1 },
    });
    expect(progress).toEqual([2, 5]);
    expect(sink.flushes).toBeGreaterThanOrEqual(3);
    expect(sink.closed).toBe(0);
  });

  test('ends inside a batch at the limit, and returns the batch', async () => {
    const source = new BatchSource([2, 3, 4]);
    const sink = new ListSink();
    expect(await record(source, sink, { limit: 4 })).toMatchObject({ frames: 4, bytes: 10, reason: 'limit' });
    expect(sink.lengths).toEqual([1, 2, 3, 4]);
    expect(source.returned).toBe(2);
  });

  test('a limit equal to the number of frames in the source is reached', async () => {
    expect(await record(new BatchSource([3]), new ListSink(), { limit: 3 })).toMatchObject({
      frames: 3,
      reason: 'limit',
    });
  });

  test('ends when its signal is aborted, before or while it runs', async () => {
    const stop = new AbortController();
    const recording = record(new BatchSource([1], true), new ListSink(), { signal: stop.signal });
    setImmediate(() => stop.abort());
    expect(await recording).toMatchObject({ frames: 1, reason: 'signal' });
    expect(await record(new BatchSource([1], true), new ListSink(), { signal: stop.signal })).toMatchObject({
      reason: 'signal',
    });
  });

  test('ends after its duration, by its clock', async () => {
    const slept: number[] = [];
    const clock: Clock = {
      now: () => 0,
      wallTime: () => 0,
      sleep: async (milliseconds) => {
        slept.push(milliseconds);
      },
    };
    const summary = await record(new BatchSource([1], true), new ListSink(), { duration: 5000, clock });
    expect(summary.reason).toBe('duration');
    expect(slept).toEqual([5000]);
  });

  test('an error of the sink ends it; added frames are flushed, and the batch is returned', async () => {
    const source = new BatchSource([5]);
    const sink = new ListSink();
    sink.failAt = 2;
    await expect(record(source, sink)).rejects.toThrow('the sink is full');
    expect(sink.lengths).toEqual([1, 2]);
    expect(sink.flushes).toBe(1);
    expect(source.returned).toBe(1);
  });
});
