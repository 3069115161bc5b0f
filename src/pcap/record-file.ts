/** Files that take whole batches of ready-made records: what rotation and the record loop know of them. @module */
import type { RecordFormat } from './format.ts';
import type { FrameLayout } from './record-layout.ts';

/** What every file of one kind begins with, and what its records look like. */
export interface RecordContainer {
  readonly recordFormat: RecordFormat;
  readonly layout: FrameLayout;
  readonly header: Uint8Array;
  /** Bytes of `header` that are no records. */
  readonly headerLength: number;
}

/** Records in memory that is not ours, the capture's for instance. */
export interface GatheredRecords {
  readonly bytes: Uint8Array;
  readonly frames: number;
  /** Without a lead: blocks of a ring that have become blocks of the file, whole pages. Default: false. */
  readonly inPlace?: boolean;
  /** Keeps the memory as it is until the returned function is called. */
  retain(): () => void;
}

/** Records in memory that nobody else uses, none of them frames. */
export function ownRecords(bytes: Uint8Array): GatheredRecords {
  return { bytes, frames: 0, retain: () => () => {} };
}

/** One file that grows by batches. Each keeps the end of its last batch, or nothing, as the lead of the next one. */
export interface RecordFile {
  /** Bytes of all records taken, and of the file header, before any compression. */
  readonly length: number;
  /** Bytes that the file may take on the disk: what is written, and what waits as if it did not get shorter. */
  readonly storedLength: number;
  /** Of `storedLength`, what is not on the disk yet. */
  readonly pendingLength: number;
  /** Aborted as soon as a write has failed: nothing more is taken, and `flush` and `close` throw why. */
  readonly stopped: AbortSignal;
  /** What a batch for `take` must begin with. */
  lead(): Uint8Array;
  /** Takes a batch that begins with `lead()`, or is in place, at an address that is a multiple of `DIRECT_BLOCK`. */
  take(records: GatheredRecords): void;
  /** Takes records that are anywhere in memory, with nothing before them: slower for a direct file. */
  append(records: GatheredRecords): void;
  /** Resolves when the file may be given more; batches that are retained make the source wait as well. */
  ready(): Promise<void>;
  /** Resolves when the file holds all that was taken. @throws OutputError */
  flush(): Promise<void>;
  /** Flushes and closes. @throws OutputError as `flush` */
  close(): Promise<void>;
}
