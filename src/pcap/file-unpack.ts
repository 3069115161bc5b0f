/** Decompresses with Node's streams, each of which ends with its unit: a gzip member, a zstd frame. @module */
import type { Gunzip, InflateRaw } from 'node:zlib';
import { EMPTY } from '../base/bytes.ts';
import type { PushbackSource } from './byte-source.ts';

/**
 * Decompresses one unit step by step, whatever its size, and yields all output before an error. Bytes after its end are
 * put back.
 * @throws Error of zlib with a `code`: `Z_BUF_ERROR` if the input ends early
 */
export async function* unpack(
  stream: Gunzip | InflateRaw,
  packed: PushbackSource,
): AsyncGenerator<Uint8Array, void, undefined> {
  let chunk: Uint8Array = EMPTY;
  let fed = 0;
  let wake = (): void => {};
  let hasEnded = false;
  let failure: { readonly error: unknown } | undefined;
  const end = (): void => {
    hasEnded = true;
    wake();
  };
  stream.on('readable', () => wake());
  stream.once('end', end).once('close', end);
  stream.on('error', (error) => {
    failure ??= { error };
    wake();
  });
  /** Resolves when the stream has consumed the chunk, or ended before. */
  const write = (): Promise<void> =>
    new Promise((resolve) => {
      stream.once('close', resolve);
      stream.write(chunk, () => {
        stream.off('close', resolve);
        resolve();
      });
    });
  const feed = async (): Promise<void> => {
    for (chunk = await packed.next(); chunk.length > 0 && !stream.destroyed; chunk = await packed.next()) {
      fed += chunk.length;
      await write();
      if (stream.bytesWritten < fed) return;
    }
    stream.end();
  };
  const feeding = feed().catch((error: Error) => {
    stream.destroy(error);
  });
  try {
    for (;;) {
      const unpacked: Uint8Array | null = stream.read();
      if (unpacked !== null) yield unpacked;
      else if (failure !== undefined) throw failure.error;
      else if (hasEnded) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    stream.destroy();
    await feeding;
  }
  packed.putBack(chunk.subarray(chunk.length - (fed - stream.bytesWritten)));
}
