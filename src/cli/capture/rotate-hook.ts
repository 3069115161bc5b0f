/**
 * `--on-rotate`: a program of the user's for each file that is closed. The one place that starts programs: they work on
 * what tapline has finished, and no capture waits for them (docs/adr/0019-a-program-after-rotation.md). @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { messageOf } from '../../base/errors.ts';

/** Programs at a time. */
const MOST_RUNNING = 4;
/** Files that wait for their program; what is more than a day behind is not caught up with by remembering more. */
const MOST_WAITING = 1000;
/** As `tcpdump -z`: what tidies up gives way to what captures. */
const NICENESS = 10;
const FILE = '{}';
/** Milliseconds after the end of the recording until it is said what the program still waits for. */
const PATIENCE = 1000;

export class RotateHook {
  readonly #program: string;
  readonly #words: readonly string[];
  readonly #warn: (message: string) => void;
  readonly #waiting: string[] = [];
  #running = 0;

  /** @param words the arguments; `{}` in them becomes the file's path, which is the only argument when there are none */
  constructor(program: string, words: readonly string[], warn: (message: string) => void) {
    this.#program = program;
    this.#words = words.length === 0 ? [FILE] : words;
    this.#warn = warn;
  }

  /** Returns at once. What goes wrong is a warning. */
  run(path: string): void {
    if (this.#running < MOST_RUNNING) this.#start(path);
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(path);
    else this.#warn(`${this.#program} is not run for ${path}: ${MOST_WAITING} files wait for it already`);
  }

  /** No file comes any more: says so when programs are still at work after a while, since tapline waits for them. */
  end(): void {
    const look = (): void => {
      const left = this.#running + this.#waiting.length;
      if (left > 0) this.#warn(`still waiting for ${this.#program} (files: ${left}): Ctrl-C leaves it to itself`);
    };
    setTimeout(look, PATIENCE).unref();
  }

  #start(path: string): void {
    this.#running += 1;
    const words = this.#words.map((word) => word.replaceAll(FILE, () => path));
    // In a session of its own: a terminal's Ctrl-C, which is for the capture, does not reach it.
    const child = spawn(this.#program, words, { stdio: ['ignore', 2, 2], detached: true });
    child.once('spawn', () => lowerPriority(child));
    child.once('error', (error) => this.#ended(`cannot run ${this.#program} for ${path}: ${messageOf(error)}`));
    child.once('exit', (status, signal) => {
      const failure = signal ?? (status === 0 ? undefined : `status ${status}`);
      this.#ended(failure === undefined ? undefined : `${this.#program} for ${path} ended with ${failure}`);
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
    // It has ended already.
  }
}
