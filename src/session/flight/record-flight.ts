/** A flight recorder on a live source: the loop around the engine. @module */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type Clock, systemClock } from '../../base/clock.ts';
import type { CaptureStatistics } from '../../base/frame.ts';
import type { LiveSource } from '../../capture/index.ts';
import type { StopReason } from '../record.ts';
import type { FlightCounters } from './options.ts';
import type { FlightRecorder } from './recorder.ts';

export interface FlightRunOptions {
  /** Ends it when aborted; what the source holds by then is still taken. */
  readonly signal?: AbortSignal;
  /** Ends after so many milliseconds. */
  readonly duration?: number;
  readonly onProgress?: (counters: FlightCounters) => void;
  readonly clock?: Clock;
}

export interface FlightSummary extends FlightCounters {
  /** `limit`: the triggers that were wanted have come. */
  readonly reason: StopReason;
  readonly statistics: CaptureStatistics;
}

/** How often windows are looked at that no frame ends, in milliseconds. */
const TICK = 500;

/**
 * Runs until the recorder has had its triggers, its output takes no more, the time is over, or `signal` is aborted. Closes
 * the recorder's output, not the source.
 * @param source a live one, or several merged
 * @throws what the source or the output throws; the output is closed first
 */
export async function recordFlight(
  source: Pick<LiveSource, 'records' | 'statistics'>,
  recorder: FlightRecorder,
  options: FlightRunOptions = {},
): Promise<FlightSummary> {
  const { signal, duration = Number.POSITIVE_INFINITY, onProgress, clock = systemClock } = options;
  const end = clock.now() + duration;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  for (const each of [signal, recorder.stopped]) {
    if (each?.aborted === true) onAbort();
    each?.addEventListener('abort', onAbort, { once: true });
  }
  let reason: StopReason = 'end';
  const watching = watch(recorder, clock, end, stop);
  try {
    const format = { container: 'pcapng', inPlace: false } as const;
    for await (const { bytes, frames } of source.records(format, { signal: stop.signal })) {
      recorder.take(bytes, frames);
      onProgress?.(recorder.counters());
      if (recorder.isDone) break;
      await yieldToOthers(); // to the disk, to signals: a source that always has a batch would keep them waiting
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
    await watching;
    reason = reasonOf(recorder.isDone, signal, clock.now() >= end); // before what is still to be written, which may take a while
    await recorder.finish();
  }
  return { ...recorder.counters(), reason: recorder.ended ?? reason, statistics: source.statistics() };
}

function reasonOf(isDone: boolean, signal: AbortSignal | undefined, isLate: boolean): StopReason {
  if (signal?.aborted === true) return 'signal';
  if (isDone) return 'limit';
  return isLate ? 'duration' : 'end';
}

async function watch(recorder: FlightRecorder, clock: Clock, end: number, stop: AbortController): Promise<void> {
  while (!stop.signal.aborted) {
    await clock.sleep(Math.min(TICK, Math.max(0, end - clock.now())), stop.signal);
    recorder.tick(clock.wallTime());
    if (recorder.isDone || clock.now() >= end) stop.abort();
  }
}
