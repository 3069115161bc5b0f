/** The outside world as a command sees it, wired in one place: standard output and error, clock, signals. @module */
import { type Clock, systemClock } from '../base/clock.ts';
import { printable } from '../base/text.ts';
import { descriptorOutput, type TextOutput } from './text-output.ts';

export interface CommandContext {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly clock: Clock;
  readonly signals: SignalSource;
}

export interface SignalSource {
  /** Calls back on every such signal until the returned function is called. */
  on(names: readonly NodeJS.Signals[], callback: (signal: NodeJS.Signals) => void): () => void;
}

/** Returns a function that writes a warning to standard error while the command continues. */
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

const processSignals: SignalSource = {
  on(names, callback) {
    for (const name of names) process.on(name, callback);
    return () => {
      for (const name of names) process.off(name, callback);
    };
  },
};
