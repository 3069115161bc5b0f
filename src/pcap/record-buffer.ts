/**
 * Gathers records in one reused buffer and writes them to a sink. It only writes whole records, so that after an error
 * everything up to the last whole one can be kept. @module
 */
import { copyBytes } from '../base/bytes.ts';
import { type ByteSink, OutputError } from './byte-sink.ts';
import { type RecordLayout, wholeRecords } from './record-layout.ts';

/** Large enough for the cost of a write to disappear, small enough for the cache of a processor. */
const DEFAULT_BUFFER_LENGTH = 256 * 1024;

/** How output is buffered. */
export interface BufferOptions {
  /** Bytes gathered before a write. Default: 256 KiB. */
  readonly bufferLength?: number;
  /** Write every record immediately, like `tcpdump -U`. Default: false. */
  readonly packetBuffered?: boolean;
}

/** A buffer whose space is reserved and filled by a writer. */
export class RecordBuffer {
  readonly #sink: ByteSink;
  readonly #layout: RecordLayout;
  readonly #packetBuffered: boolean;
  #bytes: Uint8Array;
  #end = 0;
  #bufferedFrames = 0;
  #writtenBytes = 0;
  #writtenFrames = 0;
  #failure: OutputError | undefined;

  constructor(sink: ByteSink, layout: RecordLayout, options: BufferOptions = {}) {
    this.#sink = sink;
    this.#layout = layout;
    this.#packetBuffered = options.packetBuffered ?? false;
    this.#bytes = new Uint8Array(options.bufferLength ?? DEFAULT_BUFFER_LENGTH);
  }

  /** The array that `reserve` returns offsets into. A record larger than it replaces it. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Frames added: written or buffered. */
  get frames(): number {
    return this.#writtenFrames + this.#bufferedFrames;
  }

  /** Bytes added, including headers: the size of the file once all are written. */
  get length(): number {
    return this.#writtenBytes + this.#end;
  }

  /**
   * Reserves `length` bytes for a record. The caller fills all of them, then calls `added`.
   * @returns their offset in `bytes`
   * @throws OutputError if the buffer had to be written and the write failed
   */
  reserve(length: number): number {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#end + length > this.#bytes.length) {
      this.write();
      if (length > this.#bytes.length) this.#bytes = new Uint8Array(length);
    }
    const at = this.#end;
    this.#end = at + length;
    return at;
  }

  /** Commits the reserved record. @param frames 1, or 0 for a record that is not a frame */
  added(frames: number): void {
    this.#bufferedFrames += frames;
    if (this.#packetBuffered) this.write();
  }

  /** Copies `data[start, start + length)` into the buffer at `at`. */
  copy(data: Uint8Array, start: number, length: number, at: number): void {
    copyBytes(data, start, length, this.#bytes, at);
  }

  /** Writes the buffered records. @throws OutputError */
  write(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#end === 0) return;
    const length = this.#end;
    const frames = this.#bufferedFrames;
    this.#end = 0;
    this.#bufferedFrames = 0;
    this.#hand(this.#bytes.subarray(0, length), frames);
  }

  /** Writes ready-made records after the buffered ones, without a copy. @throws OutputError */
  writeThrough(records: Uint8Array, frames: number): void {
    this.write();
    this.#hand(records, frames);
  }

  /** Writes the buffered records, unless a write has failed before. Closes the sink in any case. */
  async close(): Promise<void> {
    try {
      if (this.#failure === undefined) this.write();
    } finally {
      await this.#sink.close();
    }
  }

  #hand(records: Uint8Array, frames: number): void {
    const taken = this.#sink.write(records);
    if (taken === records.length) {
      this.#writtenBytes += taken;
      this.#writtenFrames += frames;
      return;
    }
    throw this.#fail(records, taken);
  }

  #fail(records: Uint8Array, taken: number): OutputError {
    const whole = wholeRecords(this.#layout, records, taken);
    this.#writtenBytes += whole.length;
    this.#writtenFrames += whole.frames;
    const isCutBack = taken === whole.length || this.#sink.takeBack(taken - whole.length);
    if (!isCutBack) this.#writtenBytes += taken - whole.length;
    const cause = this.#sink.failure;
    const message = cause?.message ?? 'the output accepts no more bytes';
    this.#failure = new OutputError(cause?.code ?? 'OUTPUT', message, this.#writtenFrames, { cause, isCutBack });
    return this.#failure;
  }
}
