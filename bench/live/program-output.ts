/** Runs a program in a lab's host and hands back what it wrote to standard output. @module */
import { spawn } from 'node:child_process';
import type { LabHost } from '../../src/lab/index.ts';
import { plainEnvironment } from './environment.ts';

/** @param core processor to run on */
export function runForOutput(host: LabHost, core: number, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = host.run(() =>
      spawn('taskset', ['-c', String(core), ...words], { stdio: ['ignore', 'pipe', 'pipe'], env: plainEnvironment() }),
    );
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    child.stderr.resume();
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}
