/** Options and results of a replay. @module */

import type { ReplayEdits } from './edits.ts';
import type { PacingClock } from './pacing-clock.ts';
import type { ReplayPace } from './schedule.ts';

export interface ReplayOptions {
  /** Default: the gaps of the recording. */
  readonly pace?: ReplayPace;
  /** Number of times to send the recording. Default: 1. Infinity: until `limit` or `signal`. */
  readonly rounds?: number;
  /** Maximum number of frames. */
  readonly limit?: number;
  /** Sends only frames of the interface with this number in the file. */
  readonly interfaceNumber?: number;
  /** Pads frames that were cut when recorded with zeros. Default: skips them. */
  readonly pad?: boolean;
  readonly edits?: ReplayEdits;
  /** Ends the replay when aborted. */
  readonly signal?: AbortSignal;
  readonly clock?: PacingClock;
}

/** Frames not sent, by reason. */
interface SkippedFrames {
  /** Fewer bytes captured than on the wire. */
  readonly cut: number;
  /** Longer than the interface accepts. */
  readonly tooLong: number;
  /** Shorter than a link header. */
  readonly tooShort: number;
  /** Of a link type that the interface does not accept, in a file with several. */
  readonly otherLinkType: number;
}

export interface ReplaySummary {
  readonly sent: number;
  /** Bytes of these frames, without what the hardware adds. */
  readonly bytes: number;
  readonly skipped: SkippedFrames;
  /** Frames that the kernel rejected. */
  readonly failed: number;
  /** How many times frames waited because the queue of the interface was full. */
  readonly waits: number;
  /** From the first frame to the last. */
  readonly milliseconds: number;
}
