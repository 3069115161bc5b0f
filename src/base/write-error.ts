/** Turns the error of a failed write into a `StackError`. @module */
import { messageOf, nodeCodeOf, StackError } from './errors.ts';

/** @param name what the message calls the output */
export function explainWriteError(name: string, cause: unknown): StackError {
  switch (nodeCodeOf(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new StackError('DISK_FULL', `cannot write to ${name}: the disk is full`, { cause });
    case 'EFBIG':
      return new StackError('DISK_FULL', `cannot write to ${name}: the file may not grow further`, { cause });
    case 'EPIPE':
      return new StackError('OUTPUT_CLOSED', `cannot write to ${name}: its reader has gone`, { cause });
    default:
      return new StackError('SYSCALL', `cannot write to ${name}: ${messageOf(cause)}`, { cause });
  }
}
