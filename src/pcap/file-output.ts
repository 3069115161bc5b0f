/** Opens output files. @module */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, statSync } from 'node:fs';
import { messageOf, nodeCodeOf, StackError } from '../base/errors.ts';

/** How a file is created. */
export interface FileSinkOptions {
  /**
   * Permission bits of a new file, before the umask. Default: 0o600, since captures hold other people's traffic (like
   * dumpcap; tcpdump leaves it to the umask). An existing file is overwritten and keeps its mode.
   */
  readonly mode?: number;
  /** A file that must not be overwritten under any name: the one that is being read. */
  readonly keep?: FileIdentity;
}

/** Identifies a file whatever its name. */
export interface FileIdentity {
  readonly device: number;
  readonly inode: number;
}

/** An open output. */
export interface OutputTarget {
  readonly descriptor: number;
  /** Its name in messages. */
  readonly name: string;
  /** A regular file: written bytes can be removed. */
  readonly isFile: boolean;
  /** To be closed with the output; standard output is not. */
  readonly isOurs: boolean;
}

export const STANDARD_OUTPUT: OutputTarget = { descriptor: 1, name: 'standard output', isFile: false, isOurs: false };

/** What may exist under the name: `new` nothing, `file` a regular file that is not a symbolic link, `any` anything. */
export type Allowed = 'new' | 'file' | 'any';

/**
 * Opens `path` and truncates it; regular files for reading and writing.
 * @throws StackError `FILE_EXISTS` if `allowed` forbids what exists there; `FILE_CREATE`; `USAGE` for the file to keep
 */
export function openOutputFile(path: string, { mode = 0o600, keep }: FileSinkOptions, allowed: Allowed): OutputTarget {
  const { O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const strictness = { new: O_EXCL | O_NOFOLLOW, file: O_NOFOLLOW, any: 0 }[allowed];
  let descriptor: number;
  try {
    // A pipe is opened for writing only, which waits for its reader and detects when it closes.
    const access = isPlainFile(path) ? O_RDWR : O_WRONLY;
    descriptor = openSync(path, access | O_CREAT | strictness, mode);
  } catch (error) {
    const code = nodeCodeOf(error);
    if (code === 'EEXIST' || code === 'ELOOP')
      throw new StackError('FILE_EXISTS', `cannot create ${path}: it exists`, { cause: error });
    throw new StackError('FILE_CREATE', `cannot create ${path}: ${messageOf(error)}`, { cause: error });
  }
  const status = fstatSync(descriptor);
  const isFile = status.isFile();
  if (keep !== undefined && keep.device === status.dev && keep.inode === status.ino) {
    closeSync(descriptor);
    throw new StackError('USAGE', `${path} is the file that is being read, and would be overwritten`);
  }
  if (isFile) ftruncateSync(descriptor);
  if (isFile || allowed === 'any') return { descriptor, name: path, isFile, isOurs: true };
  closeSync(descriptor);
  throw new StackError('FILE_EXISTS', `cannot create ${path}: it exists and is not a regular file`);
}

/** Opens the same file again for direct writes. Undefined if the file system has none. */
export function reopenDirect(descriptor: number): number | undefined {
  try {
    // By descriptor, not by path: the name may refer to another file by now.
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_DIRECT);
  } catch {
    return undefined;
  }
}

/** Returns whether `path` is a regular file or may become one: not a pipe, terminal or device. */
export function isPlainFile(path: string): boolean {
  if (path === '-') return false;
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
  } catch {
    return true; // an unsearchable folder, a file in place of a folder, a cycle of links: opening it reports the error
  }
}
