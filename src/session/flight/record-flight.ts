/** Runs a flight recorder on a live source. @module */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type Clock, systemClock } from '../../base/clock.ts';
import type { CaptureStatistics } from '../../base/frame.ts';
import type { LiveSource } from '../../capture/index.ts';
import type { StopReason } from '../record.ts';
import type { FlightCounters } from './options.ts';
import type { FlightRecorder } from './recorder.ts';

export interface FlightRunOptions {
  /** Ends the recording when aborted; frames in the ring are still recorded. */
  readonly signal?: AbortSignal;
  /** Maximum duration in milliseconds. */
  readonly duration?: number;
  readonly onProgress?: (counters: FlightCounters) => void;
  readonly clock?: Clock;
}

export interface FlightSummary extends FlightCounters {
  /** `limit`: the trigger limit is reached. */
  readonly reason: StopReason;
  readonly statistics: CaptureStatistics;
}

/** Milliseconds between checks for windows that end without a frame. */
const TICK = 500;

/**
 * Runs until the trigger limit is reached, the output ends, the duration is over, or `signal` is aborted. Closes the
 * output of the recorder, not the source.
 * @param source a live one, or several merged
 * @throws the error of the source or the output, after closing the output
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
      await yieldToOthers(); // lets the disk and signals proceed: a busy source would starve them
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
    await watching;
    reason = reasonOf(recorder.isDone, signal, clock.now() >= end); // before the remaining writes, which may take a while
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
