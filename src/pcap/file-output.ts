/** Opening files to write captures into. @module */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, statSync } from 'node:fs';
import { messageOf, nodeCodeOf, StackError } from '../base/errors.ts';

/** How a file is created. */
export interface FileSinkOptions {
  /**
   * Permission bits of a new file, before the umask. Default: 0o600, for captures hold other people's traffic (dumpcap
   * does the same, tcpdump leaves it to the umask). A file that exists keeps its own, and is overwritten.
   */
  readonly mode?: number;
  /** A file that must stay as it is, whatever its name: the one that is being read. */
  readonly keep?: FileIdentity;
}

/** What two names of one file have in common. */
export interface FileIdentity {
  readonly device: number;
  readonly inode: number;
}

/** An open output. */
export interface OutputTarget {
  readonly descriptor: number;
  /** What messages call it. */
  readonly name: string;
  /** A regular file: what was written can be taken back. */
  readonly isFile: boolean;
  /** To be closed when the output is; standard output is not. */
  readonly isOurs: boolean;
}

export const STANDARD_OUTPUT: OutputTarget = { descriptor: 1, name: 'standard output', isFile: false, isOurs: false };

/** What may stand where the file is to be: `new` nothing at all, `file` a file that is no link, `any` what the caller named. */
export type Allowed = 'new' | 'file' | 'any';

/**
 * Opens `path` empty; a file for reading and writing.
 * @throws StackError `FILE_EXISTS` when something stands there that `allowed` does not allow; `FILE_CREATE`; `USAGE` for
 * the file to keep
 */
export function openOutputFile(path: string, { mode = 0o600, keep }: FileSinkOptions, allowed: Allowed): OutputTarget {
  const { O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const strictness = { new: O_EXCL | O_NOFOLLOW, file: O_NOFOLLOW, any: 0 }[allowed];
  let descriptor: number;
  try {
    // A pipe is opened for writing only: that waits for its reader, and sees it go.
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

/** Whether a regular file stands there, nothing yet, or what only opening it tells: no pipe, terminal or device. */
export function isPlainFile(path: string): boolean {
  if (path === '-') return false;
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
  } catch {
    return true; // a folder that may not be searched, a file in a folder's place, links in a circle
  }
}
