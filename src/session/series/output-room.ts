/** Computes how much a series may still write, within its byte limit, its quota and the free space. @module */

import type { OutputEnd } from '../record-output.ts';
import type { FreeSpace } from './free-space.ts';
import type { OutputLedger } from './output-ledger.ts';
import type { OwnFiles } from './own-files.ts';

/** Bytes, and the limit that determines them. */
export interface Room {
  readonly bytes: number;
  readonly reason: OutputEnd;
}

/** Lengths of the files of a series. */
export interface SeriesLengths {
  /** All bytes taken, including headers, before compression. */
  readonly taken: number;
  /** Bytes on the disk of files that are not closed; an upper bound for compressed ones. */
  readonly stored: number;
  /** Bytes of these that are not on the disk yet. */
  readonly pending: number;
}

/** The files being written. */
export interface OpenFiles {
  lengths(): SeriesLengths;
  /** Resolves when nothing is pending. */
  flush(): Promise<void>;
}

/** Where a series accounts for its files. */
export interface SeriesAccounts {
  readonly open: OpenFiles;
  readonly closed: OwnFiles;
  /** Of this series, or shared by several under the same limits. */
  readonly ledger: OutputLedger;
}

export interface RoomLimits {
  /** Maximum number of bytes in all files of the ledger, before compression. */
  readonly byteLimit?: number | undefined;
  /** Maximum size of the files on the disk at any time. */
  readonly quota?: number | undefined;
  /** The oldest files may be deleted. */
  readonly isRing: boolean;
}

export class OutputRoom {
  readonly #ledger: OutputLedger;
  /** What the ledger holds for this series. */
  readonly #entered = { taken: 0, stored: 0, written: 0, pending: 0 };
  readonly #limits: RoomLimits;
  readonly #open: OpenFiles;
  readonly #closed: OwnFiles;
  /** Undefined if the output is not a regular file. */
  readonly #space: FreeSpace | undefined;

  constructor(limits: RoomLimits, files: SeriesAccounts, space: FreeSpace | undefined) {
    this.#limits = limits;
    this.#open = files.open;
    this.#closed = files.closed;
    this.#ledger = files.ledger;
    this.#space = space;
  }

  /**
   * Finds room for `wanted` bytes and claims them until the series settles. A ring deletes its oldest files for them.
   * Before a series ends, pending writes are awaited, since the disk may seem fuller until then.
   */
  async find(wanted: number): Promise<Room> {
    for (let isSettled = false; ; ) {
      const room = await this.#claim(wanted);
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

  /** Updates the ledger with the lengths of the files. Claims beyond them are released. */
  settle(): void {
    const { taken, stored, pending } = this.#open.lengths();
    this.#enter('taken', taken);
    this.#enter('stored', this.#closed.length + stored);
    this.#enter('written', this.#closed.everAdded + stored);
    this.#enter('pending', pending);
  }

  async #claim(wanted: number): Promise<Room> {
    this.settle();
    const ledger = this.#ledger;
    const free = await this.#space?.room(ledger.total('written'), ledger.total('pending'));
    const { byteLimit, quota, isRing } = this.#limits;
    const rooms: Room[] = [
      { bytes: this.#claimWithin('taken', wanted, byteLimit), reason: 'byte-limit' },
      // A ring deletes only its own files, and has a quota of its own.
      {
        bytes: isRing
          ? (quota ?? Number.POSITIVE_INFINITY) - this.#entered.stored
          : this.#claimWithin('stored', wanted, quota),
        reason: 'quota',
      },
      { bytes: free ?? Number.POSITIVE_INFINITY, reason: 'free-space' },
    ];
    return rooms.reduce((least, room) => (room.bytes < least.bytes ? room : least));
  }

  #claimWithin(entry: 'taken' | 'stored', wanted: number, most: number | undefined): number {
    if (most === undefined) return Number.POSITIVE_INFINITY;
    const claimed = this.#ledger.claim(entry, wanted, most);
    this.#entered[entry] += claimed;
    return claimed;
  }

  #enter(entry: 'taken' | 'stored' | 'written' | 'pending', amount: number): void {
    this.#ledger.add(entry, amount - this.#entered[entry]);
    this.#entered[entry] = amount;
  }
}
