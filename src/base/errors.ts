/**
 * Errors of the caller's making: a refused system call, text that is no filter, a file that is none. What arrives
 * from a network or inside a file's packets never throws. Messages say what was wanted, then what happened, then what
 * to do. Callers switch on `code`. @module
 */

/** Base of every error that tapline throws on purpose. */
export class StackError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }

  /** The message as a person reads it, of several lines where that helps. */
  toText(): string {
    return this.message;
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

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
