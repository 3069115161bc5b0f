/** How far back the windows of a flight recorder reach, in milliseconds or in bytes. @module */
import { readU32le } from '../../base/bytes.ts';
import { EnhancedPacket } from '../../pcap/index.ts';
import type { FlightBefore } from './options.ts';
import { endPosition, type HistoryChunk, type RecordHistory } from './record-history.ts';
import type { FlightTime } from './time.ts';

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** A time of the capture, and the position in its history. */
export interface FlightMoment {
  readonly time: number;
  readonly position: number;
}

export interface FlightReach {
  /** Returns the position of the first frame of the window with this trigger. */
  start(trigger: FlightMoment): number;
  /** Returns whether the window of the trigger reaches back to `end`. */
  meets(trigger: FlightMoment, end: FlightMoment): boolean;
  /** Returns whether a trigger at `now` would need frames of the chunk. */
  wants(chunk: HistoryChunk, now: FlightMoment): boolean;
  /** Returns the milliseconds that the trigger's window lacks if everything up to `evictedTime` was evicted. */
  missing(trigger: FlightMoment, evictedTime: number): number;
}

export function flightReach(before: FlightBefore, history: RecordHistory, time: FlightTime): FlightReach {
  return 'bytes' in before
    ? byteReach(before.bytes, history)
    : timeReach(before.milliseconds * NANOSECONDS_PER_MILLISECOND, history, time);
}

function timeReach(before: number, history: RecordHistory, time: FlightTime): FlightReach {
  const { bytes } = history;
  return {
    start(trigger) {
      const start = trigger.time - before;
      return firstBlock(
        history,
        history.chunkBefore(start),
        trigger.position,
        (_, at) => time.ofBlock(bytes, at) >= start,
      );
    },
    meets: (trigger, end) => trigger.time - before <= end.time,
    wants: ({ lastTime }, now) => lastTime > now.time - before,
    missing: (trigger, evictedTime) => Math.max(0, evictedTime - (trigger.time - before)) / NANOSECONDS_PER_MILLISECOND,
  };
}

function byteReach(before: number, history: RecordHistory): FlightReach {
  return {
    start(trigger) {
      const start = Math.max(trigger.position - before, history.firstPosition);
      return firstBlock(history, history.chunkAt(start), trigger.position, (position) => position >= start);
    },
    meets: (trigger, end) => trigger.position - before <= end.position,
    wants: (chunk, now) => endPosition(chunk) > now.position - before,
    missing: () => 0,
  };
}

/** Returns the position of the first wanted block, from a chunk on; `end` if there is none before it. */
function firstBlock(
  history: RecordHistory,
  from: HistoryChunk | undefined,
  end: number,
  isWanted: (position: number, at: number) => boolean,
): number {
  const { bytes } = history;
  for (let chunk = from; chunk !== undefined; chunk = history.chunkAt(endPosition(chunk))) {
    for (let at = chunk.start; at < chunk.end; at += readU32le(bytes, at + EnhancedPacket.length)) {
      const position = chunk.position + at - chunk.start;
      if (position >= end) return end;
      if (isWanted(position, at)) return position;
    }
  }
  return end;
}
