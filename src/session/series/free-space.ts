/** Tracks the free space of a disk: reads it rarely and computes it in between. @module */
import { statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { poolOrHere } from '../../base/pool-or-here.ts';

/** Space to leave free: bytes, or a fraction of the file system. */
export type FreeSpaceFloor = { readonly bytes: number } | { readonly fraction: number };

/** Result of statfs(2). */
export interface FileSystemSpace {
  /** Bytes available to unprivileged processes. */
  readonly free: number;
  readonly total: number;
}

export type SpaceReader = (folder: string) => Promise<FileSystemSpace>;

const MEBIBYTE = 1 << 20;
/** Default space to leave for other services of the host: the smaller of the two. */
const DEFAULT_FLOOR = { bytes: 64 * MEBIBYTE, fraction: 0.01 } as const;
/** Maximum milliseconds between reads, since others write too; */
const MAX_UNCHECKED = 10_000;
/** fewer if the space could be used up earlier at this rate in bytes per millisecond, above the rate of disks; */
const MAX_RATE = 10e6;
/** but at least this, unless we have written half of the space ourselves. */
const MIN_UNCHECKED = 1000;

const readSpace: SpaceReader = async (folder) => {
  const { bavail, blocks, bsize } = await poolOrHere(
    () => statfs(folder),
    () => statfsSync(folder),
  );
  return { free: bavail * bsize, total: blocks * bsize };
};

/** Returns whether the disk may be filled completely. */
export function mayFill(floor: FreeSpaceFloor | undefined): boolean {
  return floor !== undefined && 'bytes' in floor && floor.bytes === 0;
}

export class FreeSpace {
  readonly #folder: () => string;
  readonly #floor: FreeSpaceFloor | undefined;
  readonly #clock: Clock;
  readonly #read: SpaceReader;
  #checkedFolder = '';
  #checkedAt = Number.NEGATIVE_INFINITY;
  /** Bytes we may write until the next read, and until the floor is reached, both since the last read. */
  #untilCheck = 0;
  #room = 0;
  #writtenAtCheck = 0;

  /**
   * @param folder returns the folder being written to
   * @param floor undefined for the default: 64 MiB, or 1 % of a smaller file system
   */
  constructor(folder: () => string, floor: FreeSpaceFloor | undefined, clock: Clock, read: SpaceReader = readSpace) {
    this.#folder = folder;
    this.#floor = floor;
    this.#clock = clock;
    this.#read = read;
  }

  /**
   * Returns the bytes that may still be written.
   * @param written bytes written by us so far
   * @param pending bytes of these that are not on the disk yet
   * @throws the error of statfs(2), if a floor was requested
   */
  async room(written: number, pending: number): Promise<number> {
    const folder = this.#folder();
    const since = written - this.#writtenAtCheck;
    const trusted = Math.min(Math.max(this.#room / MAX_RATE, MIN_UNCHECKED), MAX_UNCHECKED);
    const isDue = since >= this.#untilCheck || this.#clock.now() - this.#checkedAt >= trusted;
    if (isDue || folder !== this.#checkedFolder) await this.#check(folder, written, pending);
    return this.#room - (written - this.#writtenAtCheck);
  }

  /** Discards the last read, after we deleted a file. */
  forget(): void {
    this.#untilCheck = 0;
  }

  async #check(folder: string, written: number, pending: number): Promise<void> {
    this.#checkedFolder = folder;
    this.#checkedAt = this.#clock.now();
    this.#writtenAtCheck = written;
    try {
      const space = await this.#read(folder);
      this.#room = space.free - pending - this.#floorOf(space);
    } catch (error) {
      if (this.#floor !== undefined) throw error;
      this.#room = Number.POSITIVE_INFINITY; // not a file system that could fill up
    }
    // Reads more often near the floor, since pending bytes are not counted yet.
    this.#untilCheck = Math.max(this.#room / 2, 1);
  }

  #floorOf({ total }: FileSystemSpace): number {
    const floor = this.#floor;
    if (floor === undefined) return Math.min(DEFAULT_FLOOR.bytes, total * DEFAULT_FLOOR.fraction);
    return 'bytes' in floor ? floor.bytes : total * floor.fraction;
  }
}
