/** What `npm pack` would put into the package, of the build that is there. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Files that the README refers to. */
function linkedFiles(): string[] {
  const readme = readFileSync(`${ROOT}README.md`, 'utf8');
  const links = Array.from(readme.matchAll(/\]\(([^)#\s]+)/g), ([, link = '']) => link);
  return links.filter((link) => /\.\w+$/.test(link) && !link.startsWith('https:'));
}

test('the package is the library, the program and what is to be read', () => {
  const words = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const answer = JSON.parse(
    execFileSync('npm', words, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  const [{ files }] = Object.values(answer) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  const others = paths.filter(
    (path) => !/^dist\/.+\.(?:js|d\.ts)$|^docs\/.+\.(?:md|svg)$|^examples\/.+\.ts$/.test(path),
  );
  expect(others.sort()).toEqual([
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'dist/cli/LICENCES.txt',
    'dist/cli/package.json',
    'package.json',
  ]);
  expect(paths.filter((path) => path.startsWith('dist/lab/'))).toEqual([]);
  expect(paths).toEqual(expect.arrayContaining(linkedFiles()));
});
