/**
 * A capture file that the disk reads directly from the capture memory: threads of the libuv pool write batches of
 * records with O_DIRECT while the next ones are gathered. The page cache, which costs more than everything else about
 * recording (bench/live/capture.ts), holds only the last few kilobytes. @module
 */
import { closeSync, ftruncateSync, readSync, write, writeSync } from 'node:fs';
import { FileFailure } from './file-failure.ts';
import { type OutputTarget, reopenDirect } from './file-output.ts';
import { Staging } from './file-staging.ts';
import { BLOCK_OVERHEAD, MAX_RECORD_LENGTH } from './format.ts';
import { writeFiller } from './pcapng-block.ts';
import { type GatheredRecords, ownRecords, type RecordContainer, type RecordFile } from './record-file.ts';
import { wholeRecords } from './record-layout.ts';

/** Addresses, lengths and positions of direct writes are multiples of this: the largest block size of disks in use. */
export const DIRECT_BLOCK = 4096;

/**
 * Up to this many bytes are written synchronously; passing them to another thread costs more (bench/live/capture.ts).
 */
const MAX_BUFFERED_WRITE = 1 << 16;
/** Milliseconds until the file shows its last records when no more arrive. */
const TAIL_DELAY = 200;
/** Fewer bytes are not worth a direct write. */
const MIN_STAGED_LENGTH = 1 << 16;

/** Batches must begin with the bytes of `lead()`, at an address that is a multiple of `DIRECT_BLOCK`. */
export class DirectFile implements RecordFile {
  readonly #container: RecordContainer;
  readonly #direct: number;
  /** The same file through the page cache, for its last, partial block. */
  readonly #plain: number;
  readonly #staging: Staging;
  readonly #failure: FileFailure;
  /** Position after the last direct write. */
  #position = 0;
  /** The bytes after it, less than a block. */
  readonly #tail = new Uint8Array(DIRECT_BLOCK);
  #tailLength = 0;
  #tailTimer: NodeJS.Timeout | undefined;
  readonly #underWay = new Set<Promise<void>>();
  /** Bytes of all pending writes. */
  #pendingLength = 0;
  /** Length of the intact part of the file after a write error. */
  #goodLength = Number.POSITIVE_INFINITY;
  #closed = false;

  /**
   * Owns the descriptor of the target from here on: an empty regular file, open for reading and writing.
   * @param staging may be shared by several files
   * @returns undefined if the file system has no direct writes; the caller keeps the descriptor
   * @throws OutputError if the header cannot be written; the descriptor is closed then
   */
  static over(target: OutputTarget, container: RecordContainer, staging = new Staging()): DirectFile | undefined {
    const direct = reopenDirect(target.descriptor);
    if (direct === undefined) return undefined;
    const file = new DirectFile(target, direct, container, staging);
    try {
      file.#failure.throwIfSet(file.#cutBack);
    } catch (error) {
      file.#closeAll();
      throw error;
    }
    return file;
  }

  private constructor(target: OutputTarget, direct: number, container: RecordContainer, staging: Staging) {
    this.#container = container;
    this.#failure = new FileFailure(target.name);
    this.#direct = direct;
    this.#plain = target.descriptor;
    this.#staging = staging;
    this.append(ownRecords(container.header));
    if (this.#underWay.size === 0) this.#writeTail();
  }

  /** Aborted by the first write error; `flush` and `close` throw it. */
  get stopped(): AbortSignal {
    return this.#failure.signal;
  }

  get length(): number {
    return this.#position + this.#tailLength;
  }

  get storedLength(): number {
    return this.length;
  }

  get pendingLength(): number {
    return this.#pendingLength; // the tail is part of a block that is counted as written
  }

  /** Returns what the next batch must begin with: the bytes before it that do not fill a block. */
  lead(): Uint8Array {
    return this.#tail.subarray(0, this.#tailLength);
  }

  /** Writes a batch that begins with `lead()`, or is in place, except for its last, partial block. */
  take(records: GatheredRecords): void {
    const { bytes } = records;
    if (records.inPlace === true) this.#fillTail();
    else if (bytes.length <= MAX_BUFFERED_WRITE && this.#underWay.size === 0) {
      this.#writeAtOnce(bytes);
      return;
    }
    const whole = bytes.length - (bytes.length % DIRECT_BLOCK);
    this.#tail.set(bytes.subarray(whole));
    this.#tailLength = bytes.length - whole;
    if (whole > 0 && !this.#failure.isSet) {
      this.#write(this.#direct, bytes.subarray(0, whole), records.retain());
    }
    this.#tailTimer ??= setTimeout(() => this.#onTailTimer(), TAIL_DELAY);
  }

  /** Writes a whole batch that begins with `lead()` through the page cache. */
  #writeAtOnce(bytes: Uint8Array): void {
    if (this.#failure.isSet) return;
    clearTimeout(this.#tailTimer);
    this.#tailTimer = undefined;
    this.#writeHere(bytes);
    this.#tailLength = bytes.length % DIRECT_BLOCK;
    this.#position += bytes.length - this.#tailLength;
    this.#tail.set(bytes.subarray(bytes.length - this.#tailLength));
  }

  /** Fills the tail up to the next block boundary. */
  #fillTail(): void {
    if (this.#tailLength === 0) return;
    let length = DIRECT_BLOCK - this.#tailLength;
    if (length < BLOCK_OVERHEAD) length += DIRECT_BLOCK;
    const filler = new Uint8Array(length);
    writeFiller(filler, 0, length);
    this.append(ownRecords(filler));
  }

  /** Writes records that do not follow `lead()` in memory: many from a copy of them, few through the page cache. */
  append(records: GatheredRecords): void {
    const staged = this.#appendStaged(records.bytes);
    const bytes = records.bytes.subarray(staged);
    const held = this.#tailLength;
    const length = held + bytes.length;
    const whole = length - (length % DIRECT_BLOCK);
    if (whole > 0 && !this.#failure.isSet) {
      this.#write(this.#plain, this.#tail.slice(0, held), () => {});
      this.#write(this.#plain, bytes.subarray(0, whole - held), records.retain());
    }
    if (whole > 0) this.#tail.set(bytes.subarray(whole - held));
    else this.#tail.set(bytes, held);
    this.#tailLength = length - whole;
    this.#tailTimer ??= setTimeout(() => this.#onTailTimer(), TAIL_DELAY);
  }

  /** Copies and writes whole blocks while staging slots are free. @returns number of bytes processed */
  #appendStaged(bytes: Uint8Array): number {
    if (bytes.length < MIN_STAGED_LENGTH || this.#failure.isSet) return 0;
    let done = 0;
    while (this.#tailLength + bytes.length - done >= DIRECT_BLOCK) {
      const slot = this.#staging.take();
      if (slot === undefined) break;
      const held = this.#tailLength;
      const length = Math.min(slot.length, held + bytes.length - done);
      const whole = length - (length % DIRECT_BLOCK);
      slot.set(this.lead());
      slot.set(bytes.subarray(done, done + whole - held), held);
      this.#tailLength = 0;
      done += whole - held;
      this.#write(this.#direct, slot.subarray(0, whole), () => this.#staging.giveBack(slot));
    }
    return done;
  }

  /** Waits for a staging slot. The source itself waits for its areas. */
  ready(): Promise<void> {
    return this.#staging.ready();
  }

  /** Resolves when all records are in the file. @throws OutputError `DISK_FULL` or `SYSCALL` */
  async flush(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    if (!this.#failure.isSet) this.#writeTail();
    this.#failure.throwIfSet(this.#cutBack);
  }

  /** Flushes and closes. After an error the file ends with its last whole record. @throws OutputError as `flush` */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      this.#closeAll();
    }
  }

  #closeAll(): void {
    clearTimeout(this.#tailTimer);
    closeSync(this.#direct);
    closeSync(this.#plain);
  }

  /** Starts a write at the end of the file. */
  #write(descriptor: number, bytes: Uint8Array, release: () => void): void {
    const position = this.#position;
    this.#position += bytes.length;
    this.#pendingLength += bytes.length;
    const written = new Promise<void>((resolve) => {
      const step = (done: number): void => {
        write(descriptor, bytes, done, bytes.length - done, position + done, (error, count) => {
          if (error !== null) this.#fail(error, position + done);
          else if (done + count < bytes.length) return step(done + count);
          resolve();
        });
      };
      step(0);
    }).then(() => {
      release();
      this.#pendingLength -= bytes.length;
      this.#underWay.delete(written);
    });
    this.#underWay.add(written);
  }

  /** Pending writes delay the tail: a reader never sees a hole before it. */
  #onTailTimer(): void {
    this.#tailTimer = undefined;
    if (this.#closed || this.#failure.isSet) return;
    if (this.#underWay.size === 0) this.#writeTail();
    else this.#tailTimer = setTimeout(() => this.#onTailTimer(), TAIL_DELAY);
  }

  #writeTail(): void {
    this.#writeHere(this.lead());
  }

  /** Writes at the current position without moving it. */
  #writeHere(bytes: Uint8Array): void {
    let done = 0;
    try {
      while (done < bytes.length) {
        done += writeSync(this.#plain, bytes, done, bytes.length - done, this.#position + done);
      }
    } catch (error) {
      this.#fail(error, this.#position + done);
    }
  }

  #fail(error: unknown, goodLength: number): void {
    this.#goodLength = Math.min(this.#goodLength, goodLength);
    this.#failure.set(error);
  }

  /** Cuts the file back to its last whole record. No write may be pending. */
  readonly #cutBack = (): number => {
    const { length, frames } = findWholeRecords(this.#plain, this.#goodLength, this.#container);
    ftruncateSync(this.#plain, length);
    return frames;
  };
}

/** Walks the records of our own file up to `end`. Returns the end of the last whole one and the number of frames. */
function findWholeRecords(fd: number, end: number, container: RecordContainer): { length: number; frames: number } {
  const { layout, fileLayout = layout, headerLength } = container;
  if (end < headerLength) return { length: 0, frames: 0 };
  const chunk = new Uint8Array(MAX_RECORD_LENGTH);
  let length = headerLength;
  let frames = 0;
  for (;;) {
    const available = Math.min(readSync(fd, chunk, 0, chunk.length, length), end - length);
    const whole = wholeRecords(fileLayout, chunk, available);
    if (whole.length === 0) return { length, frames };
    length += whole.length;
    frames += whole.frames;
  }
}
