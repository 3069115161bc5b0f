/** Unpacking with Node's streams, each of which ends with what it was made for: a member of gzip, a frame of zstd. @module */
import type { Gunzip, InflateRaw } from 'node:zlib';
import { EMPTY } from '../base/bytes.ts';
import type { PushbackSource } from './pushback-source.ts';

/**
 * What `stream` unpacks to, up to its end: a step at a time, however much a step unpacks to, and all that it gave before it
 * failed. What follows the end is put back.
 * @throws Error of zlib with a `code`: `Z_BUF_ERROR` when the bytes end early
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
  /** Resolves when the stream has taken the chunk, or ended before that. */
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
