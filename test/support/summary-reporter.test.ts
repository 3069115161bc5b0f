/** The last line and the exit status of vitest runs with the reporter. @module */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const REPORTER = join(ROOT, 'test', 'support', 'summary-reporter.ts');
mkdirSync(join(ROOT, 'build'), { recursive: true });
const folder = mkdtempSync(join(ROOT, 'build', 'reporter-')); // below the root, so that imports of vitest resolve
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SKIPPED = "describe.skip('outer', () => { describe.skipIf(false)('inner', () => { test('e', () => {}); }); });";

test.each([
  [
    'all passed',
    `test('a', () => {}); test.skip('b', () => {}); ${SKIPPED}`,
    'tests: 1 passed, 0 failed, 2 skipped',
    0,
  ],
  [
    'one failed, and a suite in a skipped suite',
    `test('a', () => {}); test('b', () => { throw 1; }); ${SKIPPED}`,
    'tests: 1 passed, 1 failed, 1 skipped',
    1,
  ],
  ['a file that does not load', 'throw new Error("broken");', 'tests: 0 passed, 1 failed, 0 skipped', 1],
  [
    'a hook that fails',
    "describe('s', () => { afterAll(() => { throw 1; }); test('a', () => {}); });",
    'tests: 1 passed, 1 failed, 0 skipped',
    1,
  ],
  [
    'an error outside of tests',
    "test('a', () => new Promise((end) => { setTimeout(() => { throw 1; }, 1); setTimeout(end, 20); }));",
    'tests: 1 passed, 1 failed, 0 skipped',
    1,
  ],
])('%s', (name, code, line, status) => {
  const root = join(folder, name.replaceAll(/\W/g, '-'));
  mkdirSync(root);
  writeFileSync(join(root, 'x.test.js'), `import { afterAll, describe, test } from 'vitest';\n${code}\n`);
  writeFileSync(join(root, 'vitest.config.js'), 'export default {};\n'); // overrides that of the repository
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const words = [vitest, 'run', '--root', root, '--reporter', REPORTER];
  const { stdout, stderr, status: ended } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  expect(stdout.trimEnd().split('\n').at(-1), stdout + stderr).toBe(line);
  expect(ended).toBe(status);
});
