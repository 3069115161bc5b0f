/** Options of a series of files. @module */
import type { Clock } from '../../base/clock.ts';
import type { FileSinkOptions } from '../../pcap/index.ts';
import type { FreeSpaceFloor, SpaceReader } from './free-space.ts';
import type { OutputLedger } from './output-ledger.ts';

/** When the next file begins: at the first limit reached. */
export interface Rotation {
  /**
   * Maximum size of a file in bytes, including its header, before compression. A larger record gets a file of its own.
   */
  readonly bytes?: number;
  /** Maximum number of frames in a file. */
  readonly frames?: number;
  /** Duration of a file in whole seconds, from its first frame. */
  readonly seconds?: number;
  /** Begin files at multiples of `seconds` on the wall clock. */
  readonly aligned?: boolean;
}

/** Records that end every file, none of them frames, for instance counters. */
export interface Epilogue {
  /** Their constant length in bytes. */
  readonly length: number;
  /** @param frames number of frames in the file */
  encode(frames: number): Uint8Array;
}

/** A closed file of a series. */
export interface FinishedFile {
  readonly path: string;
  readonly frames: number;
  /** Size on the disk in bytes. */
  readonly length: number;
}

/** `keep` protects the files that the frames are read from. */
export interface FileSeriesOptions extends FileSinkOptions {
  /** Default: one file. */
  readonly rotation?: Rotation;
  /** Frames arrive as they are stamped, so that none is later than now. Default: true. */
  readonly isLive?: boolean;
  /** Create the first file with the first frame. Default: immediately. */
  readonly isLazy?: boolean;
  /** Maximum number of files: the oldest of this series is deleted before another begins. */
  readonly ring?: number;
  /** Maximum number of frames. For a single series the `limit` of `record` is cheaper. */
  readonly frameLimit?: number;
  /** Maximum number of files; the series ends with the last one. */
  readonly fileLimit?: number;
  /** Maximum number of bytes in all files together, before compression. */
  readonly byteLimit?: number;
  /** Maximum size of the files on the disk. A ring deletes its oldest file then, others end. */
  readonly quota?: number;
  /** Space to leave free on the disk. Default: 64 MiB, or 1 % of a smaller file system. `{ bytes: 0 }`: none. */
  readonly freeSpace?: FreeSpaceFloor;
  /** Use UTC for names and aligned borders. Default: local time. */
  readonly utc?: boolean;
  /** Overwrite existing files, but never links. Default: use another name. */
  readonly overwrite?: boolean;
  /**
   * Several series with the same ledger, for instance on several threads, observe `frameLimit`, `fileLimit`,
   * `byteLimit`, `quota` and `freeSpace` together. A ring has a quota of its own. Default: a ledger for this series
   * alone.
   */
  readonly ledger?: OutputLedger;
  readonly epilogue?: Epilogue;
  /** Called for every file when it is closed. */
  readonly onFile?: (file: FinishedFile) => void;
  /** Called when the last file was closed, or could not be. */
  readonly onClosed?: () => void;
  /** Receives warnings. */
  readonly onWarning?: (message: string) => void;
  readonly clock?: Clock;
  /** Default: statfs(2). */
  readonly readSpace?: SpaceReader;
}
