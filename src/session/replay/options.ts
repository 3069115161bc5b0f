/** What a replay is asked for, and what it tells. @module */

import type { ReplayEdits } from './edits.ts';
import type { PacingClock } from './pacing-clock.ts';
import type { ReplayPace } from './schedule.ts';

export interface ReplayOptions {
  /** Default: the gaps of the recording. */
  readonly pace?: ReplayPace;
  /** How often the recording is sent. Default: 1; Infinity until `limit` or `signal`. */
  readonly rounds?: number;
  /** Ends after so many frames. */
  readonly limit?: number;
  /** Only frames of the interface with this number in the file. */
  readonly interfaceNumber?: number;
  /** Frames that were cut when they were recorded are filled up with zeros; without, they are skipped. */
  readonly pad?: boolean;
  readonly edits?: ReplayEdits;
  /** Ends it, in good order. */
  readonly signal?: AbortSignal;
  readonly clock?: PacingClock;
}

/** Frames that are not sent, by the reason. */
interface SkippedFrames {
  /** Fewer bytes in the file than on the wire. */
  readonly cut: number;
  /** Longer than the interface takes. */
  readonly tooLong: number;
  /** Shorter than a link header. */
  readonly tooShort: number;
  /** Of a link type that the interface does not take, in a file with several. */
  readonly otherLinkType: number;
}

export interface ReplaySummary {
  readonly sent: number;
  /** Of these frames, without what the hardware adds. */
  readonly bytes: number;
  readonly skipped: SkippedFrames;
  /** Frames that the kernel did not take. */
  readonly failed: number;
  /** How often the interface's queue was full and frames had to wait. */
  readonly waits: number;
  /** From the first frame to the last. */
  readonly milliseconds: number;
}
