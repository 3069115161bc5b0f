/** Writes a support bundle: a compressed tar archive that ends with its manifest. @module */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { messageOf, nodeCodeOf, StackError } from '../../base/errors.ts';
import { jsonText } from '../../base/text.ts';
import { explainWriteError } from '../../base/write-error.ts';
import { encodeTarHeader, MAX_TAR_FILE, TAR_BLOCK, tarPadding } from './tar.ts';

/** A file of a bundle: a text, or another file that is copied. */
export interface BundleFile {
  readonly name: string;
  readonly description: string;
  /** Bytes. */
  readonly size: number;
  readonly content: Uint8Array | { readonly path: string };
}

/** An entry of the manifest. */
interface ManifestEntry {
  readonly name: string;
  readonly description: string;
  readonly size: number;
  readonly sha256: string;
}

export interface BundleOptions {
  readonly files: readonly BundleFile[];
  /** Folder of all files in the archive. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Further fields of the manifest. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** Describes a file to copy. @throws StackError `FILE_OPEN` if it cannot be read, or is too large for an archive */
export async function fileToCopy(path: string, name: string, description: string): Promise<BundleFile> {
  const size = await sizeOf(path);
  if (size > MAX_TAR_FILE) throw new StackError('FILE_OPEN', `${path} is larger than 8 GiB; cut it first`);
  return { name, description, size, content: { path } };
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isFile()) return found.size;
  } catch (cause) {
    throw new StackError('FILE_OPEN', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
  throw new StackError('FILE_OPEN', `cannot read ${path}: it is not a regular file`);
}

/**
 * Writes the archive to a new file that only its owner may read; removes it again if that fails.
 * @throws StackError `FILE_EXISTS`, `FILE_READ`, `DISK_FULL`, `SYSCALL`
 */
export async function writeBundle(path: string, options: BundleOptions): Promise<void> {
  try {
    const output = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    await pipeline(Readable.from(archive(options)), createGzip(), output);
  } catch (error) {
    if (nodeCodeOf(error) === 'EEXIST') {
      throw new StackError('FILE_EXISTS', `${path} exists; remove it, or name another file with -o`, { cause: error });
    }
    await rm(path, { force: true });
    throw error instanceof StackError ? error : explainWriteError(path, error);
  }
}

async function* archive({ files, folder, time, about }: BundleOptions): AsyncGenerator<Uint8Array> {
  const entries: ManifestEntry[] = [];
  const modified = time / 1_000;
  for (const { name, description, size, content } of files) {
    yield encodeTarHeader({ name: `${folder}/${name}`, size, modified });
    const hash = createHash('sha256');
    for await (const part of content instanceof Uint8Array ? [content] : readParts(content.path, size)) {
      hash.update(part);
      yield part;
    }
    yield new Uint8Array(tarPadding(size));
    entries.push({ name, description, size, sha256: hash.digest('hex') });
  }
  const manifest = Buffer.from(`${jsonText({ ...about, files: entries }, 2)}\n`);
  yield encodeTarHeader({ name: `${folder}/manifest.json`, size: manifest.length, modified });
  yield manifest;
  yield new Uint8Array(tarPadding(manifest.length) + 2 * TAR_BLOCK);
}

const PART = 1 << 20;

/** Yields exactly `size` bytes: the header of the archive has announced them. @throws StackError `FILE_READ` */
async function* readParts(path: string, size: number): AsyncGenerator<Uint8Array> {
  const file = await open(path).catch((cause: unknown) => {
    throw new StackError('FILE_READ', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  });
  try {
    for (let left = size; left > 0; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(PART, left)));
      if (bytesRead === 0) throw new StackError('FILE_READ', `${path} became shorter while it was copied`);
      left -= bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
