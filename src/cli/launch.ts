/**
 * The first steps of `tapline`. Beside this file lies a program for each command, and one with all of them; what V8
 * compiled of a program is kept there too, so that its next run need not compile it again
 * (docs/adr/0014-one-file-and-its-code-cache.md). @module
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/**
 * File names of programs by their command, put in by scripts/bundle.mjs. They change with the content: V8 itself tells
 * caches apart by the length of the source only.
 */
declare const PROGRAMS: Readonly<Record<string, string>>;

type Program = (load: NodeJS.Require, url: string) => void;

const [, , firstWord = ''] = process.argv;
/** A worker is a thread of `tapline capture --threads`. */
const program = isMainThread ? firstWord : 'capture-thread';
const fileName = `${__dirname}/${Object.hasOwn(PROGRAMS, program) ? PROGRAMS[program] : PROGRAMS['main']}`;
const cacheName = `${fileName}.${process.version}-${process.arch}.cache`;

if (program === 'sweep') optimiseLate();
const cachedData = readCache();
const script = new Script(readFileSync(fileName, 'latin1'), {
  filename: fileName,
  ...(cachedData === undefined ? {} : { cachedData }),
});
if (isMainThread && (cachedData === undefined || script.cachedDataRejected === true)) process.on('exit', writeCache);
(script.runInThisContext() as Program)(require, pathToFileURL(fileName).href);

/**
 * V8 optimises a function after 66 KB of its bytecode ran, and spends 50 ms on those of a sweep, which is over by then when
 * its targets are some thousand. A million probes earn the work fifteen times later, too.
 */
function optimiseLate(): void {
  const { setFlagsFromString } = require('node:v8') as typeof import('node:v8');
  setFlagsFromString('--interrupt-budget=1000000');
}

function readCache(): Buffer | undefined {
  try {
    return readFileSync(cacheName);
  } catch {
    return undefined;
  }
}

/** After a run that went well; where the folder cannot be written, every run compiles. */
function writeCache(status: number): void {
  if (status !== 0) return;
  const temporary = `${cacheName}.${process.pid}`;
  try {
    writeFileSync(temporary, script.createCachedData());
    renameSync(temporary, cacheName);
  } catch {
    rmSync(temporary, { force: true });
  }
}
