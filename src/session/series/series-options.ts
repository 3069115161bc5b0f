/** What a series of files is asked for. @module */
import type { Clock } from '../../base/clock.ts';
import type { FileIdentity } from '../../pcap/index.ts';
import type { FreeSpaceFloor, SpaceReader } from './free-space.ts';
import type { OutputLedger } from './output-ledger.ts';

/** When the next file begins; of several limits the first that is reached. */
export interface Rotation {
  /** Bytes that a file may have, its header included, before compression. A single larger record has a file for itself. */
  readonly bytes?: number;
  /** Frames that a file may have. */
  readonly frames?: number;
  /** Seconds that a file covers, whole ones, counted from its first frame. */
  readonly seconds?: number;
  /** Files begin at multiples of `seconds` on the wall clock instead. */
  readonly aligned?: boolean;
}

/** Records, none of them frames, that every file ends with: counters, for instance. */
export interface Epilogue {
  /** Bytes, always the same. */
  readonly length: number;
  /** @param frames what the file has of them */
  encode(frames: number): Uint8Array;
}

/** A file of a series, closed. */
export interface FinishedFile {
  readonly path: string;
  readonly frames: number;
  /** Bytes on the disk. */
  readonly length: number;
}

export interface FileSeriesOptions {
  /** None: one file. */
  readonly rotation?: Rotation;
  /** Frames come as they are stamped, so that none is later than now. Default: true. */
  readonly isLive?: boolean;
  /** No file before the first frame. Default: the first file is there at once. */
  readonly isLazy?: boolean;
  /** Keep at most so many files: the oldest of this series is deleted before another begins. */
  readonly ring?: number;
  /** End with so many frames. One series alone gets that more cheaply by `limit` of `record`. */
  readonly frameLimit?: number;
  /** End with so many files. */
  readonly fileLimit?: number;
  /** End before more than so many bytes are written, all files together, before compression. */
  readonly byteLimit?: number;
  /** Bytes that the files may take on the disk together. A ring deletes its oldest file for them; without one it ends. */
  readonly quota?: number;
  /** What stays free on the disk. Default: 64 MiB, or 1 % of a smaller file system. `{ bytes: 0 }`: until it is full. */
  readonly freeSpace?: FreeSpaceFloor;
  /** Times in the names, and of aligned borders, are UTC. Default: local time. */
  readonly utc?: boolean;
  /** Files that have a name already are overwritten; never links. Default: another name is taken. */
  readonly overwrite?: boolean;
  /** The file that the frames come from: it is not overwritten under any name. */
  readonly keep?: FileIdentity;
  /**
   * Several series, each on a thread of its own for instance, that have one ledger keep to `frameLimit`, `fileLimit`,
   * `byteLimit`, `quota` and `freeSpace` together. A ring keeps to its own quota. Default: a ledger of this series alone.
   */
  readonly ledger?: OutputLedger;
  readonly epilogue?: Epilogue;
  /** Told about every file when it is closed. */
  readonly onFile?: (file: FinishedFile) => void;
  /** Told once the last file is closed, or could not be. */
  readonly onClosed?: () => void;
  /** Told about what the series outlives. */
  readonly onWarning?: (message: string) => void;
  readonly clock?: Clock;
  /** Default: statfs(2). */
  readonly readSpace?: SpaceReader;
}
