/** Counts the records of a batch that fit into the current file. @module */
import type { FrameLayout } from '../pcap/index.ts';

/** Adjacent records of a batch. */
export interface RecordRun {
  /** Offset just past the last one. */
  readonly end: number;
  readonly frames: number;
  /** Captured bytes of these frames. */
  readonly frameBytes: number;
}

/** Limits of a file. */
export interface RunLimits {
  readonly bytes: number;
  readonly frames: number;
  /** The first second after this file. */
  readonly border: number;
  /** The earliest second of this file. */
  readonly earliest: number;
}

/** Walks the records of `bytes[start, …)` up to the first one that exceeds a limit. */
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

/** Returns the second of the first frame at or after the record at `bytes[at]`; undefined if none follows. */
export function nextSecond(layout: FrameLayout, bytes: Uint8Array, at: number): number | undefined {
  let record = at;
  while (record < bytes.length && !layout.isFrame(bytes, record)) record += layout.recordLength(bytes, record);
  return record < bytes.length ? layout.seconds(bytes, record) : undefined;
}
