/** Turns results of C functions into values or `SyscallError`s. @module */
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { StackError, SyscallError } from '../base/errors.ts';
import type { CapabilityName } from './constants.ts';
import { errno, syscall } from './libc.ts';
import { OWN_ARCHITECTURE, type SyscallName, syscallNumber } from './syscall-numbers.ts';

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

/**
 * Makes a system call for which the C library has no function, or one that acts on all threads.
 * @param values up to five integers or addresses
 * @throws SyscallError `SYSCALL`; ENOSYS on an architecture without numbers here
 */
export function systemCall(wanted: string, name: SyscallName, ...values: readonly (number | bigint)[]): number {
  const number = OWN_ARCHITECTURE === undefined ? undefined : syscallNumber(name, OWN_ARCHITECTURE);
  if (number === undefined) throw syscallError(name, Errno.ENOSYS, wanted);
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = values;
  return check(syscall(number, first, second, third, fourth, fifth), name, wanted);
}

/** `EPERM` of 1. */
export function errnoName(number: number): string {
  return getSystemErrorName(-number);
}

/** Turns EPERM and EACCES into an error that names the missing capability and how to get it. */
export function explainPrivilege(error: unknown, capability: CapabilityName): unknown {
  if (!(error instanceof SyscallError) || (error.errorName !== 'EPERM' && error.errorName !== 'EACCES')) return error;
  return new StackError('PRIVILEGE', `${error.message}; ${privilegeAdvice(capability)}`, { cause: error });
}

/**
 * Returns the missing capability and how to get it. Never recommends setcap on the shared `node`: every script of every
 * user would have the capability.
 */
export function privilegeAdvice(capability: CapabilityName): string {
  if (process.geteuid?.() === 0) {
    const option = capability.replace('CAP_', '');
    return `${capability} is missing although this is root; in a container, start it with --cap-add ${option}`;
  }
  return (
    `${capability} is missing; run as root, with systemd-run -p AmbientCapabilities=${capability}, ` +
    `or with a private copy of node that has it (setcap ${capability.toLowerCase()}+ep COPY)`
  );
}
