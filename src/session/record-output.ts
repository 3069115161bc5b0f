/** The interface of outputs that are written in batches, to several files. @module */
import type { RecordBatch } from '../capture/index.ts';
import type { RecordFormat } from '../pcap/index.ts';

/**
 * Why an output ended by itself: `limit`, `byte-limit` and `file-limit` are limits of the caller, `quota` limits the
 * size of its files, `free-space` the use of the disk.
 */
export type OutputEnd = 'limit' | 'byte-limit' | 'file-limit' | 'quota' | 'free-space';

/** The part of a batch that was written. */
export type TakenRecords = Pick<RecordBatch, 'frames' | 'frameBytes'>;

export interface RecordOutput {
  readonly recordFormat: RecordFormat;
  /** Aborted when the output ends. `ended` is the reason; after an error `flush` throws it. */
  readonly stopped: AbortSignal;
  readonly ended: OutputEnd | undefined;
  /** Frames that were taken but are in no file because of a write error; complete after `close`. */
  readonly lost: number;
  /** Returns what the next batch must begin with. */
  lead(): Uint8Array;
  /**
   * Returns records, none of them frames, to be written before the next frames of a source that has described more
   * interfaces.
   */
  descriptions?(): Uint8Array | undefined;
  /** Writes the batch, or a part of it. Retains its memory as long as needed. */
  take(batch: RecordBatch): Promise<TakenRecords>;
  flush(): Promise<void>;
  close(): Promise<void>;
}
