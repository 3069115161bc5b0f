/** From C's results to TypeScript's: a value, or a `SyscallError` that says what was wanted. @module */
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { StackError, SyscallError } from '../base/errors.ts';
import { errno } from './libc.ts';

/** Numbers of `errno.h` on this machine. */
export const Errno = constants.errno;

/** What to do about an error, for those where that is not plain from its name. */
const ADVICE: Readonly<Record<string, string>> = {
  ENODEV: 'there is no such interface; `tapline interfaces` lists them',
  ENETDOWN: 'the interface is down; bring it up with `ip link set NAME up`',
  ENOMEM: 'ask for a smaller buffer (`-B`)',
};

/**
 * Returns `result` unless it is -1.
 * @param wanted what the caller was after, to follow "cannot": `open a packet socket on eth0`
 * @throws SyscallError `SYSCALL`
 */
export function check(result: number, syscall: string, wanted: string): number {
  if (result >= 0) return result;
  throw syscallError(syscall, errno(), wanted);
}

/** The error for an errno that is already at hand (SO_ERROR, a netlink answer). `number` is positive. */
export function syscallError(syscall: string, number: number, wanted: string, advice?: string): SyscallError {
  const name = errnoName(number);
  return new SyscallError(syscall, number, name, wanted, advice ?? ADVICE[name] ?? '');
}

/** `EPERM` of 1. */
export function errnoName(number: number): string {
  return getSystemErrorName(-number);
}

/** Turns a refusal for want of privilege into the error that names the capability and the ways to get it. */
export function explainPrivilege(error: unknown, capability: string): unknown {
  if (!(error instanceof SyscallError) || (error.errorName !== 'EPERM' && error.errorName !== 'EACCES')) return error;
  return new StackError(
    'PRIVILEGE',
    `${error.message}: needs ${capability}: run as root, or give Node the capability ` +
      `(setcap ${capability.toLowerCase()}+ep "$(command -v node)")`,
    { cause: error },
  );
}
