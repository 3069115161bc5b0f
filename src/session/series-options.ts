/** Options of a series of files. @module */
import type { Clock } from '../base/clock.ts';
import type { FileSinkOptions } from '../pcap/index.ts';
import type { FreeSpaceFloor, SpaceReader } from './free-space.ts';
import type { OutputLedger } from './output-ledger.ts';

/** When the next file begins: at the first limit that is reached. */
export interface Rotation {
  /** Maximum bytes of a file, header included, before compression. A single larger record gets a file of its own. */
  readonly bytes?: number;
  /** Maximum frames of a file. */
  readonly frames?: number;
  /** Whole seconds that a file covers, counted from its first frame. */
  readonly seconds?: number;
  /** Count from multiples of `seconds` on the wall clock instead. */
  readonly aligned?: boolean;
}

/** Records other than frames at the end of every file: counters, for instance. */
export interface Epilogue {
  /** Bytes; constant. */
  readonly length: number;
  /** @param frames number of frames in the file */
  encode(frames: number): Uint8Array;
}

/** A closed file of a series. */
export interface FinishedFile {
  readonly path: string;
  readonly frames: number;
  /** Bytes on the disk. */
  readonly length: number;
}

/** `keep` protects the file that the frames are read from. */
export interface FileSeriesOptions extends FileSinkOptions {
  /** Default: one file. */
  readonly rotation?: Rotation;
  /** Frames arrive as they are stamped: none is later than now. Default: true. */
  readonly isLive?: boolean;
  /** Create the first file with the first frame. Default: at once. */
  readonly isLazy?: boolean;
  /** Maximum number of files: the oldest of this series is deleted before another begins. */
  readonly ring?: number;
  /** Stop after this many frames. For a single series `limit` of `record` is cheaper. */
  readonly frameLimit?: number;
  /** Stop after this many files. */
  readonly fileLimit?: number;
  /** Stop before all files together exceed this many bytes, before compression. */
  readonly byteLimit?: number;
  /** Maximum bytes of all files on the disk. A ring deletes its oldest file; without a ring the series stops. */
  readonly quota?: number;
  /** Minimum free space on the disk. Default: 64 MiB, or 1 % of a smaller file system. `{ bytes: 0 }`: no minimum. */
  readonly freeSpace?: FreeSpaceFloor;
  /** Use UTC in names and for aligned files. Default: local time. */
  readonly utc?: boolean;
  /** Overwrite existing files, but never links. Default: choose another name. */
  readonly overwrite?: boolean;
  /**
   * Shared by several series, on threads for instance, so that `frameLimit`, `fileLimit`, `byteLimit`, `quota` and
   * `freeSpace` apply to all of them together. A ring has its own quota. Default: a ledger of this series alone.
   */
  readonly ledger?: OutputLedger;
  readonly epilogue?: Epilogue;
  /** Called with every file when it is closed. */
  readonly onFile?: (file: FinishedFile) => void;
  /** Called once, after the last file was closed or failed to close. */
  readonly onClosed?: () => void;
  /** Called with problems that do not stop the series. */
  readonly onWarning?: (message: string) => void;
  readonly clock?: Clock;
  /** Default: statfs(2). */
  readonly readSpace?: SpaceReader;
}
