/** How much a series may still write: within its limit, its quota and the free space that is to stay. @module */
import type { FreeSpace } from './free-space.ts';
import type { OwnFiles } from './own-files.ts';
import type { OutputEnd } from './record-output.ts';

/** Bytes, and what limits them. */
export interface Room {
  readonly bytes: number;
  readonly reason: OutputEnd;
}

/** What the files of a series hold. */
export interface SeriesLengths {
  /** All that was ever taken, headers included, before compression. */
  readonly taken: number;
  /** On the disk, of the files that are not closed yet; of packed ones at most. */
  readonly stored: number;
  /** Of these, what is not on the disk yet. */
  readonly pending: number;
}

/** The files that are being written. */
export interface OpenFiles {
  lengths(): SeriesLengths;
  /** Resolves when nothing is pending. */
  flush(): Promise<void>;
}

export interface RoomLimits {
  /** Bytes that may be written, all files together, before compression. */
  readonly byteLimit?: number | undefined;
  /** Bytes that the files may take on the disk at any time. */
  readonly quota?: number | undefined;
  /** Oldest files may be deleted. */
  readonly isRing: boolean;
}

export class OutputRoom {
  readonly #limits: RoomLimits;
  readonly #open: OpenFiles;
  readonly #closed: OwnFiles;
  /** Undefined: the output is no file. */
  readonly #space: FreeSpace | undefined;

  constructor(limits: RoomLimits, open: OpenFiles, closed: OwnFiles, space: FreeSpace | undefined) {
    this.#limits = limits;
    this.#open = open;
    this.#closed = closed;
    this.#space = space;
  }

  /**
   * What may be written, if possible `wanted` bytes: a ring gives up its oldest files for them, and before a series ends
   * what is on its way to the disk is waited for, since until then the disk may seem fuller than it is.
   */
  async find(wanted: number): Promise<Room> {
    for (let isSettled = false; ; ) {
      const room = await this.#now();
      if (room.bytes >= wanted || room.reason === 'byte-limit') return room;
      if (this.#limits.isRing && this.#closed.count > 0) await this.#closed.deleteOldest();
      else if (isSettled) return room;
      else {
        await this.#open.flush();
        isSettled = true;
      }
      this.#space?.forget();
    }
  }

  async #now(): Promise<Room> {
    const { byteLimit = Number.POSITIVE_INFINITY, quota = Number.POSITIVE_INFINITY } = this.#limits;
    const { taken, stored, pending } = this.#open.lengths();
    const free = (await this.#space?.room(this.#closed.everAdded + stored, pending)) ?? Number.POSITIVE_INFINITY;
    const rooms: Room[] = [
      { bytes: byteLimit - taken, reason: 'byte-limit' },
      { bytes: quota - this.#closed.length - stored, reason: 'quota' },
      { bytes: free, reason: 'free-space' },
    ];
    return rooms.reduce((least, room) => (room.bytes < least.bytes ? room : least));
  }
}
