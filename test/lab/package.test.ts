/** What `npm pack` would put into the package, of the build that is there. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { requirePeer } from '../support/peers.ts';

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
    (path) =>
      !/^dist\/.+\.(?:js|d\.ts)$|^dist\/man\/tapline(?:-\w+)*\.1$|^docs\/.+\.(?:md|svg)$|^examples\/.+\.ts$/.test(path),
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

test('each command has a manual page, which groff reads without a warning', () => {
  const { man } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { man: string[] };
  const pages = readdirSync(`${ROOT}dist/man`).map((name) => `./dist/man/${name}`);
  expect([...man].sort()).toEqual(pages.sort());
  for (const command of readdirSync(`${ROOT}src/cli/commands`)) {
    expect(pages).toContain(`./dist/man/tapline-${command.replace(/\.ts$/, '.1')}`);
  }
  const capture = readFileSync(`${ROOT}dist/man/tapline-capture.1`, 'utf8');
  for (const option of ['\\-i', '\\-w', '\\-\\-trigger', '\\-\\-quota']) expect(capture).toContain(`\\fB${option}\\fR`);
  const groff = requirePeer('groff');
  if (groff === undefined) return;
  for (const page of pages) {
    const { status, stderr } = spawnSync(groff, ['-man', '-Tutf8', '-ww', `${ROOT}${page}`], { encoding: 'utf8' });
    expect([page, status, stderr]).toEqual([page, 0, '']);
  }
});
