/**
 * `--on-rotate`: runs a program for each closed file. Nothing else starts programs; a capture does not wait for them
 * (docs/adr/0019-a-program-after-rotation.md). @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { messageOf } from '../../base/errors.ts';

/** Maximum number of programs at a time. */
const MAX_RUNNING = 4;
/** Maximum number of files that wait for their program. */
const MAX_WAITING = 1000;
/** Priority of the programs, lower than that of the capture, as with `tcpdump -z`. */
const NICENESS = 10;
const FILE = '{}';
/** Milliseconds after the end of the capture until programs that still run are reported. */
const REPORT_DELAY = 1000;

export class RotateHook {
  readonly #program: string;
  readonly #words: readonly string[];
  readonly #warn: (message: string) => void;
  readonly #waiting: string[] = [];
  #running = 0;

  /** @param words the arguments; `{}` in them stands for the path of the file, the only argument by default */
  constructor(program: string, words: readonly string[], warn: (message: string) => void) {
    this.#program = program;
    this.#words = words.length === 0 ? [FILE] : words;
    this.#warn = warn;
  }

  /** Starts the program, or queues the file. Failures are warnings. */
  run(path: string): void {
    if (this.#running < MAX_RUNNING) this.#start(path);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(path);
    else this.#warn(`${this.#program} is not run for ${path}: ${MAX_WAITING} files are waiting already`);
  }

  /** Called after the last file. Reports programs that still run, since tapline waits for them. */
  end(): void {
    const report = (): void => {
      const left = this.#running + this.#waiting.length;
      if (left > 0)
        this.#warn(
          `waiting for ${this.#program} (${left} ${left === 1 ? 'file' : 'files'}); press Ctrl-C to exit without waiting`,
        );
    };
    setTimeout(report, REPORT_DELAY).unref();
  }

  #start(path: string): void {
    this.#running += 1;
    const words = this.#words.map((word) => word.replaceAll(FILE, () => path));
    // In a session of its own, so that Ctrl-C on the terminal reaches only the capture.
    const child = spawn(this.#program, words, { stdio: ['ignore', 2, 2], detached: true });
    child.once('spawn', () => lowerPriority(child));
    child.once('error', (error) => this.#ended(`cannot run ${this.#program} for ${path}: ${messageOf(error)}`));
    child.once('exit', (status, signal) => {
      const failure = signal ?? (status === 0 ? undefined : `status ${status}`);
      this.#ended(failure === undefined ? undefined : `${this.#program} for ${path} failed: ${failure}`);
    });
  }

  #ended(warning: string | undefined): void {
    if (warning !== undefined) this.#warn(warning);
    this.#running -= 1;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#start(next);
  }
}

function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, NICENESS);
  } catch {
    // it has exited already
  }
}
