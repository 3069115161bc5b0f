/** The loop of the flight recorder, with a source driven by a virtual clock. @module */
import { describe, expect, test } from 'vitest';
import type { LiveSource, RecordBatch } from '../../../src/capture/live-source.ts';
import { recordFlight } from '../../../src/session/flight/record-flight.ts';
import { FlightRecorder } from '../../../src/session/flight/recorder.ts';
import { blocksOf, flightOptions, type MadeFrame, MemoryOutput } from '../../support/flight-parts.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** Returns a live source, as far as the loop uses it, that yields each frame at its time and then waits for its end. */
function sourceOf(clock: VirtualClock, frames: readonly MadeFrame[]): LiveSource {
  async function* records(_: unknown, options: { signal?: AbortSignal } = {}): AsyncGenerator<RecordBatch> {
    for (const frame of frames) {
      await clock.sleep(frame.time - clock.wallTime(), options.signal);
      if (options.signal?.aborted === true) return;
      yield { bytes: blocksOf([frame]), inPlace: false, frames: 1, frameBytes: 60, retain: () => () => {} };
    }
    if (options.signal?.aborted === true) return;
    await new Promise((resolve) => options.signal?.addEventListener('abort', resolve, { once: true }));
  }
  return {
    records,
    statistics: () => ({ received: frames.length, accepted: frames.length, dropped: 3, freezes: 1 }),
  } as unknown as LiveSource;
}

function parts(
  offsets: readonly number[],
  trigger: number,
): { clock: VirtualClock; source: LiveSource; output: MemoryOutput } {
  const clock = new VirtualClock();
  const start = clock.wallTime();
  const frames = offsets.map((offset, number) => ({ time: start + offset, number, trigger: number === trigger }));
  return { clock, source: sourceOf(clock, frames), output: new MemoryOutput() };
}

describe('recordFlight', () => {
  test('ends after the window of the last trigger, also without further frames', async () => {
    const { clock, source, output } = parts([0, 1_000, 1_800, 2_100], 2);
    const recorder = new FlightRecorder(flightOptions(output, { maximumTriggers: 1 }));
    const summary = await recordFlight(source, recorder, { clock });
    expect(output.files.map(({ numbers, isClosed }) => [numbers, isClosed])).toEqual([[[1, 2, 3], true]]);
    expect(summary).toMatchObject({ reason: 'limit', seen: 4, written: 3, triggers: 1, statistics: { dropped: 3 } });
    expect(clock.now()).toBeGreaterThan(2_300);
    expect(clock.now()).toBeLessThan(6_000);
  });

  test('ends after its duration, with the open file closed', async () => {
    const { clock, source, output } = parts([0, 900], 1);
    const recorder = new FlightRecorder(flightOptions(output, { after: 60_000 }));
    await recordFlight(source, recorder, { clock, duration: 1_250 });
    expect(clock.now()).toBe(1_250);
    expect(output.files.map(({ numbers, isClosed }) => [numbers, isClosed])).toEqual([[[0, 1], true]]);
  });

  test('the reason does not change while the rest is written', async () => {
    const { clock, source, output } = parts([0, 900], 1);
    const stop = new AbortController();
    const interrupted = Object.assign(output, { close: async () => stop.abort() });
    const recorder = new FlightRecorder(flightOptions(interrupted, { after: 60_000 }));
    const summary = await recordFlight(source, recorder, { clock, duration: 1_250, signal: stop.signal });
    expect(summary.reason).toBe('duration');
  });

  test('ends when its signal is aborted, before or while it runs', async () => {
    for (const early of [true, false]) {
      const { clock, source, output } = parts([0], 0);
      const stop = new AbortController();
      if (early) stop.abort();
      else clock.at(700, () => stop.abort());
      await recordFlight(source, new FlightRecorder(flightOptions(output)), { clock, signal: stop.signal });
      expect(output.files.map(({ isClosed }) => isClosed)).toEqual(early ? [] : [true]);
    }
  });

  test('an external trigger during the recording', async () => {
    const { clock, source, output } = parts([0, 400, 1_400, 2_000], -1);
    const recorder = new FlightRecorder(flightOptions(output, { maximumTriggers: 1 }));
    clock.at(1_100, () => recorder.trigger('by hand', clock.wallTime()));
    await recordFlight(source, recorder, { clock });
    expect(output.files.map(({ numbers, trigger }) => [numbers, trigger.reason])).toEqual([[[1, 2], 'by hand']]);
  });

  test('an error of the output ends it; the output is closed', async () => {
    const { clock, source, output } = parts([0, 100, 200], 0);
    const broken = Object.assign(output, {
      take(): never {
        throw new Error('the disk is full');
      },
    });
    const recorder = new FlightRecorder(flightOptions(broken));
    await expect(recordFlight(source, recorder, { clock })).rejects.toThrow('the disk is full');
    expect(output.isClosed).toBe(true);
  });

  test('ends when the output has ended, with its reason', async () => {
    const { clock, source, output } = parts([0, 100], 0);
    clock.at(900, () => output.end('quota'));
    const summary = await recordFlight(source, new FlightRecorder(flightOptions(output)), { clock });
    expect(summary.reason).toBe('quota');
    expect(clock.now()).toBe(900);
  });
});
