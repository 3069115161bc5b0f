/** A flight recorder on a live source: the loop around the engine. @module */
import { type Clock, systemClock } from '../base/clock.ts';
import type { CaptureStatistics } from '../base/frame.ts';
import type { LiveSource } from '../capture/index.ts';
import type { FlightCounters, FlightRecorder } from './flight-recorder.ts';

export interface FlightRunOptions {
  /** Ends it when aborted; what the source holds by then is still taken. */
  readonly signal?: AbortSignal;
  /** Ends after so many milliseconds. */
  readonly duration?: number;
  readonly onProgress?: (counters: FlightCounters) => void;
  readonly clock?: Clock;
}

export interface FlightSummary extends FlightCounters {
  readonly statistics: CaptureStatistics;
}

/** How often windows are looked at that no frame ends, in milliseconds. */
const TICK = 500;

/**
 * Runs until the recorder has had its triggers, the time is over, or `signal` is aborted. Closes the recorder's files, not the source.
 * @throws what the source or a file throws; the files are closed first
 */
export async function recordFlight(
  source: LiveSource,
  recorder: FlightRecorder,
  options: FlightRunOptions = {},
): Promise<FlightSummary> {
  const { signal, duration = Number.POSITIVE_INFINITY, onProgress, clock = systemClock } = options;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const watching = watch(recorder, clock, clock.now() + duration, stop);
  try {
    const format = { container: 'pcap', timestampPrecision: 'nano' } as const;
    for await (const { bytes, frames } of source.records(format, { signal: stop.signal })) {
      recorder.take(bytes, frames);
      await recorder.flush();
      onProgress?.(recorder.counters());
      if (recorder.isDone) break;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
    await watching;
    await recorder.finish();
  }
  return { ...recorder.counters(), statistics: source.statistics() };
}

async function watch(recorder: FlightRecorder, clock: Clock, end: number, stop: AbortController): Promise<void> {
  while (!stop.signal.aborted) {
    await clock.sleep(Math.min(TICK, Math.max(0, end - clock.now())), stop.signal);
    recorder.tick(clock.wallTime());
    if (recorder.isDone || clock.now() >= end) stop.abort();
  }
}
