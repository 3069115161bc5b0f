/** Unpacking zstd (RFC 8878). Files may have many frames, one after the other. @module */
import { zstd } from './file-compression.ts';
import { unpack } from './file-unpack.ts';
import type { PushbackSource } from './pushback-source.ts';

/** As the first four bytes of a file read, the first byte on top. */
export const ZSTD_MAGIC = 0x28b52ffd;

/**
 * What the frames of `packed` unpack to, as far as they are whole.
 * @throws StackError `COMPRESSION` where this Node has no zstd
 * @throws Error of zlib, as `unpack`
 */
export async function* unpackZstd(packed: PushbackSource): AsyncGenerator<Uint8Array, void, undefined> {
  for (let chunk = await packed.next(); chunk.length > 0; chunk = await packed.next()) {
    packed.putBack(chunk);
    yield* unpack(zstd().createZstdDecompress(), packed);
  }
}
