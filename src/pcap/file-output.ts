/** Opens the files that captures and reports are written to. @module */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  openSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, nodeCodeOf, StackError } from '../base/errors.ts';

/** Permissions of a file, and which file must not be overwritten. */
export interface FileSinkOptions {
  /**
   * Permission bits, independent of the umask. Default: 0o600, since captures hold other people's traffic, or 0o640 with
   * `group`. A file that exists gets them too; by default only if it belongs to this process.
   */
  readonly mode?: number;
  /** Numeric ID of the file's group. Default: the group that the system chooses. */
  readonly group?: number;
  /** Files that must not be overwritten under any name: those that are being read. */
  readonly keep?: readonly FileIdentity[];
}

/** Identifies a file independent of its name. */
interface FileIdentity {
  readonly device: number;
  readonly inode: number;
}

/** An open output. */
export interface OutputTarget {
  readonly descriptor: number;
  /** Its name in messages. */
  readonly name: string;
  /** A regular file: it can be truncated. */
  readonly isFile: boolean;
  /** Must be closed when the output ends; standard output must not. */
  readonly isOurs: boolean;
}

export const STANDARD_OUTPUT: OutputTarget = { descriptor: 1, name: 'standard output', isFile: false, isOurs: false };

/** What may exist under the name: `new` nothing, `file` a regular file but no link, `any` whatever the user named. */
export type Allowed = 'new' | 'file' | 'any';

const OWNER_ONLY = 0o600;
const OWNER_AND_GROUP = 0o640;
const PERMISSION_BITS = 0o7777;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Opens `path` and truncates it; a regular file for reading and writing. When root writes into a folder that other users
 * can write to, links are not followed, and files of other users are not written.
 * @throws StackError `FILE_EXISTS` when `allowed` excludes what exists; `FILE_CREATE`; `USAGE` for the file to keep
 */
export function openOutputFile(path: string, options: FileSinkOptions, allowed: Allowed): OutputTarget {
  const { descriptor, status } = openChecked(path, allowed, constants.O_CREAT);
  const isFile = status.isFile();
  try {
    if (options.keep?.some(({ device, inode }) => device === status.dev && inode === status.ino)) {
      throw new StackError('USAGE', `cannot write to ${path}: it is the file that is being read`);
    }
    if (isFile) {
      setAccess(path, descriptor, status, options);
      ftruncateSync(descriptor);
    }
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return { descriptor, name: path, isFile, isOurs: true };
}

/**
 * Checks whether `openOutputFile` is likely to succeed later, without creating or changing anything. Pipes and devices
 * are not checked.
 * @throws StackError `FILE_CREATE`
 */
export function checkOutputFile(path: string): void {
  if (!existsSync(path)) checkOutputFolder(dirname(path), path);
  else if (isPlainFile(path) || statSync(path).isDirectory()) closeSync(openChecked(path, 'any', 0).descriptor);
}

/**
 * Checks that files can be created in `folder`.
 * @param wanted what the message calls the output
 * @throws StackError `FILE_CREATE`
 */
export function checkOutputFolder(folder: string, wanted: string): void {
  try {
    accessSync(`${folder}/.`, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw createError(wanted, reasonFor(folder, error), error);
  }
}

/** Opens a second descriptor of the same file for direct writes; undefined when the file system has none. */
export function reopenDirect(descriptor: number): number | undefined {
  try {
    // By the descriptor, not the path, which may name another file by now.
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_DIRECT);
  } catch {
    return undefined;
  }
}

/** True for a regular file, for a name that is free, and for a path that cannot be looked up: opening it tells. */
export function isPlainFile(path: string): boolean {
  if (path === '-') return false;
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
  } catch {
    return true;
  }
}

/** @throws StackError `FILE_EXISTS`, `FILE_CREATE` */
function openChecked(path: string, allowed: Allowed, create: number): { descriptor: number; status: Stats } {
  const { O_RDWR, O_WRONLY, O_EXCL, O_NOFOLLOW } = constants;
  const shared = sharedFolderOf(path);
  const strictness = { new: O_EXCL | O_NOFOLLOW, file: O_NOFOLLOW, any: shared === undefined ? 0 : O_NOFOLLOW };
  // A pipe is opened for writing only: this waits for its reader, and notices when it leaves.
  const access = isPlainFile(path) ? O_RDWR : O_WRONLY;
  let descriptor: number;
  try {
    descriptor = openSync(path, access | create | strictness[allowed], OWNER_ONLY);
  } catch (error) {
    const code = nodeCodeOf(error);
    const isTaken = code === 'EEXIST' || code === 'ELOOP';
    if (isTaken && allowed !== 'any') throw existsError(path, 'it exists', error);
    if (code === 'ELOOP' && shared !== undefined) {
      throw createError(path, `it is a symbolic link, and ${IN_SHARED_FOLDER}; name the file that it points to`, error);
    }
    throw createError(path, reasonFor(dirname(path), error), error);
  }
  const status = fstatSync(descriptor);
  const problem = status.isFile() ? trapIn(shared, status) : undefined;
  if (allowed !== 'any' && !status.isFile()) {
    closeSync(descriptor);
    throw existsError(path, 'it exists and is not a regular file');
  }
  if (problem !== undefined) {
    closeSync(descriptor);
    throw allowed === 'any' ? createError(path, problem) : existsError(path, problem);
  }
  return { descriptor, status };
}

const IN_SHARED_FOLDER = 'other users can write to its folder';

/**
 * The folder of `path` when this process is root and other users can create or replace files there; otherwise undefined.
 * The owner of `/` is trusted as well as root itself: in a user namespace these differ.
 */
function sharedFolderOf(path: string): Stats | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  try {
    const folder = statSync(dirname(path));
    const isTrusted = folder.uid === 0 || folder.uid === statSync('/').uid;
    return isTrusted && (folder.mode & WRITABLE_BY_OTHERS) === 0 ? undefined : folder;
  } catch {
    return undefined; // opening the file tells what is wrong
  }
}

/**
 * Why root must not write to a file in a shared folder: its owner would read the capture, or a hard link would lead to a
 * file elsewhere. Files of the folder's owner are allowed, as by the kernel (sysctl fs.protected_regular).
 */
function trapIn(shared: Stats | undefined, { uid, nlink }: Stats): string | undefined {
  if (shared === undefined) return undefined;
  const advice = `${IN_SHARED_FOLDER}; delete it or choose another name`;
  if (uid !== 0 && uid !== shared.uid) return `it belongs to user ${uid}, and ${advice}`;
  return nlink > 1 ? `it has ${nlink} hard links, and ${advice}` : undefined;
}

/** Group before mode: until both are set only the owner can read. @throws StackError `FILE_CREATE` */
function setAccess(path: string, descriptor: number, status: Stats, { mode, group }: FileSinkOptions): void {
  const wanted = mode ?? (group === undefined ? OWNER_ONLY : OWNER_AND_GROUP);
  const isAsked = mode !== undefined || group !== undefined;
  if (!isAsked && status.uid !== process.geteuid?.()) return;
  try {
    if (group !== undefined && group !== status.gid) fchownSync(descriptor, -1, group);
    if ((status.mode & PERMISSION_BITS) !== wanted) fchmodSync(descriptor, wanted);
  } catch (error) {
    if (!isAsked) return; // some file systems have no permission bits
    const access = `mode ${wanted.toString(8)}${group === undefined ? '' : ` and group ${group}`}`;
    throw new StackError('FILE_CREATE', `cannot set ${access} on ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** @param folder the one that must exist */
function reasonFor(folder: string, error: unknown): string {
  return existsSync(folder) ? messageOf(error) : `there is no directory ${folder}`;
}

function createError(path: string, reason: string, cause?: unknown): StackError {
  return new StackError('FILE_CREATE', `cannot create ${path}: ${reason}`, { cause });
}

function existsError(path: string, reason: string, cause?: unknown): StackError {
  return new StackError('FILE_EXISTS', `cannot create ${path}: ${reason}`, { cause });
}
