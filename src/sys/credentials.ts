/**
 * User and groups of the process and of single threads (credentials(7)). The kernel keeps them for each thread.
 * `process.setuid` changes all threads, as POSIX demands; system calls made here change the calling thread only. @module
 */

import { limitBoundingSet, limitCapabilities } from './capabilities.ts';
import { AT_EACCESS, AT_FDCWD, type CapabilityName } from './constants.ts';
import { addressOf, setfsgid, setfsuid } from './libc.ts';
import { systemCall } from './syscall.ts';
import type { User } from './users.ts';

/** User and groups of a thread. */
export type Identity = Pick<User, 'uid' | 'gid' | 'groups'>;

/** `unistd.h`: modes of access(2). */
export const AccessMode = { exists: 0, search: 1, write: 2, read: 4 } as const;

export function currentIdentity(): Identity {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, groups: process.getgroups?.() ?? [] };
}

/**
 * Changes user and groups of all threads. The kernel clears the capabilities of each thread that leaves user 0, except
 * the permitted ones after `keepCapabilities`.
 * @throws the error of Node; user and groups are unchanged then
 */
export function becomeUser({ uid, gid, groups }: Identity): void {
  const before = currentIdentity();
  process.setgroups?.([...groups]);
  try {
    process.setgid?.(gid);
    process.setuid?.(uid);
  } catch (error) {
    process.setgid?.(before.gid);
    process.setgroups?.([...before.groups]);
    throw error;
  }
}

/**
 * Returns the calling thread, and the threads that it starts later, to `root`, with these capabilities only.
 * @returns those of them that root had
 * @throws SyscallError `SYSCALL`
 */
export function returnToRoot(
  { uid, gid, groups }: Identity,
  kept: readonly CapabilityName[],
): readonly CapabilityName[] {
  const wanted = 'remain root';
  limitCapabilities(['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP', ...kept]);
  const list = Uint32Array.from(groups);
  systemCall(wanted, 'setgroups', list.length, addressOf(list));
  systemCall(wanted, 'setresgid', gid, gid, gid);
  systemCall(wanted, 'setresuid', uid, uid, uid);
  limitBoundingSet(kept);
  return limitCapabilities(kept);
}

/**
 * Returns whether `user` has this access to `path`. The kernel decides: the calling thread has the file system identity
 * of the user for the duration of the call. False also if the kernel cannot be asked (before Linux 5.8).
 * @param mode bits of `AccessMode`
 */
export function userMayAccess({ uid, gid, groups }: Identity, path: string, mode: number): boolean {
  const own = currentIdentity();
  const bytes = new TextEncoder().encode(`${path}\0`);
  const wanted = `check the access of user ${uid} to ${path}`;
  const setGroups = (list: Uint32Array): number => systemCall(wanted, 'setgroups', list.length, addressOf(list));
  try {
    setGroups(Uint32Array.from(groups));
    try {
      setfsgid(gid);
      setfsuid(uid); // clears CAP_DAC_OVERRIDE and its relatives, too
      if (setfsuid(uid) !== uid) return false; // an ID without a meaning in this user namespace
      systemCall(wanted, 'faccessat2', AT_FDCWD, addressOf(bytes), mode, AT_EACCESS);
      return true;
    } finally {
      setfsuid(own.uid);
      setfsgid(own.gid);
      setGroups(Uint32Array.from(own.groups));
    }
  } catch {
    return false;
  }
}
