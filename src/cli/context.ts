/**
 * The world as a command sees it, and the only place where it is put together: streams, signals, the terminal. Tests
 * hand in their own. @module
 */
import { fstatSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { type Clock, systemClock } from '../base/index.ts';

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

export function createContext(): CommandContext {
  return {
    stdout: streamOutput(1, () => process.stdout),
    stderr: streamOutput(2, () => process.stderr),
    clock: systemClock,
    signals: processSignals,
  };
}

/** Node makes each of the streams when it is first asked for: most runs write to one only. */
function streamOutput(fd: number, open: () => NodeJS.WriteStream & Writable): TextOutput {
  let opened: (NodeJS.WriteStream & Writable) | undefined;
  let closed = false;
  const stream = (): NodeJS.WriteStream & Writable => {
    if (opened !== undefined) return opened;
    opened = open();
    // EPIPE and its like: there is nobody left to tell, and the command ends in its own good order.
    opened.on('error', () => {
      closed = true;
    });
    return opened;
  };
  return {
    get columns() {
      return isDevice(fd) && stream().isTTY ? stream().columns : undefined;
    },
    get closed() {
      return closed;
    },
    write(text) {
      if (!closed) stream().write(text);
    },
    drain() {
      const writable = opened;
      if (closed || writable === undefined || writable.writableLength === 0) return Promise.resolve();
      return new Promise((resolve) => writable.write('', () => resolve()));
    },
  };
}

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
