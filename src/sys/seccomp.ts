/** Filters for system calls (seccomp(2)). @module */
import { StackError } from '../base/errors.ts';
import { addressOf } from './libc.ts';
import { lendProgram, type SocketFilterInstruction } from './socket-filter.ts';
import { systemCall } from './syscall.ts';

/** `linux/seccomp.h` */
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_TSYNC = 1;

/**
 * Installs a filter on all threads of the process, and on those started later. The calling thread must have
 * no_new_privs, which the others get with the filter. Cannot be undone.
 * @throws SyscallError `SYSCALL`; StackError `START` if a thread has another filter already
 */
export function installSystemCallFilter(program: readonly SocketFilterInstruction[]): void {
  const thread = lendProgram(program, (lent) =>
    systemCall('filter system calls', 'seccomp', SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, addressOf(lent)),
  );
  if (thread !== 0) throw new StackError('START', `cannot filter system calls: thread ${thread} has another filter`);
}
