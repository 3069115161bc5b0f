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

type Program = (load: NodeJS.Require, url: string, saveCodeCache: () => void) => void;

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
(script.runInThisContext() as Program)(require, pathToFileURL(fileName).href, saveCodeCache);

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
