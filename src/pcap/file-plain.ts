/** A capture file written through the page cache: for outputs without direct writes, and packet by packet. @module */
import { EMPTY } from '../base/bytes.ts';
import type { OutputTarget } from './file-output.ts';
import { DescriptorSink } from './file-sink.ts';
import { RecordBuffer } from './record-buffer.ts';
import type { GatheredRecords, RecordContainer, RecordFile } from './record-file.ts';

/** Keeps a write error for `flush` and `close`, like the other files. */
export class PlainFile implements RecordFile {
  readonly #buffer: RecordBuffer;
  readonly #failed = new AbortController();
  #failure: unknown;

  /**
   * Owns the descriptor of the target from here on, and writes the file header.
   * @throws OutputError if the header cannot be written
   */
  constructor(target: OutputTarget, { layout, header }: RecordContainer) {
    this.#buffer = new RecordBuffer(new DescriptorSink(target), layout, { bufferLength: 0 });
    this.#buffer.writeThrough(header, 0);
  }

  get length(): number {
    return this.#buffer.length;
  }

  get storedLength(): number {
    return this.#buffer.length;
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
      this.#buffer.writeThrough(bytes, frames);
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
    await this.#buffer.close();
    await this.flush();
  }
}
