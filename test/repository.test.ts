/** The list of files in the root of the repository. @module */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['.ci', 'bench', 'docs', 'examples', 'fuzz', 'scripts', 'src', 'test'];
const FILES = [
  '.dependency-cruiser.mjs',
  '.gitignore',
  '.npmrc',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'biome.json',
  'knip.json',
  'package-lock.json',
  'package.json',
  'tsconfig.build.json',
  'tsconfig.dev.json',
  'tsconfig.json',
  'vitest.config.ts',
];
/** Files of .gitignore and of git. */
const IGNORED = /^(?:\.git|node_modules|dist|build|coverage|.*\.tsbuildinfo|.*\.pcap(?:ng)?)$/;

test('the root holds the files listed here, and no others', () => {
  const found = readdirSync(ROOT).filter((name) => !IGNORED.test(name));
  expect(found.sort()).toEqual([...FOLDERS, ...FILES].sort());
});

test.each(FOLDERS)('names in %s are plain: letters, digits, dots, hyphens', (folder) => {
  const names = readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' });
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !/^[\w./-]+$/.test(name))).toEqual([]);
});
