/** A writer as one of the files that take batches: where direct writes are not to be had, or not wanted. @module */
import { EMPTY } from '../base/bytes.ts';
import type { GatheredRecords, RecordFile } from './record-file.ts';

/** `PcapWriter` and `PcapngWriter` are some. */
export interface BatchWriter {
  readonly length: number;
  writeRecords(records: Uint8Array, frames: number): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** What its writer throws is kept until `flush`, as the other files do. */
export class PlainFile implements RecordFile {
  readonly #writer: BatchWriter;
  readonly #failed = new AbortController();
  #failure: unknown;

  constructor(writer: BatchWriter) {
    this.#writer = writer;
  }

  get length(): number {
    return this.#writer.length;
  }

  get storedLength(): number {
    return this.#writer.length;
  }

  get pendingLength(): number {
    return 0;
  }

  get stopped(): AbortSignal {
    return this.#failed.signal;
  }

  lead(): Uint8Array {
    return EMPTY;
  }

  take({ bytes, frames }: GatheredRecords): void {
    if (this.#failed.signal.aborted) return;
    try {
      this.#writer.writeRecords(bytes, frames);
    } catch (error) {
      this.#failure = error;
      this.#failed.abort();
    }
  }

  append(records: GatheredRecords): void {
    this.take(records);
  }

  async ready(): Promise<void> {}

  async flush(): Promise<void> {
    if (this.#failed.signal.aborted) throw this.#failure;
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.flush();
  }
}
