/** Runs a program in a lab's host and hands back what it wrote to standard output, and what that took. @module */
import { spawn } from 'node:child_process';
import type { LabHost } from '../../src/lab/index.ts';
import { plainEnvironment } from './environment.ts';

export interface ProgramRun {
  readonly output: string;
  /** From start to end. */
  readonly milliseconds: number;
  /** Of a processor, the kernel's work for the program included: what other programs do hardly changes it. */
  readonly processorMilliseconds: number;
}

/** bash's word for a measurement: seconds as user and as system. */
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
