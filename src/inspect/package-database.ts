/** Packages that own files, from the database of dpkg. @module */
import { readdirSync, readFileSync } from 'node:fs';

export interface SoftwarePackage {
  readonly name: string;
  readonly version: string;
  /** The first line of its description. */
  readonly summary: string;
  /** `required`, `important`, `standard` or `optional` (Debian Policy, 2.5). */
  readonly priority: string;
}

const FOLDER = '/var/lib/dpkg';

/**
 * Finds the packages that own `paths`; reads each list of files once.
 * @param root prefix of the database, for tests
 * @returns packages by path; without the paths that no package owns
 */
export function packagesOf(paths: Iterable<string>, root = ''): ReadonlyMap<string, SoftwarePackage> {
  const found = new Map<string, SoftwarePackage>();
  const wanted = new Map([...new Set(paths)].map((path) => [path, spellings(path)]));
  if (wanted.size === 0) return found;
  const status = readIfThere(`${root}${FOLDER}/status`)?.toString('utf8');
  if (status === undefined) return found;
  for (const file of listFiles(`${root}${FOLDER}/info`)) {
    const list = readIfThere(`${root}${FOLDER}/info/${file}`);
    if (list === undefined) continue;
    for (const [path, lines] of wanted) {
      if (!lines.some((line) => list.includes(line))) continue;
      wanted.delete(path);
      const described = describe(status, file.replace(/(:\w+)?\.list$/, ''));
      if (described !== undefined) found.set(path, described);
    }
    if (wanted.size === 0) break;
  }
  return found;
}

/** A package may list `/bin/sh`, which is `/usr/bin/sh` where /bin is a link to /usr/bin. */
function spellings(path: string): string[] {
  const other = path.startsWith('/usr/') ? path.slice('/usr'.length) : `/usr${path}`;
  return [`\n${path}\n`, `\n${other}\n`];
}

/** Finds the paragraph of a package in the status file. */
function describe(status: string, name: string): SoftwarePackage | undefined {
  const head = `Package: ${name}\n`;
  const at = status.startsWith(head) ? 0 : status.indexOf(`\n${head}`);
  if (at < 0) return undefined;
  const end = status.indexOf('\n\n', at + 1);
  const paragraph = status.slice(at, end < 0 ? undefined : end);
  const field = (key: string): string => new RegExp(`^${key}: (.*)$`, 'm').exec(paragraph)?.[1] ?? '';
  return { name, version: field('Version'), summary: field('Description'), priority: field('Priority') };
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.list'));
  } catch {
    return [];
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
