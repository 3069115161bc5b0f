/** Programs in a lab's hosts, pinned to a core, with the processor time that they use. @module */
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

  /** Nanoseconds on a processor so far; once it has ended, what they were at the last look. */
  processorTime(): number {
    this.#processorTime = processorTime(this.#child.pid ?? 0) ?? this.#processorTime;
    return this.#processorTime;
  }

  /** Kibibytes of memory in use. */
  residentSize(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'))?.[1] ?? 0);
  }

  /** Resolves once standard error holds `text`. @throws Error after ten seconds, or when the program ends first */
  async said(text: string): Promise<void> {
    for (let tries = 0; tries < 1000; tries += 1) {
      if (this.#errors.includes(text)) return;
      if (this.#child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`no ${JSON.stringify(text)} from ${this.#child.spawnargs.join(' ')}: ${this.#errors}`);
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** The exit status. */
  ended(): Promise<number> {
    return this.#ended;
  }
}

/** Resolves after so many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
