/**
 * Whole records on their way to a sink: gathered in one reused buffer, written a bufferful at a time. Both writers stand
 * on it. It never hands a sink less than whole records, so that after a failure everything up to the last whole record
 * can be kept. @module
 */
import { copyBytes } from '../base/bytes.ts';
import { type ByteSink, OutputError } from './byte-sink.ts';
import { type RecordLayout, wholeRecords } from './record-layout.ts';

/** So many bytes that a write does not count beside them, and few enough to stay in a processor's cache. */
const DEFAULT_BUFFER_LENGTH = 256 * 1024;

/** How output is buffered. */
export interface BufferOptions {
  /** Bytes gathered before a write. Default: 256 KiB. */
  readonly bufferLength?: number;
  /** Write every record at once, as `tcpdump -U` does. Default: false. */
  readonly packetBuffered?: boolean;
}

/** A buffer that is reserved in, filled by the writer, and written when full. */
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

  /** The array that `reserve` gives places in; another one after a larger record. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Frames taken: written, or waiting in the buffer. */
  get frames(): number {
    return this.#writtenFrames + this.#bufferedFrames;
  }

  /** Bytes taken, headers included: what the file's size is once all is written. */
  get length(): number {
    return this.#writtenBytes + this.#end;
  }

  /**
   * A place for a record of `length` bytes in `bytes`; the caller fills all of it, then calls `added`.
   * @throws OutputError when the buffer had to be written and could not be
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

  /** What was reserved last is filled. `frames` is 1, or 0 for a record that is none. */
  added(frames: number): void {
    this.#bufferedFrames += frames;
    if (this.#packetBuffered) this.write();
  }

  /** Copies `data[start, start + length)` into the buffer at `at`. */
  copy(data: Uint8Array, start: number, length: number, at: number): void {
    copyBytes(data, start, length, this.#bytes, at);
  }

  /** Writes what waits. @throws OutputError */
  write(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#end === 0) return;
    const length = this.#end;
    const frames = this.#bufferedFrames;
    this.#end = 0;
    this.#bufferedFrames = 0;
    this.#hand(this.#bytes.subarray(0, length), frames);
  }

  /** Writes ready-made records, after what waits, without copying them. @throws OutputError */
  writeThrough(records: Uint8Array, frames: number): void {
    this.write();
    this.#hand(records, frames);
  }

  /** Writes what waits, unless writing has failed before, and closes the sink in any case. */
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
    const message = cause?.message ?? 'the output takes no more bytes';
    this.#failure = new OutputError(cause?.code ?? 'OUTPUT', message, this.#writtenFrames, { cause, isCutBack });
    return this.#failure;
  }
}
