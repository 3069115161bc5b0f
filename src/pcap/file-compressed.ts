/** A PCAP or PCAPNG file that is compressed while it is written. @module */
import { closeSync, ftruncateSync, write } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { EMPTY } from '../base/bytes.ts';
import { nodeCodeOf } from '../base/errors.ts';
import type { Compressor } from './file-compression.ts';
import { FileFailure } from './file-failure.ts';
import type { OutputTarget } from './file-output.ts';
import type { GatheredRecords, RecordFile } from './record-file.ts';

const writeOnce = promisify(write);

/** Bytes of records that are gathered before they are compressed. More does not improve the ratio. */
const CHUNK_LENGTH = 256 * 1024;
/** Maximum time in milliseconds that records wait for others. */
const CHUNK_DELAY = 500;
/** Chunks compressed at a time. Leaves a processor for the capture and a thread of the pool for the disk. */
const MAX_PENDING_CHUNKS = Math.min(3, Math.max(1, availableParallelism() - 1));
/** Milliseconds until a write to a full pipe is retried. */
const PIPE_PAUSE = 1;

export interface CompressedFileOptions {
  /** The file header. */
  readonly header: Uint8Array;
  /** Compress and write every batch at once. Default: false. */
  readonly packetBuffered?: boolean;
}

export class CompressedFile implements RecordFile {
  readonly #target: OutputTarget;
  readonly #compressor: Compressor;
  readonly #packetBuffered: boolean;
  readonly #failure: FileFailure;
  #chunk: Uint8Array = new Uint8Array(CHUNK_LENGTH);
  #chunkLength = 0;
  #chunkFrames = 0;
  #timer: NodeJS.Timeout | undefined;
  /** In file order. */
  readonly #underWay = new Set<Promise<void>>();
  #last: Promise<void> = Promise.resolve();
  #length = 0;
  /** Bytes of `#length` whose compressed form is written. */
  #settledLength = 0;
  #writtenLength = 0;
  #writtenFrames = 0;
  #closed = false;

  /** Owns the descriptor of the target from here on. */
  constructor(target: OutputTarget, compressor: Compressor, options: CompressedFileOptions) {
    this.#target = target;
    this.#failure = new FileFailure(target.name);
    this.#compressor = compressor;
    this.#packetBuffered = options.packetBuffered ?? false;
    this.#gather(options.header, 0);
    this.#sendChunk();
  }

  get length(): number {
    return this.#length;
  }

  get storedLength(): number {
    return this.#writtenLength + this.pendingLength;
  }

  get pendingLength(): number {
    return this.#length - this.#settledLength;
  }

  get stopped(): AbortSignal {
    return this.#failure.signal;
  }

  lead(): Uint8Array {
    return EMPTY;
  }

  take(records: GatheredRecords): void {
    const { bytes, frames } = records;
    if (this.#chunkLength + bytes.length > CHUNK_LENGTH) this.#sendChunk();
    if (bytes.length > CHUNK_LENGTH) {
      this.#length += bytes.length;
      this.#send(bytes, frames, records.retain());
    } else {
      this.#gather(bytes, frames);
    }
    if (this.#packetBuffered) this.#sendChunk();
  }

  append(records: GatheredRecords): void {
    this.take(records);
  }

  async ready(): Promise<void> {
    while (this.#underWay.size > MAX_PENDING_CHUNKS) await [...this.#underWay][0];
  }

  async flush(): Promise<void> {
    this.#sendChunk();
    await this.#last;
    this.#failure.throwIfSet(this.#cutBack);
  }

  /** Flushes and closes. After an error the file ends with its last whole chunk. @throws OutputError as `flush` */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.flush();
      await this.#write(this.#compressor.ending);
      this.#failure.throwIfSet(this.#cutBack);
    } finally {
      if (this.#target.isOurs) closeSync(this.#target.descriptor);
    }
  }

  #gather(bytes: Uint8Array, frames: number): void {
    this.#chunk.set(bytes, this.#chunkLength);
    this.#chunkLength += bytes.length;
    this.#chunkFrames += frames;
    this.#length += bytes.length;
    this.#timer ??= setTimeout(() => this.#sendChunk(), CHUNK_DELAY);
  }

  #sendChunk(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#chunkLength === 0) return;
    this.#send(this.#chunk.subarray(0, this.#chunkLength), this.#chunkFrames, () => {});
    this.#chunk = new Uint8Array(CHUNK_LENGTH);
    this.#chunkLength = 0;
    this.#chunkFrames = 0;
  }

  #send(bytes: Uint8Array, frames: number, release: () => void): void {
    const packed = this.#compressor.compress(bytes).finally(release);
    const written: Promise<void> = Promise.allSettled([packed, this.#last]).then(async ([outcome]) => {
      if (outcome.status === 'rejected') this.#failure.set(outcome.reason);
      else await this.#write(outcome.value);
      this.#underWay.delete(written);
      if (this.#failure.isSet) return;
      this.#settledLength += bytes.length;
      this.#writtenFrames += frames;
    });
    this.#last = written;
    this.#underWay.add(written);
  }

  /** Writes all bytes unless an error occurs. */
  async #write(bytes: Uint8Array): Promise<void> {
    const { descriptor, isFile } = this.#target;
    let done = 0;
    while (done < bytes.length && !this.#failure.isSet) {
      const position = isFile ? this.#writtenLength + done : null;
      try {
        done += (await writeOnce(descriptor, bytes, done, bytes.length - done, position)).bytesWritten;
      } catch (error) {
        if (nodeCodeOf(error) === 'EAGAIN') await sleep(PIPE_PAUSE);
        else this.#failure.set(error);
      }
    }
    if (!this.#failure.isSet) this.#writtenLength += bytes.length;
  }

  readonly #cutBack = (): number => {
    if (this.#target.isFile) ftruncateSync(this.#target.descriptor, this.#writtenLength);
    return this.#writtenFrames;
  };
}
