/** Messages between `capture --threads` and its threads. @module */
import type { StackErrorCode } from '../../base/errors.ts';
import type { CaptureStatistics } from '../../base/frame.ts';
import type { CaptureInterface } from '../../pcap/index.ts';
import type { StopReason } from '../../session/index.ts';
import type { CapabilityName } from '../../sys/constants.ts';
import type { ThreadRights } from '../confinement/thread-rights.ts';
import type { CaptureCommand } from './capture-options.ts';
import type { OutputFiles } from './output-options.ts';
import type { ThreadSettings } from './thread-options.ts';

/** What a thread starts with. */
export interface ThreadTask extends Pick<ThreadSettings, 'fanout' | 'limits'> {
  readonly command: CaptureCommand;
  /** With the path of this thread's file. */
  readonly output: OutputFiles;
  /** The group to join; undefined for the first thread. */
  readonly fanoutId: number | undefined;
  /** Prepare to return to root, with these capabilities, when the process has become another user. */
  readonly returnsWith: readonly CapabilityName[] | undefined;
  /** The ledger that all threads share. */
  readonly ledger: SharedArrayBuffer;
}

/** What the main thread requests: to end, to flush the file, or, once all sockets are open, to write with these rights. */
export type ThreadRequest = 'end' | 'flush' | { readonly kind: 'write'; readonly rights: ThreadRights };

/** What a thread reports. */
export type ThreadMessage =
  /** The socket is open. */
  | { readonly kind: 'open'; readonly fanoutId: number; readonly described: CaptureInterface }
  /** The file is open. */
  | { readonly kind: 'writing' }
  | ThreadCounters
  | { readonly kind: 'failed'; readonly code: StackErrorCode; readonly message: string }
  /** The last message: the file is closed, or never was open. Programs of `--on-rotate` may still run. */
  | { readonly kind: 'done' };

/** The counters, at intervals and at the end. */
export interface ThreadCounters {
  readonly kind: 'counters' | 'end';
  /** Why the thread ended; undefined before that, and if it failed. */
  readonly reason?: StopReason | undefined;
  readonly frames: number;
  readonly bytes: number;
  readonly statistics: CaptureStatistics;
}
