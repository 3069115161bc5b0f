/** Turns results of C into values, or into a `SyscallError` that says what was wanted. @module */
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { StackError, SyscallError } from '../base/errors.ts';
import { errno } from './libc.ts';

/** Numbers of `errno.h` on this machine. */
export const Errno = constants.errno;

/** What to do about errors whose name does not say it. */
const ADVICE: Readonly<Record<string, string>> = {
  ENODEV: 'there is no such interface; `tapline interfaces` lists them',
  ENETDOWN: 'the interface is down',
  ENOMEM: 'ask for a smaller buffer (`-B`)',
};

/**
 * Returns `result` unless it is -1.
 * @param wanted completes "cannot": `open a packet socket on eth0`
 * @throws SyscallError `SYSCALL`
 */
export function check(result: number, syscall: string, wanted: string): number {
  if (result >= 0) return result;
  throw syscallError(syscall, errno(), wanted);
}

/**
 * Makes the error of an errno that is known already (SO_ERROR, a netlink answer).
 * @param number positive
 * @param interfaceName the interface that the call used
 */
export function syscallError(syscall: string, number: number, wanted: string, interfaceName?: string): SyscallError {
  const name = errnoName(number);
  const remedy =
    name === 'ENETDOWN' && interfaceName !== undefined ? `; bring it up: ip link set dev ${interfaceName} up` : '';
  return new SyscallError(syscall, number, name, wanted, `${ADVICE[name] ?? ''}${remedy}`);
}

/** `EPERM` of 1. */
export function errnoName(number: number): string {
  return getSystemErrorName(-number);
}

/** Turns EPERM and EACCES into the error that names the capability and how to get it. */
export function explainPrivilege(error: unknown, capability: string): unknown {
  if (!(error instanceof SyscallError) || (error.errorName !== 'EPERM' && error.errorName !== 'EACCES')) return error;
  return new StackError(
    'PRIVILEGE',
    `${error.message}: needs ${capability}: run as root, or give Node the capability ` +
      `(setcap ${capability.toLowerCase()}+ep "$(command -v node)")`,
    { cause: error },
  );
}
