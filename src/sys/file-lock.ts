/** Locks of whole files: flock(2). The kernel releases a lock when the process that holds it ends, however it ends. @module */
import { declare, errno } from './libc.ts';
import { Errno, syscallError } from './syscall.ts';

const flock = declare<[fd: number, operation: number]>('int flock(int, int)');

/** LOCK_EX and LOCK_NB of sys/file.h. */
const EXCLUSIVE_NOW = 2 | 4;

/**
 * Takes the exclusive lock of an open file until the descriptor is closed.
 * @returns false if another open file holds it
 * @throws SyscallError if the file system has no locks
 */
export function lockFile(fd: number): boolean {
  if (flock(fd, EXCLUSIVE_NOW) >= 0) return true;
  const number = errno();
  if (number === Errno.EWOULDBLOCK) return false;
  throw syscallError('flock', number, 'lock a file');
}
