/**
 * `npm test [-- ARGUMENTS]`: runs all tests; ARGUMENTS are those of vitest. The lab tests create network namespaces. Without
 * root, this script runs itself again in a user namespace; when that is not allowed, it runs only the unit tests, with a
 * warning, or fails with CI=true. @module
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildIfNeeded, ROOT } from './build-if-needed.mjs';

const EXIT_UNSUPPORTED = 1;

buildIfNeeded();
const { enterLab } = await import('../dist/lab/index.js');

/**
 * Enters a namespace for the lab. Returns undefined when the lab works in this process, the exit status when the tests
 * have run in another process, or the reason why there is no lab.
 */
async function enter() {
  try {
    return await enterLab();
  } catch (error) {
    if (error.code !== 'LAB_UNSUPPORTED') throw error;
    return error.message;
  }
}

function runTests(...words) {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const { status, signal } = spawnSync(process.execPath, [vitest, 'run', ...words, ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (signal !== null) process.stderr.write(`test: terminated by ${signal}\n`);
  return status ?? 1;
}

function warn(reason) {
  const line = '='.repeat(80);
  process.stderr.write(`\n${line}\nLAB TESTS SKIPPED: ${reason}\n${line}\n`);
}

const outcome = await enter();
if (typeof outcome === 'number') {
  process.exitCode = outcome;
} else if (outcome === undefined) {
  process.exitCode = runTests();
} else if (process.env.CI === 'true') {
  warn(outcome);
  process.exitCode = EXIT_UNSUPPORTED;
} else {
  warn(outcome);
  process.exitCode = runTests('--project', '!lab');
  warn(outcome);
}
