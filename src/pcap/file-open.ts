/** Opening files to write captures into. @module */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { messageOf, StackError } from '../base/errors.ts';

/** How a file is created. */
export interface FileSinkOptions {
  /**
   * Permission bits of a new file, before the umask. Default: 0o600, for captures hold other people's traffic (dumpcap
   * does the same, tcpdump leaves it to the umask). A file that exists keeps its own, and is overwritten.
   */
  readonly mode?: number;
}

/** What may stand where the file is to be: `new` nothing at all, `file` a file that is no link, `any` what the caller named. */
export type Allowed = 'new' | 'file' | 'any';

/**
 * Opens `path` for reading and writing, empty.
 * @throws StackError `FILE_EXISTS` when something stands there that `allowed` does not allow; `FILE_CREATE`
 */
export function openOutputFile(path: string, { mode = 0o600 }: FileSinkOptions, allowed: Allowed): number {
  const { O_RDWR, O_CREAT, O_TRUNC, O_EXCL, O_NOFOLLOW } = constants;
  const strictness = { new: O_EXCL | O_NOFOLLOW, file: O_TRUNC | O_NOFOLLOW, any: O_TRUNC }[allowed];
  let descriptor: number;
  try {
    descriptor = openSync(path, O_RDWR | O_CREAT | strictness, mode);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' || code === 'ELOOP')
      throw new StackError('FILE_EXISTS', `cannot create ${path}: it exists`, { cause: error });
    throw new StackError('FILE_CREATE', `cannot create ${path}: ${messageOf(error)}`, { cause: error });
  }
  if (allowed === 'any' || fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new StackError('FILE_EXISTS', `cannot create ${path}: it exists and is no regular file`);
}

/** A second descriptor of the same file for direct writes; undefined where the file system has none. */
export function reopenDirect(descriptor: number): number | undefined {
  try {
    // By the descriptor and not by its path: whatever happens to the name, it is the same file.
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_DIRECT);
  } catch {
    return undefined;
  }
}

/** False for a pipe, a terminal or a device: what is written there cannot be taken back, and is never full. */
export function isPlainFile(path: string): boolean {
  return path !== '-' && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? true);
}
