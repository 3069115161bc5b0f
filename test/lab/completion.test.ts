/** `tapline completion` in the shell that it is made for. @module */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { TestFolder } from '../support/capture-lab.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Completes the last of `words` in bash. */
function complete(folder: TestFolder, ...words: readonly string[]): string[] {
  const script = [
    'source <(tapline completion)',
    'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))',
    '_tapline_yargs_completions',
    'declare -p COMPREPLY', // declare -a COMPREPLY=([0]="capture")
  ].join('\n');
  const env = { ...process.env, SHELL: '/bin/bash', PATH: `${folder.path}:${process.env['PATH']}` };
  const answer = execFileSync('bash', ['-c', script, 'bash', ...words], { env, encoding: 'utf8' });
  return Array.from(answer.matchAll(/\]="([^"]*)"/g), ([, word = '']) => word);
}

test('bash completes commands and options', () => {
  using folder = new TestFolder();
  const program = folder.file('tapline');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(program, 0o755);
  expect(complete(folder, 'tapline', 'ca')).toEqual(['capture']);
  expect(complete(folder, 'tapline', 'capture', '--rot')).toEqual([
    '--rotate-size',
    '--rotate-seconds',
    '--rotate-packets',
  ]);
  expect(complete(folder, 'tapline', 'capture', '-')).toEqual(expect.arrayContaining(['-n', '-w', '--write']));
});
