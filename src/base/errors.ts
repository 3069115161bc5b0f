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

/** Reasons in words, where those of Node's messages do not say enough or are missing (spawn). */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of its path is not a directory',
};

/** The message of anything thrown. Of a system error that Node reports only the reason: the caller names call and path. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!('syscall' in error)) return error.message;
  const code = 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? error.message.replace(/^[A-Z0-9]+: /, '').replace(/, \w+(?: '.*')?$/s, '');
}
