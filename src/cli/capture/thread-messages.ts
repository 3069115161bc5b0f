/** What `capture --threads` and its threads tell each other. @module */

import type { StackErrorCode } from '../../base/errors.ts';
import type { CaptureStatistics } from '../../base/frame.ts';
import type { CaptureInterface } from '../../pcap/index.ts';
import type { FileSeriesOptions, StopReason } from '../../session/index.ts';
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

/** What it is told: to end, or to write out what waits. */
export type ThreadWish = 'end' | 'flush';

/** What it tells. */
export type ThreadMessage =
  | { readonly kind: 'open'; readonly fanoutId: number; readonly described: CaptureInterface }
  | ThreadCounters
  | { readonly kind: 'failed'; readonly code: StackErrorCode; readonly message: string }
  /** The last: its file is closed, or never was open. What may still be waited for are programs of `--on-rotate`. */
  | { readonly kind: 'done' };

/** Its counters, now and then, and at its end. */
export interface ThreadCounters {
  readonly kind: 'counters' | 'end';
  /** Why it ended; undefined before that, and when it failed. */
  readonly reason?: StopReason | undefined;
  readonly frames: number;
  readonly bytes: number;
  readonly statistics: CaptureStatistics;
}
