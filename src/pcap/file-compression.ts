/**
 * Compresses capture files while they are written, in chunks that are complete by themselves: a reader sees each at
 * once, and a full disk costs no more than the chunk that was being written. Threads of the libuv pool do the work.
 * @module
 */
import type { Gunzip, Gzip } from 'node:zlib';
import { StackError } from '../base/errors.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** Returns the compression that a file name implies: `.gz` or `.zst`. */
export function compressionOfName(path: string): Compression {
  const name = path.toLowerCase();
  if (name.endsWith('.gz')) return 'gzip';
  return name.endsWith('.zst') ? 'zstd' : 'none';
}

export interface Compressor {
  /** Compresses a chunk. The compressed chunks in order, then `ending`, are the file. */
  compress(chunk: Uint8Array): Promise<Uint8Array>;
  readonly ending: Uint8Array;
}

/** `Z_BEST_SPEED`: frames arrive faster than any level compresses; the lowest takes half the time of the default. */
const GZIP_LEVEL = 1;
/** One allocation per compressed chunk in most cases. */
const OUTPUT_LENGTH = 256 * 1024;

/** Node 22.15 and later have zstd; the type definitions that we build with do not. */
interface ZstdModule {
  createZstdCompress(): Gzip;
  createZstdDecompress(): Gunzip;
}

/** Loads zlib, which takes 3 ms, on first use. */
function loadZlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}

/** @throws StackError `COMPRESSION` if this Node lacks zstd */
export function zstd(): ZstdModule {
  const zlib = loadZlib();
  if ('createZstdCompress' in zlib) return zlib as unknown as ZstdModule;
  throw new StackError('COMPRESSION', `zstd needs Node 22.15 or newer; this is ${process.version}; use gzip`);
}

/** @throws StackError `COMPRESSION` if this Node lacks it */
export function createCompressor(compression: Exclude<Compression, 'none'>): Compressor {
  return compression === 'gzip' ? new GzipCompressor() : new ZstdCompressor();
}

/** Each chunk is a gzip member of its own (RFC 1952, 2.2), so that several are compressed in parallel. */
class GzipCompressor implements Compressor {
  readonly ending = new Uint8Array(0);

  compress(chunk: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      loadZlib().gzip(chunk, { level: GZIP_LEVEL, chunkSize: OUTPUT_LENGTH }, (error, packed) => {
        if (error === null) resolve(packed);
        else reject(error);
      });
    });
  }
}

/** One frame, flushed after every chunk: tshark 4.0 does not read files with several frames. */
class ZstdCompressor implements Compressor {
  /** The last block, empty and raw (RFC 8878, 3.1.1.2). */
  readonly ending = Uint8Array.of(1, 0, 0);
  readonly #stream = zstd().createZstdCompress();
  #packed: Buffer[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    this.#stream.on('data', (data: Buffer) => this.#packed.push(data));
  }

  compress(chunk: Uint8Array): Promise<Uint8Array> {
    const packed = this.#last.then(() => this.#compress(chunk));
    this.#last = packed.catch(() => {});
    return packed;
  }

  async #compress(chunk: Uint8Array): Promise<Uint8Array> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.once('error', reject);
      this.#stream.write(chunk);
      this.#stream.flush(() => {
        this.#stream.off('error', reject);
        resolve();
      });
    });
    while (this.#stream.readableLength > 0) await new Promise((resolve) => setImmediate(resolve));
    const packed = Buffer.concat(this.#packed);
    this.#packed = [];
    return packed;
  }
}
