/** How much a series may still write: within its limit, its quota and the free space that is to stay. @module */
import type { FreeSpace } from './free-space.ts';
import type { OwnFiles } from './own-files.ts';
import type { OutputEnd } from './record-output.ts';

/** Bytes, and what limits them. */
export interface Room {
  readonly bytes: number;
  readonly reason: OutputEnd;
}

/** What the open files of a series hold. */
export interface OpenLengths {
  /** All that was ever taken, headers included, before compression. */
  readonly taken: number;
  /** On the disk, of the files that are not closed yet. */
  readonly stored: number;
  /** Of these, what is not on the disk yet. */
  readonly pending: number;
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
  readonly #files: OwnFiles;
  /** Undefined: the output is no file. */
  readonly #space: FreeSpace | undefined;

  constructor(limits: RoomLimits, files: OwnFiles, space: FreeSpace | undefined) {
    this.#limits = limits;
    this.#files = files;
    this.#space = space;
  }

  /** What may be written, if possible `wanted` bytes: a ring gives up its oldest files for them. */
  async find(wanted: number, lengths: OpenLengths): Promise<Room> {
    for (;;) {
      const room = await this.#now(lengths);
      const isStored = room.reason === 'quota' || room.reason === 'free-space';
      if (room.bytes >= wanted || !isStored || !this.#limits.isRing || this.#files.count === 0) return room;
      await this.#files.deleteOldest();
      this.#space?.forget();
    }
  }

  async #now({ taken, stored, pending }: OpenLengths): Promise<Room> {
    const { byteLimit = Number.POSITIVE_INFINITY, quota = Number.POSITIVE_INFINITY } = this.#limits;
    const present = this.#files.length + stored;
    const free = (await this.#space?.room(this.#files.everAdded + stored, pending)) ?? Number.POSITIVE_INFINITY;
    const rooms: Room[] = [
      { bytes: byteLimit - taken, reason: 'byte-limit' },
      { bytes: quota - present, reason: 'quota' },
      { bytes: free, reason: 'free-space' },
    ];
    return rooms.reduce((least, room) => (room.bytes < least.bytes ? room : least));
  }
}
