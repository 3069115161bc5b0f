/** Exit statuses, documented in README and in `tapline --help`. @module */
import { StackError, type StackErrorCode, SyscallError } from '../base/errors.ts';

export const ExitCode = {
  ok: 0,
  /** Failure, explained on standard error. */
  failure: 1,
  /** Invalid command line or filter. */
  usage: 2,
  /** A missing privilege. */
  privilege: 3,
  /** No such interface, or it was removed. */
  interface: 4,
  /** The disk is full, or the disk space limit is reached; files contain whole records. */
  diskFull: 5,
  /** Not a capture file, or a damaged one; the frames before the damage were processed. */
  badFile: 6,
  /** Probes: no reply, like ping(8). */
  noAnswer: 2,
  /** Probes: unknown host (EX_NOHOST of sysexits.h), like ping(8). */
  noHost: 68,
} as const;

const BY_ERROR_CODE: Readonly<Partial<Record<StackErrorCode, number>>> = {
  USAGE: ExitCode.usage,
  PRIVILEGE: ExitCode.privilege,
  NO_INTERFACE: ExitCode.interface,
  INTERFACE_GONE: ExitCode.interface,
  NO_NAMESPACE: ExitCode.interface,
  DISK_FULL: ExitCode.diskFull,
  FILE_FORMAT: ExitCode.badFile,
  FILE_TRUNCATED: ExitCode.badFile,
  NO_HOST: ExitCode.noHost,
  TARGET: ExitCode.usage,
  BAD_PROGRAM: ExitCode.usage,
};

/** Returns the exit status for an error. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof StackError)) return ExitCode.failure;
  if (error instanceof SyscallError && error.errorName === 'ENODEV') return ExitCode.interface;
  return BY_ERROR_CODE[error.code] ?? (error.code.startsWith('FILTER') ? ExitCode.usage : ExitCode.failure);
}
