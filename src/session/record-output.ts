/** Where a recording goes when it goes in whole batches to more than one file. @module */
import type { RecordBatch } from '../capture/index.ts';
import type { RecordFormat } from '../pcap/index.ts';

/**
 * Why an output takes no more, of its own accord: `limit`, `byte-limit` and `file-limit` as asked, `quota` when its files have
 * grown as large as they may, `free-space` when the disk is as full as it may become.
 */
export type OutputEnd = 'limit' | 'byte-limit' | 'file-limit' | 'quota' | 'free-space';

/** What was taken of a batch. */
export type TakenRecords = Pick<RecordBatch, 'frames' | 'frameBytes'>;

export interface RecordOutput {
  readonly recordFormat: RecordFormat;
  /** Aborted once it takes no more: `ended` says why, or `flush` throws it. */
  readonly stopped: AbortSignal;
  readonly ended: OutputEnd | undefined;
  /** Of the frames taken, those that are in no file because it could not be written; all of them once it is closed. */
  readonly lost: number;
  /** What the next batch must begin with. */
  lead(): Uint8Array;
  /** Records, none of them frames, that must stand before the next frames of a source whose interfaces become more. */
  descriptions?(): Uint8Array | undefined;
  /** Takes the batch, or what it tells of it; its memory is kept, where needed, by `retain`. */
  take(batch: RecordBatch): Promise<TakenRecords>;
  flush(): Promise<void>;
  close(): Promise<void>;
}
