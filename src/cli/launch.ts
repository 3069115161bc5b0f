/**
 * Starts `tapline`. The folder of this file contains a program for each command, one with all commands, and code caches,
 * so that V8 compiles each program once (docs/adr/0014-one-file-and-its-code-cache.md). @module
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

/**
 * File names of programs by command, defined by scripts/bundle.mjs. They change with the content, since V8 checks only
 * the length of the source that a cache belongs to.
 */
declare const PROGRAMS: Readonly<Record<string, string>>;

type Load = (name: string) => object;
type Program = (load: Load, url: string, saveCodeCache: () => void) => void;

/** Modules of Node that many runs do not use. Each takes 1 to 5 ms to load, so a program gets them when it uses them. */
const LATE_MODULES: readonly string[] = [
  'node:child_process',
  'node:dgram',
  'node:dns/promises',
  'node:fs/promises',
  'node:stream',
  'node:v8',
  'node:worker_threads',
  'node:zlib',
];

const [, , command = ''] = process.argv;
const fileName = `${__dirname}/${Object.hasOwn(PROGRAMS, command) ? PROGRAMS[command] : PROGRAMS['main']}`;
const cacheName = `${fileName}.${process.version}-${process.arch}.cache`;

const cachedData = readCache();
const script = new Script(readFileSync(fileName, 'latin1'), {
  filename: fileName,
  ...(cachedData === undefined ? {} : { cachedData }),
});
let isCached = cachedData !== undefined && script.cachedDataRejected !== true;
process.on('exit', (status) => {
  if (status === 0) saveCodeCache();
});
(script.runInThisContext() as Program)(load, pathToFileURL(fileName).href, saveCodeCache);

function load(name: string): object {
  return LATE_MODULES.includes(name) ? loadOnFirstUse(name) : (require(name) as object);
}

function loadOnFirstUse(name: string): object {
  const loaded = (): object => require(name) as object;
  return new Proxy(
    {},
    {
      get: (_, key) => Reflect.get(loaded(), key) as unknown,
      ownKeys: () => Reflect.ownKeys(loaded()), // asked by `await import(name)`
    },
  );
}

function readCache(): Buffer | undefined {
  try {
    return readFileSync(cacheName);
  } catch {
    return undefined;
  }
}

/**
 * Writes the code cache, unless there is one: after a successful run, and before a command gives up its rights. In a
 * read-only folder, every run compiles. V8 checks the length of a cache but not its bytes, and crashes on wrong ones, so
 * the file is synced before it gets its name.
 */
function saveCodeCache(): void {
  if (isCached) return;
  isCached = true;
  const temporary = `${cacheName}.${process.pid}`;
  try {
    const fd = openSync(temporary, 'wx');
    try {
      writeFileSync(fd, script.createCachedData());
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, cacheName);
  } catch {
    tryRemove(temporary); // left by a full disk
  }
}

function tryRemove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // a read-only folder
  }
}
