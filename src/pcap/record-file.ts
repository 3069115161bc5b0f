/** Files that are written in batches of ready-made records, as rotation and the record loop see them. @module */
import type { RecordFormat } from './format.ts';
import type { FrameLayout, RecordLayout } from './record-layout.ts';

/** Header and record layout of a file format. */
export interface RecordContainer {
  readonly recordFormat: RecordFormat;
  readonly layout: FrameLayout;
  /** Layout for walking a whole file from its beginning. Default: `layout`. */
  readonly fileLayout?: RecordLayout;
  readonly header: Uint8Array;
  /** Bytes of `header` before the first record or block. */
  readonly headerLength: number;
}

/** Records in borrowed memory, such as the capture memory. */
export interface GatheredRecords {
  readonly bytes: Uint8Array;
  readonly frames: number;
  /** `bytes` are ring blocks that became blocks of the file: whole pages, without a lead. Default: false. */
  readonly inPlace?: boolean;
  /** Keeps the memory unchanged until the returned function is called. */
  retain(): () => void;
}

/** Wraps records in memory of the caller, none of them frames. */
export function ownRecords(bytes: Uint8Array): GatheredRecords {
  return { bytes, frames: 0, retain: () => () => {} };
}

/** A file written batch by batch. It may keep the end of a batch as the lead of the next one. */
export interface RecordFile {
  /** Bytes of all records and of the file header, before compression. */
  readonly length: number;
  /** Bytes on the disk, plus pending bytes before compression: an upper bound of the file size. */
  readonly storedLength: number;
  /** Bytes of `storedLength` that are not on the disk yet. */
  readonly pendingLength: number;
  /** Aborted by the first write error. Further records are discarded, and `flush` and `close` throw the error. */
  readonly stopped: AbortSignal;
  /** Returns what a batch for `take` must begin with. */
  lead(): Uint8Array;
  /** Writes a batch that begins with `lead()`, or is in place, at an address that is a multiple of `DIRECT_BLOCK`. */
  take(records: GatheredRecords): void;
  /** Writes records at any address, without a lead. Slower for a direct file. */
  append(records: GatheredRecords): void;
  /** Resolves when the file can take more. Retained batches make the source wait as well. */
  ready(): Promise<void>;
  /** Resolves when all records are in the file. @throws OutputError */
  flush(): Promise<void>;
  /** Flushes and closes. @throws OutputError as `flush` */
  close(): Promise<void>;
}
