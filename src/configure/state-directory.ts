/**
 * The directory that holds the journal of the pending change, the lock, and the outcome of the last change. Files are
 * written under another name, synced, and renamed, and the directory is synced: after a crash, each is whole or absent.
 * @module
 */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf, nodeCodeOf, StackError } from '../base/errors.ts';
import { lockFile } from '../sys/file-lock.ts';

/** Of root, cleared at boot, like the state that a rollback restores. */
export const DEFAULT_STATE_DIRECTORY = '/run/tapline';

const PENDING = 'pending.journal';
const OUTCOME = 'outcome.json';
const LOCK = 'lock';
const GUARD_LOCK = 'guard.lock';
const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;
const WRITABLE_BY_OTHERS = 0o022;

/** A lock that is held; released by `Symbol.dispose` or by the end of the process. */
export type HeldLock = Disposable;

export class StateDirectory {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Creates the directory if needed. @throws StackError `JOURNAL` if it cannot be used, or others may write to it */
  static open(path: string): StateDirectory {
    try {
      mkdirSync(path, { recursive: true, mode: PRIVATE_DIRECTORY });
      const status = lstatSync(path);
      const own =
        status.isDirectory() && status.uid === process.geteuid?.() && (status.mode & WRITABLE_BY_OTHERS) === 0;
      if (own) return new StateDirectory(path);
    } catch (cause) {
      throw unusable(path, messageOf(cause), cause);
    }
    throw unusable(path, 'it must be a directory of this user that no other user can write to');
  }

  /** Opens an existing directory for reading; undefined if there is none. */
  static find(path: string): StateDirectory | undefined {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ? new StateDirectory(path) : undefined;
  }

  /**
   * Takes the lock that every change, confirmation and rollback holds.
   * @param title of the change, for others that find the lock taken
   * @returns the lock, or the title of the holder
   */
  lock(title: string): HeldLock | string {
    const held = this.#tryLock(LOCK);
    if (held === undefined) return this.#read(LOCK) ?? 'another change';
    ftruncateSync(held.fd);
    writeFileSync(held.fd, title);
    return held;
  }

  /** Taken by a guard for its whole life. @returns undefined if another guard holds it */
  lockGuard(): HeldLock | undefined {
    return this.#tryLock(GUARD_LOCK);
  }

  /** Whether a guard is running. */
  hasGuard(): boolean {
    if (!this.#exists(GUARD_LOCK)) return false;
    const lock = this.#tryLock(GUARD_LOCK);
    lock?.[Symbol.dispose]();
    return lock === undefined;
  }

  readPending(): string | undefined {
    return this.#read(PENDING);
  }

  /** Changes with each journal: inode and time of change. */
  pendingVersion(): string | undefined {
    const status = lstatSync(join(this.path, PENDING), { throwIfNoEntry: false, bigint: true });
    return status && `${status.ino} ${status.mtimeNs}`;
  }

  /** @throws StackError `JOURNAL`, `DISK_FULL` */
  writePending(text: string): void {
    this.#write(PENDING, text);
  }

  /** Ends the pending change; its outcome is readable before the journal disappears. */
  endPending(outcome: string): void {
    this.#write(OUTCOME, outcome);
    this.discardPending();
  }

  discardPending(): void {
    rmSync(join(this.path, PENDING), { force: true });
    this.#sync();
  }

  readOutcome(): string | undefined {
    return this.#read(OUTCOME);
  }

  #exists(name: string): boolean {
    return lstatSync(join(this.path, name), { throwIfNoEntry: false }) !== undefined;
  }

  #read(name: string): string | undefined {
    try {
      return readFileSync(join(this.path, name), 'utf8');
    } catch (error) {
      if (nodeCodeOf(error) === 'ENOENT') return undefined;
      if (nodeCodeOf(error) === 'EACCES') {
        throw new StackError('PRIVILEGE', `cannot read ${this.path}/${name}: permission denied; run as root`);
      }
      throw unusable(this.path, messageOf(error), error);
    }
  }

  #write(name: string, text: string): void {
    const path = join(this.path, name);
    try {
      writeSynced(`${path}.new`, text, PRIVATE_FILE);
      renameSync(`${path}.new`, path);
      this.#sync();
    } catch (cause) {
      throw unusable(this.path, messageOf(cause), cause);
    }
  }

  #sync(): void {
    syncDirectory(this.path);
  }

  #tryLock(name: string): (HeldLock & { readonly fd: number }) | undefined {
    const fd = openSync(join(this.path, name), 'a+', PRIVATE_FILE);
    if (!lockFile(fd)) {
      closeSync(fd);
      return undefined;
    }
    let isHeld = true;
    const release = (): void => {
      if (isHeld) closeSync(fd);
      isHeld = false;
    };
    return { fd, [Symbol.dispose]: release };
  }
}

/** Writes a whole file and waits until it is on the disk. */
export function writeSynced(path: string, text: string, mode: number): void {
  rmSync(path, { force: true });
  const fd = openSync(path, 'wx', mode);
  try {
    fchmodSync(fd, mode);
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Waits until the names in a directory are on the disk. */
export function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function unusable(path: string, reason: string, cause?: unknown): StackError {
  return new StackError(
    'JOURNAL',
    `cannot use the state directory ${path}: ${reason}; TAPLINE_STATE_DIR names another`,
    {
      cause,
    },
  );
}
