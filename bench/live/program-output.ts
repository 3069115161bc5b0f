/** Runs a program in a lab host, and returns its standard output and the time it took. @module */
import { spawn } from 'node:child_process';
import type { LabHost } from '../../src/lab/index.ts';
import { plainEnvironment } from './environment.ts';

export interface ProgramRun {
  readonly output: string;
  /** Wall clock time from start to end. */
  readonly milliseconds: number;
  /** Processor time in user and system mode; other programs hardly affect it. */
  readonly processorMilliseconds: number;
}

/** Runs the words after it and prints user and system seconds. */
const MEASURED = ['bash', '-c', 'TIMEFORMAT="%U %S"; time "$@"', 'bash'];

/** @param core processor to run on */
export async function runForOutput(host: LabHost, core: number, words: readonly string[]): Promise<string> {
  return (await runMeasured(host, core, words)).output;
}

/** @param core processor to run on */
export function runMeasured(host: LabHost, core: number, words: readonly string[]): Promise<ProgramRun> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = host.run(() =>
      spawn('taskset', ['-c', String(core), ...MEASURED, ...words], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: plainEnvironment(),
      }),
    );
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      errors += data.toString();
    });
    child.once('error', reject);
    child.once('close', () => {
      const [user = Number.NaN, system = Number.NaN] = (errors.trimEnd().split('\n').at(-1) ?? '')
        .split(' ')
        .map(Number);
      resolve({ output, milliseconds: performance.now() - started, processorMilliseconds: (user + system) * 1_000 });
    });
  });
}
