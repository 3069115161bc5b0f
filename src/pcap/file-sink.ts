/** Bytes to a file descriptor: whole, or as far as the disk goes. @module */
import { close, ftruncateSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { StackError } from '../base/errors.ts';
import { explainWriteError } from '../base/write-error.ts';
import type { ByteSink } from './byte-sink.ts';
import { type FileSinkOptions, type OutputTarget, openOutputFile, STANDARD_OUTPUT } from './file-output.ts';

const closeDescriptor = promisify(close);

/** The calls that the sink makes, so that a full disk can be tried without one. */
export interface DescriptorPort {
  /** As write(2): may take fewer bytes than asked. Throws an error with a Node `code`. */
  write(bytes: Uint8Array, offset: number, length: number): number;
  /** As ftruncate(2). */
  truncate(length: number): void;
  /** False for pipes, terminals and sockets: what is written there cannot be taken back. */
  readonly isRegularFile: boolean;
  close(): Promise<void>;
}

/**
 * Creates a file, or takes standard output as `-`.
 * @throws StackError `FILE_CREATE`
 */
export function createFileSink(path: string, options: FileSinkOptions = {}): ByteSink {
  return descriptorSink(path === '-' ? STANDARD_OUTPUT : openOutputFile(path, options, 'any'));
}

/** A sink that takes over the target's descriptor. */
export function descriptorSink({ descriptor, name, isFile, isOurs }: OutputTarget): ByteSink {
  const port: DescriptorPort = {
    write: (bytes, offset, length) => writeSync(descriptor, bytes, offset, length),
    truncate: (length) => ftruncateSync(descriptor, length),
    isRegularFile: isFile,
    close: () => (isOurs ? closeDescriptor(descriptor) : Promise.resolve()),
  };
  return new DescriptorSink(port, name);
}

/** Milliseconds to wait for a reader of a non-blocking pipe that is full. */
const PIPE_PAUSE = 1;
const pauseCell = new Int32Array(new SharedArrayBuffer(4));

/** A sink over a descriptor's calls. */
export class DescriptorSink implements ByteSink {
  readonly #port: DescriptorPort;
  readonly #name: string;
  #length = 0;
  #closed = false;
  failure: StackError | undefined;

  /** @param name what messages call it */
  constructor(port: DescriptorPort, name: string) {
    this.#port = port;
    this.#name = name;
  }

  write(bytes: Uint8Array): number {
    let taken = 0;
    while (taken < bytes.length) {
      const count = this.#writeOnce(bytes, taken);
      if (count < 0) break;
      taken += count;
    }
    this.#length += taken;
    return taken;
  }

  takeBack(count: number): boolean {
    if (!this.#port.isRegularFile) return false;
    try {
      this.#port.truncate(this.#length - count);
    } catch {
      return false;
    }
    this.#length -= count;
    return true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#port.close();
  }

  /** Bytes taken by one call, or -1 when there is no going on. */
  #writeOnce(bytes: Uint8Array, at: number): number {
    try {
      const count = this.#port.write(bytes, at, bytes.length - at);
      if (count > 0) return count;
      this.failure = new StackError('SYSCALL', `cannot write to ${this.#name}: it takes no bytes`);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EINTR') return 0;
      if (code === 'EAGAIN') {
        Atomics.wait(pauseCell, 0, 0, PIPE_PAUSE); // a capture has nothing else to do than wait for its reader
        return 0;
      }
      this.failure = explainWriteError(this.#name, error);
    }
    return -1;
  }
}
