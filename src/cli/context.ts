/**
 * The world as a command sees it, and the only place where it is put together: streams, signals, the terminal. Tests
 * hand in their own. @module
 */
import { fstatSync, writeSync } from 'node:fs';
import { type Clock, printable, systemClock } from '../base/index.ts';

export interface CommandContext {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly clock: Clock;
  readonly signals: SignalSource;
}

/** Where text goes. */
export interface TextOutput {
  /** Columns of the terminal; undefined when it is none. */
  readonly columns: number | undefined;
  write(text: string): void;
  /** Resolves once what was written is out of our hands; also when the reader has gone away. */
  drain(): Promise<void>;
  /** The reader has gone away (`tapline … | head`): nothing written will be read. */
  readonly closed: boolean;
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
    stdout: descriptorOutput(1, () => process.stdout),
    stderr: descriptorOutput(2, () => process.stderr),
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
function descriptorOutput(fd: number, terminal: () => NodeJS.WriteStream): TextOutput {
  let closed = false;
  return {
    get columns() {
      return isDevice(fd) && terminal().isTTY ? terminal().columns : undefined;
    },
    get closed() {
      return closed;
    },
    write(text) {
      let rest: Uint8Array = Buffer.from(text);
      while (rest.length > 0 && !closed) {
        try {
          rest = rest.subarray(writeSync(fd, rest));
        } catch (error) {
          // EPIPE and its like: there is nobody left to tell, and the command ends in its own good order.
          if ((error as NodeJS.ErrnoException).code === 'EAGAIN') Atomics.wait(NEVER, 0, 0, PATIENCE);
          else closed = true;
        }
      }
    },
    drain: () => Promise.resolve(),
  };
}

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
