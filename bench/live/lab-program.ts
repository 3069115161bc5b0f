/** Runs programs in lab hosts, pinned to a core, and measures their processor time. @module */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { LabHost } from '../../src/lab/index.ts';
import { processorTime } from './processor-clock.ts';

export class LabProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;
  #errors = '';
  #processorTime = 0;

  /** Starts `words` inside `host` on processor `core`. */
  constructor(host: LabHost, core: number, words: readonly string[]) {
    this.#child = host.run(() =>
      spawn('taskset', ['-c', String(core), ...words], { stdio: ['ignore', 'ignore', 'pipe'] }),
    );
    this.#child.stderr?.on('data', (data: Buffer) => {
      this.#errors += data.toString();
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code) => resolve(code ?? -1));
    });
  }

  get standardError(): string {
    return this.#errors;
  }

  /** Returns the processor time in nanoseconds; after the program has ended, the last value read. */
  processorTime(): number {
    this.#processorTime = processorTime(this.#child.pid ?? 0) ?? this.#processorTime;
    return this.#processorTime;
  }

  /** Returns the resident memory in KiB. */
  residentSize(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'))?.[1] ?? 0);
  }

  /** Resolves when standard error contains `text`. @throws Error after 10 s, or when the program ends first */
  async printed(text: string): Promise<void> {
    for (let tries = 0; tries < 1000; tries += 1) {
      if (this.#errors.includes(text)) return;
      if (this.#child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${this.#child.spawnargs.join(' ')} did not print ${JSON.stringify(text)}: ${this.#errors}`);
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** Resolves to the exit status; -1 after a signal. */
  ended(): Promise<number> {
    return this.#ended;
  }
}

/** Resolves after `milliseconds`. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
