/** Rights of a single thread that writes files: the main thread, and each thread of `capture --threads`. @module */
import { limitBoundingSet, limitCapabilities, setNoNewPrivileges } from '../../sys/capabilities.ts';
import type { CapabilityName } from '../../sys/constants.ts';
import { type Identity, returnToRoot } from '../../sys/credentials.ts';
import { restrictWritesTo } from '../../sys/landlock.ts';

/** What a thread keeps. Plain data, which is sent to threads. */
export interface ThreadRights {
  /** The identity to return to, after `prepareReturn`; undefined: that of the process. */
  readonly root: Identity | undefined;
  readonly kept: readonly CapabilityName[];
  /** Folders to write to; undefined: no limit. */
  readonly folders: readonly string[] | undefined;
}

/**
 * Limits user and capabilities of the calling thread.
 * @returns the remaining capabilities
 * @throws SyscallError `SYSCALL`
 */
export function limitThread({ root, kept }: ThreadRights): readonly CapabilityName[] {
  if (root !== undefined) return returnToRoot(root, kept);
  limitBoundingSet(kept);
  return limitCapabilities(kept);
}

/** Limits where the calling thread writes. @throws SyscallError `SYSCALL` without Landlock; the error of Node */
export function limitWrites({ folders }: ThreadRights): void {
  if (folders !== undefined) restrictWritesTo(folders);
}

/**
 * Does all of this on a thread that the process started before its confinement. Failures are those of the main thread,
 * which reports them.
 * @throws SyscallError `SYSCALL` if the thread cannot return to root, and so cannot write files
 */
export function confineThread(rights: ThreadRights): void {
  if (rights.root !== undefined) limitThread(rights);
  else attempt(() => limitThread(rights));
  attempt(setNoNewPrivileges);
  attempt(() => limitWrites(rights));
}

function attempt(step: () => unknown): void {
  try {
    step();
  } catch {
    // reported by the main thread
  }
}
