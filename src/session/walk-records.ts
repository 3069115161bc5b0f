/** How many records of a batch go into the present file. @module */
import type { FrameLayout } from '../pcap/index.ts';

/** Records from one place of a batch on. */
export interface RecordRun {
  /** Offset just past the last of them. */
  readonly end: number;
  readonly frames: number;
  /** Bytes of these frames that were kept. */
  readonly frameBytes: number;
}

/** What a file may still take. */
export interface RunLimits {
  readonly bytes: number;
  readonly frames: number;
  /** The first second that is the next file's. */
  readonly border: number;
  /** The earliest second that is this file's. */
  readonly earliest: number;
}

/** The records of `bytes[start, …)` that keep within all limits: the first one that does not ends the run. */
export function walkRecords(layout: FrameLayout, bytes: Uint8Array, start: number, limits: RunLimits): RecordRun {
  let end = start;
  let frames = 0;
  let frameBytes = 0;
  while (end < bytes.length) {
    const length = layout.recordLength(bytes, end);
    if (end + length - start > limits.bytes) break;
    if (layout.isFrame(bytes, end)) {
      const second = layout.seconds(bytes, end);
      if (frames === limits.frames || second >= limits.border || second < limits.earliest) break;
      frames += 1;
      frameBytes += layout.capturedLength(bytes, end);
    }
    end += length;
  }
  return { end, frames, frameBytes };
}

/** The second of the first frame at or behind `bytes[at]`, where a record begins; undefined when none follows. */
export function nextSecond(layout: FrameLayout, bytes: Uint8Array, at: number): number | undefined {
  let record = at;
  while (record < bytes.length && !layout.isFrame(bytes, record)) record += layout.recordLength(bytes, record);
  return record < bytes.length ? layout.seconds(bytes, record) : undefined;
}
