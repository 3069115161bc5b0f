/**
 * The world as a command sees it, and the only place where it is put together: streams, signals, the terminal. Tests
 * hand in their own. @module
 */
import { fstatSync, writeSync } from 'node:fs';
import { type Clock, systemClock } from '../base/clock.ts';
import { printable } from '../base/text.ts';
import { explainWriteError } from '../base/write-error.ts';

export interface CommandContext {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly clock: Clock;
  readonly signals: SignalSource;
}

/** Where text goes. */
export interface TextOutput {
  /** Columns of the terminal; undefined when it is none, or one that knows no escape sequences (`TERM=dumb`). */
  readonly columns: number | undefined;
  /** Whether it is a terminal. Constant: a terminal that hangs up while the command runs still counts. */
  readonly isTerminal: boolean;
  write(text: string): void;
  /** Nothing more can be written: the reader has gone away (`tapline … | head`), or the disk is full. */
  readonly closed: boolean;
  /** @throws StackError `DISK_FULL`, `SYSCALL` when a text was not taken, but for a reader that has gone away */
  verify(): void;
}

export interface SignalSource {
  /** Calls back on every such signal until the returned function is called. */
  on(names: readonly NodeJS.Signals[], callback: (signal: NodeJS.Signals) => void): () => void;
}

/** Says on standard error what the user should know of while the command goes on. */
export function warnOn({ stderr }: CommandContext): (message: string) => void {
  return (message) => stderr.write(`tapline: ${printable(message)}\n`);
}

export function createContext(): CommandContext {
  return {
    stdout: descriptorOutput(1, 'standard output', () => process.stdout),
    stderr: descriptorOutput(2, 'standard error', () => process.stderr),
    clock: systemClock,
    signals: processSignals,
  };
}

/** How long to wait for a reader that does not keep up, in ms. */
const PATIENCE = 5;

/**
 * Writes to the descriptor itself, which Node's own streams do synchronously, too, but only after 3 ms of making
 * one.
 */
function descriptorOutput(fd: number, name: string, terminal: () => NodeJS.WriteStream): TextOutput {
  let problem: NodeJS.ErrnoException | undefined;
  let isTerminal: boolean | undefined;
  return {
    get columns() {
      if (process.env['TERM'] === 'dumb' || !this.isTerminal) return undefined;
      return terminal().columns;
    },
    get isTerminal() {
      isTerminal ??= isDevice(fd) && process.getBuiltinModule('node:tty').isatty(fd); // loading it takes 2 ms
      return isTerminal;
    },
    get closed() {
      return problem !== undefined;
    },
    write(text) {
      let rest: Uint8Array = Buffer.from(text);
      while (rest.length > 0 && problem === undefined) {
        try {
          rest = rest.subarray(writeSync(fd, rest));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'EAGAIN') Atomics.wait(NEVER, 0, 0, PATIENCE);
          else problem = error as NodeJS.ErrnoException; // the command ends in its own good order
        }
      }
    },
    verify() {
      if (problem !== undefined && !NOBODY_READS.includes(problem.code ?? '')) throw explainWriteError(name, problem);
    },
  };
}

/** A pipe without a reader, a terminal that went away. */
const NOBODY_READS = ['EPIPE', 'EIO'];

/** To wait on: nobody wakes us. */
const NEVER = new Int32Array(new SharedArrayBuffer(4));

function isDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}

const processSignals: SignalSource = {
  on(names, callback) {
    for (const name of names) process.on(name, callback);
    return () => {
      for (const name of names) process.off(name, callback);
    };
  },
};
