/** Decompresses zstd (RFC 8878), also files with several frames. @module */

import type { PushbackSource } from './byte-source.ts';
import { zstd } from './file-compression.ts';
import { unpack } from './file-unpack.ts';

/** The first four bytes of a file, big-endian. */
export const ZSTD_MAGIC = 0x28b52ffd;

/**
 * Decompresses the frames of `packed`.
 * @throws StackError `COMPRESSION` if this Node lacks zstd
 * @throws Error of zlib, as `unpack`
 */
export async function* unpackZstd(packed: PushbackSource): AsyncGenerator<Uint8Array, void, undefined> {
  for (let chunk = await packed.next(); chunk.length > 0; chunk = await packed.next()) {
    packed.putBack(chunk);
    yield* unpack(zstd().createZstdDecompress(), packed);
  }
}
