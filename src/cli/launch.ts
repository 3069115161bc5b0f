/**
 * The first steps of `tapline`. The program is one file beside this one; what V8 compiled of it for a command is kept
 * there too, so that the next run of that command need not compile it again (docs/adr/0014-one-file-and-its-code-cache.md).
 * @module
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/** File name of the program, put in by scripts/bundle.mjs. It changes with the content: V8 itself looks at lengths only. */
declare const PROGRAM_FILE: string;

type Program = (load: NodeJS.Require, url: string) => void;

const fileName = `${__dirname}/${PROGRAM_FILE}`;
/** Each command runs other code. */
const command = /^[a-z]+$/.exec(process.argv[2] ?? '')?.[0] ?? 'none';
const cacheName = `${fileName}.${command}-${process.version}-${process.arch}.cache`;

const cachedData = readCache();
const script = new Script(readFileSync(fileName, 'latin1'), {
  filename: fileName,
  ...(cachedData === undefined ? {} : { cachedData }),
});
if (isMainThread && (cachedData === undefined || script.cachedDataRejected === true)) process.on('exit', writeCache);
(script.runInThisContext() as Program)(require, pathToFileURL(fileName).href);

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
