/**
 * Errors of the caller's making: a refused system call, text that is no filter, a file that is none. What arrives
 * from a network or inside a file's packets never throws. Messages say what was wanted, then what happened, then what
 * to do. Callers switch on `code`. @module
 */
import { printable } from './text.ts';

/** Base of every error that tapline throws on purpose. */
export class StackError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }

  /** The message as a person reads it, of several lines where that helps; nothing in it but text. */
  toText(): string {
    return printable(this.message);
  }
}

/** A system call said no. The message reads `cannot WANTED: SYSCALL: ERRNAME (meaning)`. */
export class SyscallError extends StackError {
  readonly syscall: string;
  /** Positive, as in `errno.h` of the machine that said it. */
  readonly errno: number;
  /** Its name, `EPERM` for instance. */
  readonly errorName: string;

  constructor(syscall: string, errno: number, errorName: string, wanted: string, advice = '') {
    super('SYSCALL', `cannot ${wanted}: ${syscall}: ${errorName}${advice === '' ? '' : `; ${advice}`}`);
    this.syscall = syscall;
    this.errno = errno;
    this.errorName = errorName;
  }
}

/** The code of an error of Node or of the system, such as `ENOENT`; undefined for anything else. */
export function nodeCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** The message of anything thrown; of what Node says about files without the call and the path, which stand before it. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'syscall' in error ? error.message.replace(/, \w+(?: '.*')?$/s, '') : error.message;
}
