/** Reads bytes of files, pipes and standard input, and decompresses gzip (RFC 1952) and zstd. @module */
import { close, fstatSync, open, openSync, read } from 'node:fs';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { EMPTY, readU16, readU32 } from '../base/bytes.ts';
import { messageOf, nodeCodeOf, StackError, type StackErrorCode } from '../base/errors.ts';
import { poolOrHere } from '../base/pool-or-here.ts';
import { type ByteSource, PushbackSource } from './byte-source.ts';
import { GZIP_MAGIC, unpackGzip } from './file-gzip.ts';
import { unpackZstd, ZSTD_MAGIC } from './file-zstd.ts';

const openDescriptor = promisify(open);
const readDescriptor = promisify(read);
const closeDescriptor = promisify(close);

/** The name of an input in messages. */
export function inputName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/**
 * Opens `path`, or standard input for `-`. Decompresses gzip and zstd.
 * @throws StackError `FILE_OPEN`; reading throws `FILE_READ`, `FILE_FORMAT` and `FILE_TRUNCATED`, and `COMPRESSION`
 * if this Node lacks zstd
 */
export async function openByteSource(path: string): Promise<ByteSource> {
  const name = inputName(path);
  const source = new PushbackSource(path === '-' ? streamSource(process.stdin, name) : await openPlain(path));
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
  if (count >= 2 && readU16(magic, 0) === GZIP_MAGIC) return new ChunkSource(unpackGzip(source), name, close);
  if (count === 4 && readU32(magic, 0) === ZSTD_MAGIC) return new ChunkSource(unpackZstd(source), name, close);
  return source;
}

async function openPlain(path: string): Promise<ByteSource> {
  let descriptor: number;
  try {
    descriptor = await poolOrHere(
      () => openDescriptor(path, 'r'),
      () => openSync(path, 'r'),
    );
  } catch (error) {
    throw new StackError('FILE_OPEN', `cannot open ${path}: ${messageOf(error)}`, { cause: error });
  }
  if (!fstatSync(descriptor).isFIFO()) return new DescriptorSource(descriptor, path);
  // A blocking read would occupy a thread, and keep the process alive, until a writer opens the pipe.
  const { Socket } = await import('node:net');
  return streamSource(new Socket({ fd: descriptor, readable: true, writable: false }), path);
}

class DescriptorSource implements ByteSource {
  readonly #descriptor: number;
  readonly #name: string;

  constructor(descriptor: number, name: string) {
    this.#descriptor = descriptor;
    this.#name = name;
  }

  async read(into: Uint8Array): Promise<number> {
    try {
      return (await readDescriptor(this.#descriptor, into, 0, into.length, null)).bytesRead;
    } catch (error) {
      throw readError(this.#name, error);
    }
  }

  async close(): Promise<void> {
    await closeDescriptor(this.#descriptor);
  }
}

function streamSource(stream: Readable, name: string): ByteSource {
  return new ChunkSource(stream[Symbol.asyncIterator](), name, async () => void stream.destroy());
}

/** Reads from chunks; one longer than the caller's buffer is returned in parts. */
class ChunkSource implements ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #name: string;
  readonly #close: () => Promise<void>;
  #chunk: Uint8Array = EMPTY;

  /** @param close closes the input of the iterator, so that a pending read ends */
  constructor(chunks: AsyncIterator<Uint8Array>, name: string, close: () => Promise<void>) {
    this.#chunks = chunks;
    this.#name = name;
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
      throw readError(this.#name, error);
    }
  }

  async close(): Promise<void> {
    await this.#close();
    await this.#chunks.return?.();
  }
}

/** Puts the name of the input before an error about its bytes; returns other errors as they are. */
export function nameError(name: string, error: StackError): StackError {
  const { code, message, cause } = error;
  const isAboutBytes = code === 'FILE_FORMAT' || code === 'FILE_TRUNCATED';
  return isAboutBytes ? new StackError(code, `${name}: ${message}`, { cause }) : error;
}

/** @param error one of ours, of read(2) or of zlib */
function readError(name: string, error: unknown): StackError {
  if (error instanceof StackError) return nameError(name, error);
  return new StackError(readErrorCode(error), `cannot read ${name}: ${messageOf(error)}`, { cause: error });
}

/** Compressed data that ends early is a truncated file, any other error a damaged one. */
function readErrorCode(error: unknown): StackErrorCode {
  const code = nodeCodeOf(error) ?? '';
  if (code === 'Z_BUF_ERROR') return 'FILE_TRUNCATED';
  return /^(Z_|ZSTD_)/.test(code) ? 'FILE_FORMAT' : 'FILE_READ';
}
