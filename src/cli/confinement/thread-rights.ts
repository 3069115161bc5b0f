/** Rights of a single thread that writes files: the main thread, and each thread of `capture --threads`. @module */
import { limitBoundingSet, limitCapabilities, setNoNewPrivileges } from '../../sys/capabilities.ts';
import type { CapabilityName } from '../../sys/constants.ts';
import { type Identity, returnToRoot } from '../../sys/credentials.ts';
import { restrictWritesTo } from '../../sys/landlock.ts';

/** What a thread keeps. Plain data, which is sent to threads. */
export interface ThreadRights {
  /** The identity to return to, after `keepCapabilities`; undefined: that of the process. */
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

/** Does all of this on a thread that the process started before its confinement; the main thread reports failures. */
export function confineThread(rights: ThreadRights): void {
  limitThread(rights);
  try {
    setNoNewPrivileges();
    limitWrites(rights);
  } catch {
    // as on the main thread
  }
}
