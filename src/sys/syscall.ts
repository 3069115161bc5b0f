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
  ENETDOWN: 'the interface is down',
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
