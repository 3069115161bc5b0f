/**
 * The one way to standard output and standard error for text. Every text is made printable here, whatever it contains:
 * names, packets, files and words of the command line cannot send control sequences to a terminal. @module
 */
import { fstatSync, writeSync } from 'node:fs';
import { printableLines } from '../base/text.ts';
import { explainWriteError } from '../base/write-error.ts';

/** The control sequences that tapline itself sends (ECMA-48; DEC private modes). A `TextOutput` writes no others. */
export const Control = {
  bell: { sequence: '\x07' },
  backspace: { sequence: '\b' },
  lineStart: { sequence: '\r' },
  eraseLine: { sequence: '\r\x1b[K' },
  eraseToLineEnd: { sequence: '\x1b[K' },
  eraseToScreenEnd: { sequence: '\x1b[J' },
  home: { sequence: '\x1b[H' },
  nextLine: { sequence: '\r\n' },
  enterScreen: { sequence: '\x1b[?1049h\x1b[?25l' },
  leaveScreen: { sequence: '\x1b[?25h\x1b[?1049l' },
} as const;

type OutputPart = string | (typeof Control)[keyof typeof Control];
/** Text, which is made printable but keeps its line feeds and tabs; in a list also members of `Control`. */
export type Output = string | readonly OutputPart[];

export interface TextOutput {
  /** Columns of the terminal; undefined when it is no terminal, or one without control sequences (`TERM=dumb`). */
  readonly columns: number | undefined;
  /** Whether it is a terminal. Constant: a terminal that hangs up while the command runs still counts. */
  readonly isTerminal: boolean;
  write(output: Output): void;
  /** A write failed, and nothing more is written: the reader has exited (`tapline … | head`), or the disk is full. */
  readonly closed: boolean;
  /** @throws StackError `DISK_FULL`, `SYSCALL` when a write failed, except because the reader has exited */
  verify(): void;
}

/** Milliseconds to wait for a reader that is too slow. */
const RETRY_INTERVAL = 5;
/** Major number of /dev/null, /dev/zero and others (the kernel's devices.txt). */
const MEMORY_DEVICES = 1;
/** Errors of a pipe without a reader, and of a terminal that was closed. */
const READER_GONE = ['EPIPE', 'EIO'];

/**
 * Writes to the descriptor itself. Node's own streams write synchronously, too, but take 3 ms to create.
 * @param name of the descriptor in error messages
 */
export function descriptorOutput(fd: number, name: string, terminal: () => NodeJS.WriteStream): TextOutput {
  let problem: NodeJS.ErrnoException | undefined;
  let isTerminal: boolean | undefined;
  return {
    get columns() {
      if (process.env['TERM'] === 'dumb' || !this.isTerminal) return undefined;
      return terminal().columns;
    },
    get isTerminal() {
      isTerminal ??= mayBeTerminal(fd) && process.getBuiltinModule('node:tty').isatty(fd); // loading it takes 3 ms
      return isTerminal;
    },
    get closed() {
      return problem !== undefined;
    },
    write(output) {
      let rest: Uint8Array = Buffer.from(
        typeof output === 'string' ? printableLines(output) : output.map(encode).join(''),
      );
      while (rest.length > 0 && problem === undefined) {
        try {
          rest = rest.subarray(writeSync(fd, rest));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'EAGAIN') Atomics.wait(NEVER, 0, 0, RETRY_INTERVAL);
          else problem = error as NodeJS.ErrnoException; // reported by `verify`
        }
      }
    },
    verify() {
      if (problem !== undefined && !READER_GONE.includes(problem.code ?? '')) throw explainWriteError(name, problem);
    },
  };
}

function encode(part: OutputPart): string {
  return typeof part === 'string' ? printableLines(part) : part.sequence;
}

/** To wait on; never notified. */
const NEVER = new Int32Array(new SharedArrayBuffer(4));

/** Returns false for anything but a character device, and for /dev/null and its like. */
function mayBeTerminal(fd: number): boolean {
  try {
    const status = fstatSync(fd);
    return status.isCharacterDevice() && status.rdev >>> 8 !== MEMORY_DEVICES;
  } catch {
    return false;
  }
}
