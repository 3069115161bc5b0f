/** Runs programs in lab hosts: peers, and the command line of tapline. @module */
import { type ChildProcess, spawn } from 'node:child_process';
import type { LabHost } from '../../src/lab/index.ts';
import { eventually } from './eventually.ts';
import { EVENT_LIMIT } from './limits.ts';

/** Frame counters of a capture. */
export interface Counters {
  /** Frames written or printed. */
  readonly captured: number;
  /** Frames that reached the socket, dropped ones included. */
  readonly received: number;
  readonly dropped: number;
}

/** Runs a program in the namespace of a host, and kills it when disposed. */
export class LabProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  #standardOutput: Buffer[] = [];
  #standardError = '';
  /** True when the program has ended and all its output has been read. */
  #isClosed = false;
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
        this.#isClosed = true;
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

  /** Resolves when standard error contains `text`. @throws Error when the program ends first, or after `EVENT_LIMIT` */
  async printed(text: string): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), EVENT_LIMIT);
    await new Promise<void>((resolve, reject) => {
      const fail = (what: string): void => reject(new Error(`${what} without "${text}": ${this.#standardError}`));
      const look = (): void => {
        if (this.#standardError.includes(text)) resolve();
        else if (this.#isClosed) fail('ended');
        else if (late.signal.aborted) fail(`${EVENT_LIMIT} ms passed`);
        else return;
        this.#waiting.delete(look);
      };
      late.signal.addEventListener('abort', look);
      this.#waiting.add(look);
      look();
    }).finally(() => clearTimeout(timer));
  }

  /** The counters that a capture, or tcpdump, printed last: at its end or on SIGUSR1. */
  get counters(): Counters {
    const last = (name: string): number =>
      Number([...this.#standardError.matchAll(new RegExp(`(\\d+) packets? ${name}`, 'g'))].at(-1)?.[1]);
    return {
      captured: last('captured'),
      received: last('received by filter'),
      dropped: last('dropped by kernel'),
    };
  }

  /** Makes a capture print its counters and returns them; after its end, returns the last ones. */
  async askCounters(): Promise<Counters> {
    const prints = (): number => this.#standardError.split('dropped by kernel').length;
    const before = prints();
    this.signal('SIGUSR1');
    await eventually(() => {
      if (prints() === before && !this.#isClosed) throw new Error(`no counters: ${this.#standardError}`);
    });
    return this.counters;
  }

  /** Resolves when a capture has written or lost at least `count` frames. */
  async counted(count: number): Promise<void> {
    await eventually(async () => {
      const { captured, dropped } = await this.askCounters();
      if (captured + dropped < count) throw new Error(`${captured} of ${count} packets: ${this.#standardError}`);
    });
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Sends a signal to the program. */
  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Resolves to the exit status; -2 after a signal. */
  exit(): Promise<number> {
    return this.#exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.hasEnded) this.child.kill('SIGKILL');
    await this.#exit;
  }
}
