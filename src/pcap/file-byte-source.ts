/** Reads bytes of files, pipes and standard input, and decompresses gzip (RFC 1952) and zstd. @module */
import { close, fstatSync, open, read } from 'node:fs';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { EMPTY, readU16, readU32 } from '../base/bytes.ts';
import { messageOf, nodeCodeOf, StackError, type StackErrorCode } from '../base/errors.ts';
import { type ByteSource, PushbackSource } from './byte-source.ts';
import { GZIP_MAGIC, unpackGzip } from './file-gzip.ts';
import { unpackZstd, ZSTD_MAGIC } from './file-zstd.ts';

const openDescriptor = promisify(open);
const readDescriptor = promisify(read);
const closeDescriptor = promisify(close);

/**
 * Opens `path`, or standard input for `-`. Decompresses gzip and zstd.
 * @throws StackError `FILE_OPEN`; reading throws `COMPRESSION` if this Node lacks zstd
 */
export async function openByteSource(path: string): Promise<ByteSource> {
  const source = new PushbackSource(path === '-' ? streamSource(process.stdin) : await openPlain(path));
  const close = (): Promise<void> => source.close();
  const magic = new Uint8Array(4);
  let count = 0;
  try {
    for (let read = -1; read !== 0 && count < magic.length; count += read) {
      read = await source.read(magic.subarray(count));
    }
  } catch (error) {
    await close();
    throw error;
  }
  source.putBack(magic.subarray(0, count));
  if (count >= 2 && readU16(magic, 0) === GZIP_MAGIC) return new ChunkSource(unpackGzip(source), close);
  if (count === 4 && readU32(magic, 0) === ZSTD_MAGIC) return new ChunkSource(unpackZstd(source), close);
  return source;
}

async function openPlain(path: string): Promise<ByteSource> {
  let descriptor: number;
  try {
    descriptor = await openDescriptor(path, 'r');
  } catch (error) {
    throw new StackError('FILE_OPEN', `cannot open ${path}: ${messageOf(error)}`, { cause: error });
  }
  if (!fstatSync(descriptor).isFIFO()) return new DescriptorSource(descriptor);
  // A blocking read would occupy a thread, and keep the process alive, until a writer opens the pipe.
  const { Socket } = await import('node:net');
  return streamSource(new Socket({ fd: descriptor, readable: true, writable: false }));
}

class DescriptorSource implements ByteSource {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  async read(into: Uint8Array): Promise<number> {
    try {
      return (await readDescriptor(this.#descriptor, into, 0, into.length, null)).bytesRead;
    } catch (error) {
      throw readError('FILE_READ', error);
    }
  }

  async close(): Promise<void> {
    await closeDescriptor(this.#descriptor);
  }
}

function streamSource(stream: Readable): ByteSource {
  return new ChunkSource(stream[Symbol.asyncIterator](), async () => void stream.destroy());
}

/** Reads from chunks; one longer than the caller's buffer is returned in parts. */
class ChunkSource implements ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #close: () => Promise<void>;
  #chunk: Uint8Array = EMPTY;

  /** @param close ends the source of the chunks, so that a pending read fails or ends */
  constructor(chunks: AsyncIterator<Uint8Array>, close: () => Promise<void>) {
    this.#chunks = chunks;
    this.#close = close;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#chunk.length === 0) {
      const next = await this.#nextChunk();
      if (next === undefined) return 0;
      this.#chunk = next;
    }
    const count = Math.min(this.#chunk.length, into.length);
    into.set(this.#chunk.subarray(0, count));
    this.#chunk = this.#chunk.subarray(count);
    return count;
  }

  async #nextChunk(): Promise<Uint8Array | undefined> {
    try {
      const next = await this.#chunks.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      throw error instanceof StackError ? error : readError(readErrorCode(error), error);
    }
  }

  async close(): Promise<void> {
    await this.#close();
    await this.#chunks.return?.();
  }
}

/** Compressed data that ends early is a truncated file, any other error a damaged one. */
function readErrorCode(error: unknown): StackErrorCode {
  const code = nodeCodeOf(error) ?? '';
  if (code === 'Z_BUF_ERROR') return 'FILE_TRUNCATED';
  return /^(Z_|ZSTD_)/.test(code) ? 'FILE_FORMAT' : 'FILE_READ';
}

function readError(code: StackErrorCode, cause: unknown): StackError {
  return new StackError(code, `cannot read the capture file: ${messageOf(cause)}`, { cause });
}
