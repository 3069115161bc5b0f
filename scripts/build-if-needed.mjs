/** Builds `dist` when a source is newer than the last build. @module */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The file that a build writes last. */
const BUILD_STAMP = join(ROOT, 'dist', 'cli', 'main.js');

function newest(folder) {
  return Math.max(
    ...readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs),
  );
}

function builtAt() {
  try {
    return statSync(BUILD_STAMP).mtimeMs;
  } catch {
    return 0;
  }
}

export function buildIfNeeded() {
  const others = ['tsconfig.build.json', 'scripts/bundle.mjs', 'scripts/man-pages.mjs', 'package.json'];
  const sources = Math.max(newest(join(ROOT, 'src')), ...others.map((file) => statSync(join(ROOT, file)).mtimeMs));
  if (builtAt() > sources) return;
  process.stderr.write('tapline: building …\n');
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
}
