/** What the process's exit status says; documented in README and in `tapline --help`. @module */
import { StackError, type StackErrorCode, SyscallError } from '../base/errors.ts';

export const ExitCode = {
  ok: 0,
  /** Something failed; standard error says what. */
  failure: 1,
  /** The command line or the filter is wrong. */
  usage: 2,
  /** The kernel refused for want of privilege. */
  privilege: 3,
  /** No such interface, or it went away. */
  interface: 4,
  /** The disk is full, or as full as it may become; the file holds every record up to the last whole one. */
  diskFull: 5,
  /** A file is no capture file, or damaged; what stood before the damage was delivered. */
  badFile: 6,
  /** Probes: nobody answered, as ping(8) says it. */
  noAnswer: 2,
  /** Probes: no such host (EX_NOHOST of sysexits.h, as ping(8) says it). */
  noHost: 68,
} as const;

const BY_ERROR_CODE: Readonly<Partial<Record<StackErrorCode, number>>> = {
  USAGE: ExitCode.usage,
  PRIVILEGE: ExitCode.privilege,
  NO_INTERFACE: ExitCode.interface,
  INTERFACE_GONE: ExitCode.interface,
  DISK_FULL: ExitCode.diskFull,
  FILE_FORMAT: ExitCode.badFile,
  FILE_TRUNCATED: ExitCode.badFile,
  NO_HOST: ExitCode.noHost,
  TARGET: ExitCode.usage,
  BAD_PROGRAM: ExitCode.usage,
};

/** The status that belongs to an error. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof StackError)) return ExitCode.failure;
  if (error instanceof SyscallError && error.errorName === 'ENODEV') return ExitCode.interface;
  return BY_ERROR_CODE[error.code] ?? (error.code.startsWith('FILTER') ? ExitCode.usage : ExitCode.failure);
}
