/** Unpacking zstd (RFC 8878). Files may have many frames, one after the other. @module */
import type { ByteSource } from './byte-source.ts';
import { zstd } from './file-compression.ts';
import { PackedBytes, unpack } from './file-unpack.ts';

/** As the first four bytes of a file read, the first byte on top. */
export const ZSTD_MAGIC = 0x28b52ffd;

/**
 * What the frames of `source` unpack to, as far as they are whole.
 * @throws StackError `COMPRESSION` where this Node has no zstd
 * @throws Error of zlib, as `unpack`
 */
export async function* unpackZstd(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  const packed = new PackedBytes(source);
  for (let chunk = await packed.next(); chunk.length > 0; chunk = await packed.next()) {
    packed.putBack(chunk);
    yield* unpack(zstd().createZstdDecompress(), packed);
  }
}
