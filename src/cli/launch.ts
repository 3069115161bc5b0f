/**
 * The first steps of `tapline`. Beside this file lies a program for each command, and one with all of them; what V8
 * compiled of a program is kept there too, so that its next run need not compile it again
 * (docs/adr/0014-one-file-and-its-code-cache.md). @module
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

/**
 * File names of programs by their command, put in by scripts/bundle.mjs. They change with the content: V8 itself tells
 * caches apart by the length of the source only.
 */
declare const PROGRAMS: Readonly<Record<string, string>>;

type Program = (load: NodeJS.Require, url: string) => void;

const [, , command = ''] = process.argv;
const fileName = `${__dirname}/${Object.hasOwn(PROGRAMS, command) ? PROGRAMS[command] : PROGRAMS['main']}`;
const cacheName = `${fileName}.${process.version}-${process.arch}.cache`;

const cachedData = readCache();
const script = new Script(readFileSync(fileName, 'latin1'), {
  filename: fileName,
  ...(cachedData === undefined ? {} : { cachedData }),
});
if (cachedData === undefined || script.cachedDataRejected === true) process.on('exit', writeCache);
(script.runInThisContext() as Program)(require, pathToFileURL(fileName).href);

function readCache(): Buffer | undefined {
  try {
    return readFileSync(cacheName);
  } catch {
    return undefined;
  }
}

/**
 * After a run that went well; where the folder cannot be written, every run compiles. V8 checks the
 * length of a cache, not its bytes, and dies of wrong ones: the file is on the disk before it has its name.
 */
function writeCache(status: number): void {
  if (status !== 0) return;
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
    tryRemove(temporary); // of a full disk
  }
}

function tryRemove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Nothing can be written here at all.
  }
}
