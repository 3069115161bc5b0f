/**
 * User and groups of the process and of single threads (credentials(7)). The kernel keeps them for each thread.
 * `process.setuid` changes all threads, as POSIX demands; system calls made here change the calling thread only. @module
 */

import { keepCapabilities, limitBoundingSet, limitCapabilities, withoutCapabilities } from './capabilities.ts';
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
 * Prepares the calling thread, of root, to return by `returnToRoot` after the process has become another user.
 * @returns false if the kernel refuses a step of the return
 */
export function prepareReturn(kept: readonly CapabilityName[]): boolean {
  try {
    limitCapabilities([...RETURN_CAPABILITIES, ...kept]);
    setIdentity(currentIdentity()); // changes nothing
    return keepCapabilities();
  } catch {
    return false;
  }
}

/**
 * Returns the calling thread, and the threads that it starts later, to `root`, with these capabilities only.
 * @returns those of them that root had
 * @throws SyscallError `SYSCALL` without `prepareReturn`
 */
export function returnToRoot(root: Identity, kept: readonly CapabilityName[]): readonly CapabilityName[] {
  limitCapabilities([...RETURN_CAPABILITIES, ...kept]);
  setIdentity(root);
  limitBoundingSet(kept);
  return limitCapabilities(kept);
}

/** Needed by `setIdentity`, and for the bounding set. */
const RETURN_CAPABILITIES: readonly CapabilityName[] = ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'];

/** Sets user and groups of the calling thread. */
function setIdentity({ uid, gid, groups }: Identity): void {
  const wanted = 'remain root';
  const list = Uint32Array.from(groups);
  systemCall(wanted, 'setgroups', list.length, addressOf(list));
  systemCall(wanted, 'setresgid', gid, gid, gid);
  systemCall(wanted, 'setresuid', uid, uid, uid);
}

/**
 * Returns whether `user` has this access to `path`. The kernel decides: the calling thread has the file system identity
 * of the user for the duration of the call. False also if the kernel cannot be asked (before Linux 5.8).
 * @param mode bits of `AccessMode`
 */
export function userMayAccess({ uid, gid, groups }: Identity, path: string, mode: number): boolean {
  const own = currentIdentity();
  const setGroups = (list: readonly number[]): void => {
    const numbers = Uint32Array.from(list);
    systemCall('check the access of a user', 'setgroups', numbers.length, addressOf(numbers));
  };
  try {
    setGroups(groups);
    try {
      setfsgid(gid);
      setfsuid(uid); // clears CAP_DAC_OVERRIDE and its relatives, too
      // The second call returns the user of the first one; another for an ID without a meaning in this user namespace.
      return setfsuid(uid) >>> 0 === uid && mayAccess(path, mode);
    } finally {
      setfsuid(own.uid);
      setfsgid(own.gid);
      setGroups(own.groups);
    }
  } catch {
    return false;
  }
}

/** Returns whether the calling thread would have this access without capabilities; false if the kernel cannot be asked. @param mode bits of `AccessMode` */
export function mayAccessWithoutCapabilities(path: string, mode: number): boolean {
  try {
    return withoutCapabilities(() => mayAccess(path, mode));
  } catch {
    return false;
  }
}

function mayAccess(path: string, mode: number): boolean {
  const bytes = new TextEncoder().encode(`${path}\0`);
  try {
    systemCall(`access ${path}`, 'faccessat2', AT_FDCWD, addressOf(bytes), mode, AT_EACCESS);
    return true;
  } catch {
    return false;
  }
}
