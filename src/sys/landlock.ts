/** Landlock: file system rights that a thread gives up (landlock(7)). @module */
import { closeSync, openSync } from 'node:fs';
import { O_CLOEXEC, O_PATH } from './constants.ts';
import { addressOf, close } from './libc.ts';
import { systemCall } from './syscall.ts';

/** `linux/landlock.h` */
const LANDLOCK_CREATE_RULESET_VERSION = 1;
const LANDLOCK_RULE_PATH_BENEATH = 1;
const RULESET_LENGTH = 8;
const RULE_LENGTH = 12;

/** All rights that change a file system, by the version of the interface that introduced them. */
const WRITE_RIGHTS: readonly (readonly [version: number, rights: number])[] = [
  [1, 0b1_1111_1111_0010], // WRITE_FILE, REMOVE_DIR, REMOVE_FILE, MAKE_CHAR to MAKE_SYM
  [2, 1 << 13], // REFER
  [3, 1 << 14], // TRUNCATE
];

/**
 * Forbids the calling thread, and the threads that it starts later, to change files outside `folders`. Open
 * descriptors are not affected. The thread must have no_new_privs.
 * @throws SyscallError `SYSCALL`: ENOSYS or EOPNOTSUPP if the kernel has no Landlock; the error of Node for a folder that
 * cannot be opened
 */
export function restrictWritesTo(folders: readonly string[]): void {
  const wanted = 'restrict writes to folders';
  const version = systemCall(wanted, 'landlock_create_ruleset', 0, 0, LANDLOCK_CREATE_RULESET_VERSION);
  const rights = WRITE_RIGHTS.reduce((sum, [since, more]) => (version >= since ? sum | more : sum), 0);
  const attributes = BigUint64Array.of(BigInt(rights));
  const ruleset = systemCall(wanted, 'landlock_create_ruleset', addressOf(attributes), RULESET_LENGTH, 0);
  try {
    for (const folder of folders) allowBeneath(ruleset, folder, rights, wanted);
    systemCall(wanted, 'landlock_restrict_self', ruleset, 0);
  } finally {
    close(ruleset); // Node warns about descriptors that it has not opened
  }
}

function allowBeneath(ruleset: number, folder: string, rights: number, wanted: string): void {
  const descriptor = openSync(folder, O_PATH | O_CLOEXEC);
  try {
    const rule = new DataView(new ArrayBuffer(RULE_LENGTH)); // packed: rights, then the descriptor
    rule.setBigUint64(0, BigInt(rights), true);
    rule.setInt32(8, descriptor, true);
    systemCall(wanted, 'landlock_add_rule', ruleset, LANDLOCK_RULE_PATH_BENEATH, addressOf(rule), 0);
  } finally {
    closeSync(descriptor);
  }
}
