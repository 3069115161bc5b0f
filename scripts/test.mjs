/**
 * `npm test`: all tests. Words behind `--` go to vitest. The lab tests need to make network namespaces: as root they can,
 * for anybody else this script runs itself again in a user namespace; where neither is allowed only the unit tests
 * run, loudly, and with CI=true that is a failure. @module
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildIfNeeded, ROOT } from './build-if-needed.mjs';

const EXIT_UNSUPPORTED = 1;

buildIfNeeded();
const { enterLab } = await import('../dist/lab/index.js');

/** Undefined: the lab can be made here. A string: it cannot, and why. A number: the tests have run, elsewhere. */
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
  if (signal !== null) process.stderr.write(`test: ended by ${signal}\n`);
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
