/** Users as the C library knows them: /etc/passwd and name services (nsswitch.conf(5)). @module */
import { getgrouplist, getpwnam_r } from './libc.ts';

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, including `gid`. */
  readonly groups: readonly number[];
}

/** `struct passwd` of 64-bit C libraries: two pointers, then two numbers. */
const PASSWD_LENGTH = 48;
const PASSWD_UID = 16;
const PASSWD_GID = 20;
/** Sufficient for the strings of an entry; a longer one counts as unknown. */
const TEXT_LENGTH = 16_384;
const MAX_GROUPS = 65_536;

/** Looks up a user by name. */
export function findUser(name: string): User | undefined {
  const entry = new DataView(new ArrayBuffer(PASSWD_LENGTH));
  const found = new BigUint64Array(1);
  const text = new Uint8Array(TEXT_LENGTH); // the entry points into it
  if (name.includes('\0') || getpwnam_r(name, entry, text, text.length, found) !== 0 || found[0] === 0n)
    return undefined;
  const gid = entry.getUint32(PASSWD_GID, true);
  return { name, uid: entry.getUint32(PASSWD_UID, true), gid, groups: groupsOf(name, gid) };
}

function groupsOf(name: string, gid: number): readonly number[] {
  const groups = new Uint32Array(MAX_GROUPS);
  const count = Int32Array.of(groups.length);
  return getgrouplist(name, gid, groups, count) < 0 ? [gid] : [...groups.subarray(0, count[0])];
}
