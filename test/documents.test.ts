/** README, CHANGELOG and docs: line length and links. @module */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAX_COLUMNS = 130;
const FOLDERS = ['.', 'docs', 'docs/adr'];
const DOCUMENTS = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Returns the lines of prose, without code, output and tables. */
function proseOf(text: string): string[] {
  const lines = text.replace(/^```[\s\S]*?^```$/gm, '').split('\n');
  return lines.filter((line) => !/^( {4}|\|)/.test(line));
}

/** Returns the anchors that GitHub generates for the headings. */
function anchorsOf(text: string): string[] {
  const headings = Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(DOCUMENTS)('%s', (path) => {
  test('has no long line of prose', () => {
    expect(proseOf(textOf(path)).filter((line) => line.length > MAX_COLUMNS)).toEqual([]);
  });

  test('has no broken links', () => {
    const links = Array.from(textOf(path).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link);
    const broken = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(textOf(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});
