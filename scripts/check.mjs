/** `npm run check`: all automatic checks, the same here and in CI. Stops at the first failure. @module */
import { spawnSync } from 'node:child_process';
import { ROOT } from './build-if-needed.mjs';

const STEPS = [
  ['types', 'npm', ['run', '--silent', 'types']],
  ['format and lint', 'npm', ['run', '--silent', 'lint']],
  ['floors', 'npm', ['run', '--silent', 'floors']],
  ['dead code', 'npm', ['run', '--silent', 'dead-code']],
  ['build', 'npm', ['run', '--silent', 'build']],
  ['package', 'npx', ['--no-install', 'publint', '--strict']],
  ['types with TypeScript 5.0', 'npm', ['run', '--silent', 'types:5.0']],
  ['unit tests on Node 24', 'npm', ['run', '--silent', 'test:node24']],
  ['tests', 'npm', ['test', '--silent']],
];

for (const [name, command, words] of STEPS) {
  process.stdout.write(`\n── ${name}: ${command} ${words.join(' ')}\n`);
  const started = performance.now();
  const { status, error } = spawnSync(command, words, { cwd: ROOT, stdio: 'inherit' });
  if (error !== undefined) process.stderr.write(`${error.message}\n`);
  if (status !== 0) {
    process.stderr.write(`\ncheck: ${name} failed\n`);
    process.exit(1);
  }
  process.stdout.write(`── ${name}: ok, ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}
