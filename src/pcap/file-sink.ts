/** Writes bytes to a file descriptor. @module */
import { close, ftruncateSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { nodeCodeOf, StackError } from '../base/errors.ts';
import { explainWriteError } from '../base/write-error.ts';
import type { ByteSink } from './byte-sink.ts';
import type { OutputTarget } from './file-output.ts';

const closeDescriptor = promisify(close);

/** Milliseconds to wait for the reader of a full non-blocking pipe. */
const PIPE_PAUSE = 1;
const pauseCell = new Int32Array(new SharedArrayBuffer(4));

/** A sink that owns the descriptor of its target. */
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

  /** @returns number of bytes written, or -1 after an error */
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
        Atomics.wait(pauseCell, 0, 0, PIPE_PAUSE); // there is nothing else to do
        return 0;
      }
      this.failure = explainWriteError(name, error);
    }
    return -1;
  }
}
