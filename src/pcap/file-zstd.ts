/**
 * Unpacking zstd (RFC 8878). Node's own stream ends with the first frame; files may have many, one after the other.
 * @module
 */
import { EMPTY } from '../base/bytes.ts';
import type { ByteSource } from './byte-source.ts';
import { zstd } from './file-compression.ts';

/** As the first four bytes of a file read, the first byte on top. */
export const ZSTD_MAGIC = 0x28b52ffd;

const CHUNK_LENGTH = 64 * 1024;

/**
 * What the frames of `source` unpack to, as far as they are whole; a step at a time, however much a step unpacks to.
 * @throws StackError `COMPRESSION` where this Node has no zstd
 * @throws Error with a `code` for what is damaged; `Z_BUF_ERROR` when it ends early
 */
export async function* unpackZstd(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  let packed = await readChunk(source);
  while (packed.length > 0) {
    const rest = yield* unpackFrames(source, packed);
    packed = rest.length > 0 ? rest : await readChunk(source);
  }
}

/** Unpacks from `first` on, and returns what Node's stream left over: what follows the end of a frame inside a chunk. */
async function* unpackFrames(source: ByteSource, first: Uint8Array): AsyncGenerator<Uint8Array, Uint8Array, undefined> {
  const stream = zstd().createZstdDecompress();
  let chunk = first;
  let fed = 0;
  let hasEnded = (): void => {};
  /** Resolves when the stream has taken the chunk, or ended before that. */
  const write = (): Promise<void> =>
    new Promise((resolve) => {
      hasEnded = resolve;
      stream.write(chunk, () => resolve());
    });
  const feed = async (): Promise<void> => {
    do {
      fed += chunk.length;
      await write();
      if (stream.bytesWritten < fed) return;
      chunk = await readChunk(source);
    } while (chunk.length > 0);
    stream.end();
  };
  const feeding = feed().catch((error: Error) => {
    stream.destroy(error);
  });
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } finally {
    hasEnded();
    await feeding;
  }
  return chunk.subarray(chunk.length - (fed - stream.bytesWritten));
}

/** Empty at the end. */
async function readChunk(source: ByteSource): Promise<Uint8Array> {
  const chunk = new Uint8Array(CHUNK_LENGTH);
  const count = await source.read(chunk);
  return count === 0 ? EMPTY : chunk.subarray(0, count);
}
