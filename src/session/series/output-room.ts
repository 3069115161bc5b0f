/** How much a series may still write: within its limit, its quota and the free space that is to stay. @module */

import type { OutputEnd } from '../record-output.ts';
import type { FreeSpace } from './free-space.ts';
import type { OutputLedger } from './output-ledger.ts';
import type { OwnFiles } from './own-files.ts';

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

/** Where a series keeps account of its files. */
export interface SeriesAccounts {
  readonly open: OpenFiles;
  readonly closed: OwnFiles;
  /** Of this series alone, or of several that keep to the same limits. */
  readonly ledger: OutputLedger;
}

export interface RoomLimits {
  /** Bytes that may be written, all files of the ledger together, before compression. */
  readonly byteLimit?: number | undefined;
  /** Bytes that the files may take on the disk at any time. */
  readonly quota?: number | undefined;
  /** Oldest files may be deleted. */
  readonly isRing: boolean;
}

export class OutputRoom {
  readonly #ledger: OutputLedger;
  /** What the ledger holds of this series. */
  readonly #entered = { taken: 0, stored: 0, written: 0, pending: 0 };
  readonly #limits: RoomLimits;
  readonly #open: OpenFiles;
  readonly #closed: OwnFiles;
  /** Undefined: the output is no file. */
  readonly #space: FreeSpace | undefined;

  constructor(limits: RoomLimits, files: SeriesAccounts, space: FreeSpace | undefined) {
    this.#limits = limits;
    this.#open = files.open;
    this.#closed = files.closed;
    this.#ledger = files.ledger;
    this.#space = space;
  }

  /**
   * What may be written, if possible `wanted` bytes; they are this series' until it settles. A ring gives up its oldest
   * files for them, and before a series ends what is on its way to the disk is waited for, since until then the disk may
   * seem fuller than it is.
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

  /** Enters into the ledger what the files hold by now: what was claimed beyond that is anybody's again. */
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
      // A ring deletes its own files only, and keeps to its own quota.
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
