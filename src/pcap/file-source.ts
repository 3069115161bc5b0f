/** Bytes of files and of standard input, and of either behind gzip (RFC 1952) or zstd. @module */
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { readU16, readU32 } from '../base/bytes.ts';
import { messageOf, StackError } from '../base/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { unpackZstd, ZSTD_MAGIC } from './file-zstd.ts';

const GZIP_MAGIC = 0x1f8b;
const GZIP_CHUNK = 64 * 1024;

/**
 * Opens `path`, or standard input as `-`; what is packed with gzip or zstd is unpacked on the way.
 * @throws StackError `FILE_OPEN`; reading throws `COMPRESSION` where this Node has no zstd
 */
export async function openByteSource(path: string): Promise<ByteSource> {
  const plain = path === '-' ? new StreamSource(process.stdin) : new FileSource(await openFileHandle(path));
  const head = new Uint8Array(4);
  let count = 0;
  try {
    while (count < head.length) {
      const read = await plain.read(head.subarray(count));
      if (read === 0) break;
      count += read;
    }
  } catch (error) {
    await plain.close();
    throw error;
  }
  const whole = new PrefixedSource(head.subarray(0, count), plain);
  if (count >= 2 && readU16(head, 0) === GZIP_MAGIC) return new StreamSource(unpack(whole), whole);
  if (count === 4 && readU32(head, 0) === ZSTD_MAGIC) return new StreamSource(Readable.from(unpackZstd(whole)), whole);
  return whole;
}

async function openFileHandle(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw new StackError('FILE_OPEN', `cannot open ${path}: ${messageOf(error)}`, { cause: error });
  }
}

class FileSource implements ByteSource {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(into: Uint8Array): Promise<number> {
    try {
      return (await this.#handle.read(into, 0, into.length, null)).bytesRead;
    } catch (error) {
      throw new StackError('FILE_READ', `cannot read the capture file: ${messageOf(error)}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** The first bytes were read to look at; here they are put back. */
class PrefixedSource implements ByteSource {
  #prefix: Uint8Array;
  readonly #rest: ByteSource;

  constructor(prefix: Uint8Array, rest: ByteSource) {
    this.#prefix = prefix;
    this.#rest = rest;
  }

  read(into: Uint8Array): Promise<number> {
    if (this.#prefix.length === 0) return this.#rest.read(into);
    const count = Math.min(this.#prefix.length, into.length);
    into.set(this.#prefix.subarray(0, count));
    this.#prefix = this.#prefix.subarray(count);
    return Promise.resolve(count);
  }

  close(): Promise<void> {
    return this.#rest.close();
  }
}

function unpack(source: ByteSource): Readable {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = new Uint8Array(GZIP_CHUNK);
      const count = await source.read(chunk);
      if (count === 0) return;
      yield chunk.subarray(0, count);
    }
  }
  const packed = Readable.from(chunks());
  const unpacked = createGunzip();
  packed.once('error', (error) => unpacked.destroy(error));
  return packed.pipe(unpacked);
}

/** Any stream of bytes. A chunk that is larger than asked for is handed out in parts. */
class StreamSource implements ByteSource {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #below: ByteSource | undefined;
  #chunk: Uint8Array = new Uint8Array(0);

  constructor(stream: Readable, below?: ByteSource) {
    this.#stream = stream;
    this.#below = below;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#chunk.length === 0) {
      const next = await this.#nextChunk();
      if (next === undefined) return 0;
      this.#chunk = next;
    }
    const count = Math.min(this.#chunk.length, into.length);
    into.set(this.#chunk.subarray(0, count));
    this.#chunk = this.#chunk.subarray(count);
    return count;
  }

  /** A gzip stream that is cut short ends like a file that is; what is no gzip at all is an error. */
  async #nextChunk(): Promise<Uint8Array | undefined> {
    try {
      const next = await this.#chunks.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      if (error instanceof StackError) throw error;
      const isCut = error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
      const code = isCut ? 'FILE_TRUNCATED' : 'FILE_READ';
      throw new StackError(code, `cannot read the capture file: ${messageOf(error)}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    this.#stream.destroy();
    await this.#below?.close();
  }
}
