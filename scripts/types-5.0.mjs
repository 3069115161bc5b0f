/**
 * Compiles a program that imports all of the package with TypeScript 5.0, the oldest version that its types support. The
 * compiler is fetched as an npm package into `build/`. @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfNeeded, ROOT } from './build-if-needed.mjs';

const VERSION = '5.0.4';
const HOME = join(ROOT, 'build', `typescript-${VERSION}`);
const TSC = join(HOME, 'node_modules', 'typescript', 'bin', 'tsc');
const DOORS = [
  'tapline',
  'tapline/bpf',
  'tapline/capture',
  'tapline/dissect',
  'tapline/icmp',
  'tapline/inspect',
  'tapline/netlink',
  'tapline/pcap-writer',
];

function run(command, words) {
  const { status, error } = spawnSync(command, words, { cwd: ROOT, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

buildIfNeeded();
if (!existsSync(TSC)) {
  run('npm', ['install', '--no-save', '--no-package-lock', '--silent', '--prefix', HOME, `typescript@${VERSION}`]);
}
// In the repository, so that the package finds itself by its own name (package.json, "exports").
const program = join(ROOT, 'build', 'types-5.0.mts');
mkdirSync(join(ROOT, 'build'), { recursive: true });
writeFileSync(
  program,
  DOORS.map((door, index) => `import * as door${index} from '${door}';\nexport { door${index} };\n`).join(''),
);
const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022'];
run(process.execPath, [TSC, ...options, '--types', 'node', program]);
