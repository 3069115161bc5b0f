/** Bytes to a file descriptor: whole, or as far as the disk goes. @module */
import { close, ftruncateSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { nodeCodeOf, StackError } from '../base/errors.ts';
import { explainWriteError } from '../base/write-error.ts';
import type { ByteSink } from './byte-sink.ts';
import { type FileSinkOptions, type OutputTarget, openOutputFile, STANDARD_OUTPUT } from './file-output.ts';

const closeDescriptor = promisify(close);

/**
 * Creates a file, or takes standard output as `-`.
 * @throws StackError `FILE_CREATE`
 */
export function createFileSink(path: string, options: FileSinkOptions = {}): ByteSink {
  return new DescriptorSink(path === '-' ? STANDARD_OUTPUT : openOutputFile(path, options, 'any'));
}

/** Milliseconds to wait for the reader of a non-blocking pipe that is full. */
const PIPE_PAUSE = 1;
const pauseCell = new Int32Array(new SharedArrayBuffer(4));

/** A sink that owns the target's descriptor. */
export class DescriptorSink implements ByteSink {
  readonly #target: OutputTarget;
  #length = 0;
  #closed = false;
  failure: StackError | undefined;

  constructor(target: OutputTarget) {
    this.#target = target;
  }

  write(bytes: Uint8Array): number {
    let written = 0;
    while (written < bytes.length) {
      const count = this.#writeOnce(bytes, written);
      if (count < 0) break;
      written += count;
    }
    this.#length += written;
    return written;
  }

  takeBack(count: number): boolean {
    if (!this.#target.isFile) return false;
    try {
      ftruncateSync(this.#target.descriptor, this.#length - count);
    } catch {
      return false;
    }
    this.#length -= count;
    return true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#target.isOurs) await closeDescriptor(this.#target.descriptor);
  }

  /** @returns bytes written by one write(2), or -1 when writing failed */
  #writeOnce(bytes: Uint8Array, at: number): number {
    const { descriptor, name } = this.#target;
    try {
      const count = writeSync(descriptor, bytes, at, bytes.length - at);
      if (count > 0) return count;
      this.failure = new StackError('SYSCALL', `cannot write to ${name}: write accepted no bytes`);
    } catch (error) {
      const code = nodeCodeOf(error);
      if (code === 'EINTR') return 0;
      if (code === 'EAGAIN') {
        Atomics.wait(pauseCell, 0, 0, PIPE_PAUSE); // a capture can do nothing but wait for its reader
        return 0;
      }
      this.failure = explainWriteError(name, error);
    }
    return -1;
  }
}
