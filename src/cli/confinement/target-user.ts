/** The user that a command becomes once its sockets are open. @module */
import { StackError } from '../../base/errors.ts';
import { findUser, type User } from '../../sys/users.ts';

/**
 * The user without rights, and its group alone: the kernel's own ID for users without a name (sysctl kernel.overflowuid).
 * Looking up the name takes milliseconds, and not all systems have it.
 */
export const NOBODY: User = { name: 'nobody', uid: 65_534, gid: 65_534, groups: [65_534] };

/** @throws StackError `USAGE` */
export function namedUser(name: string): User {
  const user = findUser(name);
  if (user === undefined) throw new StackError('USAGE', `-Z: there is no user ${JSON.stringify(name)}`);
  return user;
}

/** Returns the user who ran sudo(8) or doas(1); undefined without these, and for root. */
export function invokingUser(environment: NodeJS.ProcessEnv): User | undefined {
  const { SUDO_UID, SUDO_GID, SUDO_USER = '', DOAS_USER = '' } = environment;
  const named = findUser(SUDO_UID === undefined ? DOAS_USER : SUDO_USER);
  if (SUDO_UID === undefined) return named?.uid === 0 ? undefined : named;
  const uid = readId(SUDO_UID);
  const gid = readId(SUDO_GID ?? '');
  if (uid === undefined || gid === undefined || uid === 0) return undefined;
  // sudo gives numbers for users that the C library does not know.
  return named?.uid === uid ? named : { name: SUDO_USER, uid, gid, groups: [gid] };
}

/** Parses an ID; the largest number means "unchanged" to the kernel. */
function readId(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return id < 0xffff_ffff ? id : undefined;
}
