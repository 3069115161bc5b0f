/**
 * Errors that the caller causes: a refused system call, invalid filter text, a damaged file. Data from a network or in
 * the packets of a file never throws. A message states what was attempted, what happened, and what to do. @module
 */
import { printable } from './text.ts';

/** Every code that a `StackError` has. */
export type StackErrorCode =
  // Filters and programs.
  | 'BAD_PROGRAM' // the text or the instructions are not a valid BPF program
  | 'FILTER_SYNTAX' // a word in the wrong place
  | 'FILTER_NUMBER' // not a number, or out of range
  | 'FILTER_ADDRESS' // not an address
  | 'FILTER_NAME' // an unknown name
  | 'FILTER_QUALIFIER' // qualifiers that do not combine, such as `udp host`
  | 'FILTER_LINK_TYPE' // not supported on this link type
  | 'FILTER_ENCAPSULATION' // not supported inside this tunnel
  | 'FILTER_REJECTS_ALL' // no packet can match
  | 'FILTER_LIMIT' // too long, too deep or too expensive
  | 'FILTER_NETMASK' // the netmask is missing or invalid
  | 'FILTER_EXTENSION' // an extension of pcap-filter(7), under `strict`
  | 'FILTER_KERNEL' // the kernel did not accept the filter, and only the kernel may run it
  // Files and outputs.
  | 'FILE_OPEN' // a file to read cannot be opened
  | 'FILE_READ' // reading failed
  | 'FILE_FORMAT' // not a capture file, or damaged
  | 'FILE_TRUNCATED' // the file ends early
  | 'FILE_CREATE' // a file to write cannot be created
  | 'FILE_EXISTS' // the file exists and may not be overwritten
  | 'COMPRESSION' // this Node lacks the compression
  | 'DISK_FULL' // the disk, the quota or the file size limit is exhausted
  | 'OUTPUT_CLOSED' // the reader of a pipe closed it
  | 'OUTPUT' // an output accepted fewer bytes than it was given, without a reason
  | 'FRAME_LENGTH' // a frame longer than the source announced
  | 'FRAME_TIME' // a timestamp that the file format cannot hold
  // Interfaces and captures.
  | 'NO_INTERFACE' // no interface of that name
  | 'INTERFACE_GONE' // the interface was deleted
  | 'NO_NAMESPACE' // no network namespace of that name or process
  | 'LINK_TYPE' // the interface does not accept such frames
  | 'DEFAULT_ROUTE' // the interface carries a default route
  | 'BUSY' // the source is being read
  | 'BATCH_VISITED' // a batch of live frames was visited twice
  | 'MEMORY' // not enough memory
  | 'THREAD' // a capture thread failed
  | 'PROGRAM' // the program to run for each file cannot be run
  // Probes.
  | 'NO_HOST' // the name does not resolve
  | 'NO_ROUTE' // no route to the host
  | 'TARGET' // not a target of a sweep
  | 'TRANSPORT' // the transport cannot do this
  | 'RAW_SOCKET_MISSING' // the package `raw-socket` is not installed
  // Netlink.
  | 'NETLINK_REFUSED' // the kernel answered with an error number
  | 'NETLINK_MALFORMED' // the answer is malformed
  | 'NETLINK_TIMEOUT' // no answer
  | 'NETLINK_TOO_LONG' // an answer above the size limit
  // Changes to the host.
  | 'EDIT' // the change is invalid for this host, or was rolled back
  | 'EDIT_PENDING' // another change is in progress or waits for confirmation
  | 'GUARD' // the process that rolls a change back cannot be started
  | 'JOURNAL' // the state directory or the journal in it is unusable
  // All rooms.
  | 'USAGE' // options that are invalid or do not combine
  | 'PRIVILEGE' // a missing capability
  | 'SYSCALL' // any other system call that failed
  | 'ENCODE_OVERFLOW' // the buffer is too small for the message
  | 'START' // a process could not be started
  | 'LAB' // a lab could not be built
  | 'LAB_UNSUPPORTED'; // this machine has no namespaces for a lab

/** Base of every error that tapline throws on purpose. */
export class StackError extends Error {
  readonly code: StackErrorCode;

  constructor(code: StackErrorCode, message: string, options?: ErrorOptions) {
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
