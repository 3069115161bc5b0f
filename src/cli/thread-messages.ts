/** What `capture --threads` and its threads tell each other. @module */
import type { CaptureStatistics } from '../base/index.ts';
import type { CaptureInterface } from '../pcap/index.ts';
import type { FileSeriesOptions, StopReason } from '../session/index.ts';
import type { CaptureArguments } from './capture-options.ts';

/** What a thread is told at its start. */
export interface ThreadTask {
  /** `-w` is this thread's own file. */
  readonly words: CaptureArguments;
  readonly bufferSize: number;
  /** Of the group to join; undefined for the first. */
  readonly fanoutId: number | undefined;
  /** Its part in limits of all threads together, in place of what the words say. */
  readonly limits: Pick<FileSeriesOptions, 'frameLimit' | 'ring' | 'quota'>;
  /** Of the ledger that all threads share. */
  readonly ledger: SharedArrayBuffer;
}

/** What it tells. Anything that it is told is the wish to end. */
export type ThreadMessage =
  | { readonly kind: 'open'; readonly fanoutId: number; readonly described: CaptureInterface }
  | ThreadCounters
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** Its counters, now and then, and at its end. */
export interface ThreadCounters {
  readonly kind: 'counters' | 'end';
  /** Why it ended; undefined before that, and when it failed. */
  readonly reason?: StopReason | undefined;
  readonly frames: number;
  readonly bytes: number;
  readonly statistics: CaptureStatistics;
}
