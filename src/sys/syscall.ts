/** Turns results of C functions into values or `SyscallError`s. @module */
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { StackError, SyscallError } from '../base/errors.ts';
import { errno } from './libc.ts';

/** Error numbers of this machine (`errno.h`). */
export const Errno = constants.errno;

/** Advice for errors whose remedy does not follow from their name. */
const ADVICE: Readonly<Record<string, string>> = {
  ENODEV: 'there is no such interface; `tapline interfaces` lists them',
  ENETDOWN: 'the interface is down; bring it up with `ip link set NAME up`',
  ENOMEM: 'ask for a smaller buffer (`-B`)',
};

/**
 * Returns `result` unless it is -1.
 * @param wanted the operation, which follows "cannot" in the message: `open a packet socket on eth0`
 * @throws SyscallError `SYSCALL`
 */
export function check(result: number, syscall: string, wanted: string): number {
  if (result >= 0) return result;
  throw syscallError(syscall, errno(), wanted);
}

/** Creates the error for a known errno (SO_ERROR, a netlink answer). `number` is positive. */
export function syscallError(syscall: string, number: number, wanted: string, advice?: string): SyscallError {
  const name = errnoName(number);
  return new SyscallError(syscall, number, name, wanted, advice ?? ADVICE[name] ?? '');
}

/** `EPERM` of 1. */
export function errnoName(number: number): string {
  return getSystemErrorName(-number);
}

/** Turns EPERM and EACCES into an error that names the missing capability and how to get it. */
export function explainPrivilege(error: unknown, capability: string): unknown {
  if (!(error instanceof SyscallError) || (error.errorName !== 'EPERM' && error.errorName !== 'EACCES')) return error;
  return new StackError(
    'PRIVILEGE',
    `${error.message}: needs ${capability}: run as root, or give Node the capability ` +
      `(setcap ${capability.toLowerCase()}+ep "$(command -v node)")`,
    { cause: error },
  );
}
