/** Programs inside a lab's hosts: peers to compare with, and tapline's own command line. @module */
import { type ChildProcess, spawn } from 'node:child_process';
import type { LabHost } from '../../src/lab/index.ts';

/** A program that runs in a host's namespace; ended by its own id when the test disposes of it. */
export class LabProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  #standardOutput: Buffer[] = [];
  #standardError = '';
  readonly #exit: Promise<number>;
  readonly #waiting = new Set<() => void>();

  constructor(host: LabHost, command: string, words: readonly string[]) {
    this.child = host.run(() => spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] }));
    this.child.stdout?.on('data', (data: Buffer) => {
      this.#standardOutput.push(data);
    });
    this.child.stderr?.on('data', (data: Buffer) => {
      this.#standardError += data.toString();
      for (const look of this.#waiting) look();
    });
    this.#exit = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        for (const look of this.#waiting) look();
        resolve(code ?? (signal === null ? -1 : -2));
      });
    });
  }

  get standardError(): string {
    return this.#standardError;
  }

  get standardOutput(): Buffer {
    return Buffer.concat(this.#standardOutput);
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Resolves once standard error holds `text`. @throws Error when the program ends without saying it */
  async said(text: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (this.#standardError.includes(text)) resolve();
        else if (this.child.exitCode !== null) reject(new Error(`ended without "${text}": ${this.#standardError}`));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Sends a signal. */
  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** The exit status, -2 after a signal. */
  exit(): Promise<number> {
    return this.#exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.#exit;
  }
}
