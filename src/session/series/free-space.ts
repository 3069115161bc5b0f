/** Free space of a disk that is being written to: asked for seldom, reckoned with in between. @module */
import { statfs } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';

/** Space to leave free: bytes, or a fraction of the file system. */
export type FreeSpaceFloor = { readonly bytes: number } | { readonly fraction: number };

/** What is asked of statfs(2). */
export interface FileSystemSpace {
  /** Bytes that anybody may still write. */
  readonly free: number;
  readonly total: number;
}

export type SpaceReader = (folder: string) => Promise<FileSystemSpace>;

const MEBIBYTE = 1 << 20;
/** Unless told otherwise a capture leaves this much: the host's other services go on. The smaller of the two counts. */
const DEFAULT_FLOOR = { bytes: 64 * MEBIBYTE, fraction: 0.01 } as const;
/** Others write too. Asked again after so many milliseconds at most, */
const MAX_UNCHECKED = 10_000;
/** sooner when the room could be gone by then at so many bytes a millisecond, faster than disks are, */
const MAX_RATE = 10e6;
/** but not sooner than this, unless we have written half of the room ourselves. */
const MIN_UNCHECKED = 1000;

const readSpace: SpaceReader = async (folder) => {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { free: bavail * bsize, total: blocks * bsize };
};

/** The disk may be filled to its last byte: there is nothing to look after. */
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
  /** Bytes of ours until the next check, and until the floor, counted from the last one. */
  #untilCheck = 0;
  #room = 0;
  #writtenAtCheck = 0;

  /**
   * @param folder the one that is being written to
   * @param floor undefined for the default: 64 MiB, or 1 % of a smaller file system
   */
  constructor(folder: () => string, floor: FreeSpaceFloor | undefined, clock: Clock, read: SpaceReader = readSpace) {
    this.#folder = folder;
    this.#floor = floor;
    this.#clock = clock;
    this.#read = read;
  }

  /**
   * Bytes that may still be written.
   * @param written bytes written by us so far
   * @param pending of these, what is not on the disk yet
   * @throws what statfs(2) throws when a floor was asked for
   */
  async room(written: number, pending: number): Promise<number> {
    const folder = this.#folder();
    const since = written - this.#writtenAtCheck;
    const trusted = Math.min(Math.max(this.#room / MAX_RATE, MIN_UNCHECKED), MAX_UNCHECKED);
    const isDue = since >= this.#untilCheck || this.#clock.now() - this.#checkedAt >= trusted;
    if (isDue || folder !== this.#checkedFolder) await this.#check(folder, written, pending);
    return this.#room - (written - this.#writtenAtCheck);
  }

  /** Something of ours was deleted: what was known is no longer true. */
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
      this.#room = Number.POSITIVE_INFINITY; // no file system that could be full
    }
    // Nearer to the floor it is asked more often, since what is on its way is not counted yet.
    this.#untilCheck = Math.max(this.#room / 2, 1);
  }

  #floorOf({ total }: FileSystemSpace): number {
    const floor = this.#floor;
    if (floor === undefined) return Math.min(DEFAULT_FLOOR.bytes, total * DEFAULT_FLOOR.fraction);
    return 'bytes' in floor ? floor.bytes : total * floor.fraction;
  }
}
