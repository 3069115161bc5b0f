/**
 * Classic BPF in the kernel: a program attached to a socket selects what is queued (linux/filter.h, socket(7)). @module
 */
import { SO_ATTACH_FILTER, SO_DETACH_FILTER, SOL_SOCKET } from './constants.ts';
import { addressOf, errno, setsockopt } from './libc.ts';
import { check, Errno, syscallError } from './syscall.ts';

/** `struct sock_filter`; the same shape as the filter compiler's instructions. */
export interface SocketFilterInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

const INSTRUCTION_LENGTH = 8;

/** `struct sock_fprog`: a count, then, aligned, a pointer. */
const PROGRAM_LENGTH = 16;
const PROGRAM_POINTER = 8;

/**
 * Attaches a program to a socket, replacing an existing one. Frames queued earlier remain, unfiltered.
 * @returns false if the kernel refuses the program: a backward jump, an unknown code, or too much memory
 * @throws SyscallError `SYSCALL` if the descriptor is invalid or its filter is locked
 */
export function attachFilter(fd: number, instructions: readonly SocketFilterInstruction[]): boolean {
  const problem = lendProgram(instructions, (program) =>
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, PROGRAM_LENGTH) === 0 ? 0 : errno(),
  );
  if (problem === 0) return true;
  if (problem === Errno.EINVAL || problem === Errno.ENOMEM) return false;
  throw syscallError('setsockopt', problem, 'attach a filter to a socket');
}

/** Calls `use` with a `struct sock_fprog`, which is valid during the call. */
export function lendProgram<Result>(
  instructions: readonly SocketFilterInstruction[],
  use: (program: DataView) => Result,
): Result {
  const code = new DataView(new ArrayBuffer(Math.max(1, instructions.length) * INSTRUCTION_LENGTH));
  for (const [index, { code: operation, jt, jf, k }] of instructions.entries()) {
    const at = index * INSTRUCTION_LENGTH;
    code.setUint16(at, operation, IS_LITTLE_ENDIAN);
    code.setUint8(at + 2, jt);
    code.setUint8(at + 3, jf);
    code.setUint32(at + 4, k, IS_LITTLE_ENDIAN);
  }
  const program = new DataView(new ArrayBuffer(PROGRAM_LENGTH));
  program.setUint16(0, Math.min(instructions.length, 0xffff), IS_LITTLE_ENDIAN);
  program.setBigUint64(PROGRAM_POINTER, addressOf(code), IS_LITTLE_ENDIAN);
  const result = use(program);
  code.setUint16(0, 0); // the kernel has a copy now; until here the code must stay alive
  return result;
}

/** Detaches the program. @throws SyscallError `SYSCALL` if there is none */
export function detachFilter(fd: number): void {
  const unused = new Int32Array(1);
  check(
    setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, unused, unused.byteLength),
    'setsockopt',
    'detach a filter from a socket',
  );
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
