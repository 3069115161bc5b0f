/**
 * Decompresses gzip (RFC 1952) member by member. Node's own stream does too, but loses its last output when a checksum
 * is wrong or other data follows: as much as a file of a few hundred frames holds. @module
 */
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { readU16, readU16le, readU32le } from '../base/bytes.ts';
import type { PushbackSource } from './byte-source.ts';
import { unpack } from './file-unpack.ts';
import { formatError, truncatedError } from './record-parser.ts';

export const GZIP_MAGIC = 0x1f8b;

/** RFC 1952, 2.3: magic number of a member, its fixed header fields, and its trailer. */
const MAGIC_LENGTH = 2;
const HEAD_LENGTH = 8;
const METHOD = 0;
const FLAGS = 1;
const DEFLATE = 8;
const TRAILER_LENGTH = 8;
const TRAILER_SIZE = 4;

/**
 * After a member of at most this length another small one is expected: a capture that was compressed frame by frame.
 */
const SMALL_LENGTH = 16 * 1024;
const SMALL_OPTIONS = { info: true, maxOutputLength: SMALL_LENGTH } as const;

/** Result of zlib with `info`; its type definitions lack it. */
interface InflatedMember {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

/** RFC 1952, 2.3.1 */
const Flag = { headChecksum: 0x02, extra: 0x04, name: 0x08, comment: 0x10 } as const;

/**
 * Decompresses the members of `packed`. Skips zeros after the last one, as on tapes.
 * @throws StackError `FILE_FORMAT` for damaged data or data that is not gzip, `FILE_TRUNCATED` if it ends early
 * @throws Error of zlib, as `unpack`
 */
export async function* unpackGzip(packed: PushbackSource): AsyncGenerator<Uint8Array, void, undefined> {
  let isSmall = false;
  while (await beginsMember(packed)) {
    await skipHead(packed);
    let checksum = 0;
    let size = 0;
    const small = isSmall ? await unpackSmall(packed) : undefined;
    for await (const chunk of small ?? unpack(createInflateRaw(), packed)) {
      checksum = crc32(chunk, checksum);
      size += chunk.length;
      yield chunk;
    }
    isSmall = size <= SMALL_LENGTH;
    const trailer = await take(packed, TRAILER_LENGTH);
    if (readU32le(trailer, 0) !== checksum || readU32le(trailer, TRAILER_SIZE) !== size % 2 ** 32) {
      throw formatError('wrong checksum in the gzip data');
    }
  }
}

/** Decompresses a whole member if it is small and buffered. A stream of its own would cost a hundred times as much. */
async function unpackSmall(packed: PushbackSource): Promise<readonly Uint8Array[] | undefined> {
  const chunk = await packed.next();
  try {
    const { buffer, engine } = inflateRawSync(chunk, SMALL_OPTIONS) as unknown as InflatedMember;
    packed.putBack(chunk.subarray(engine.bytesWritten));
    return [buffer];
  } catch {
    packed.putBack(chunk); // the stream reports the error once it has all bytes
    return undefined;
  }
}

async function beginsMember(packed: PushbackSource): Promise<boolean> {
  const chunk = await packed.next();
  packed.putBack(chunk);
  return chunk.length > 0 && chunk[0] !== 0;
}

async function skipHead(packed: PushbackSource): Promise<void> {
  const magic = readU16(await take(packed, MAGIC_LENGTH), 0);
  if (magic !== GZIP_MAGIC) throw formatError('the gzip data is followed by other data');
  const head = await take(packed, HEAD_LENGTH);
  if (head[METHOD] !== DEFLATE)
    throw formatError(`gzip compression method ${head[METHOD]} is not supported; only 8 (deflate) is`);
  const flags = head[FLAGS] ?? 0;
  if ((flags & Flag.extra) !== 0) await take(packed, readU16le(await take(packed, 2), 0));
  if ((flags & Flag.name) !== 0) await skipText(packed);
  if ((flags & Flag.comment) !== 0) await skipText(packed);
  if ((flags & Flag.headChecksum) !== 0) await take(packed, 2);
}

/** @throws StackError `FILE_TRUNCATED` */
async function take(packed: PushbackSource, length: number): Promise<Uint8Array> {
  const taken = new Uint8Array(length);
  for (let count = 0; count < length; ) {
    const chunk = await nextChunk(packed);
    const part = chunk.subarray(0, length - count);
    taken.set(part, count);
    count += part.length;
    packed.putBack(chunk.subarray(part.length));
  }
  return taken;
}

/** @throws StackError `FILE_TRUNCATED` */
async function skipText(packed: PushbackSource): Promise<void> {
  for (;;) {
    const chunk = await nextChunk(packed);
    const end = chunk.indexOf(0);
    if (end < 0) continue;
    packed.putBack(chunk.subarray(end + 1));
    return;
  }
}

async function nextChunk(packed: PushbackSource): Promise<Uint8Array> {
  const chunk = await packed.next();
  if (chunk.length === 0) throw truncatedError('the gzip data ends early');
  return chunk;
}
