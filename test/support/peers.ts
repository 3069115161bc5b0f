/**
 * Finds the peers and captures that tests compare with. A missing one is skipped with a warning, or is a failure with
 * `CI=true`, so that a test that passes in CI has made its comparison. @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeOwnCorpus } from './own-corpus.ts';

const CORPUS = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

/** Warns that a peer or capture is missing. @throws Error in CI */
export function missing(what: string): undefined {
  if (process.env['CI'] === 'true') throw new Error(`${what}: needed in CI`);
  process.stderr.write(`\n*** SKIPPED: ${what}\n`);
  return undefined;
}

/** True when the shared corpus exists. */
export const isCorpusShared = existsSync(CORPUS);

/** Returns the folder of the shared corpus, or that of the small built-in corpus. */
export function corpusFolder(): string {
  if (isCorpusShared) return CORPUS;
  if (ownCorpus === undefined)
    missing('the corpus of captures beside the repository; a small one is made in its place');
  ownCorpus ??= makeOwnCorpus();
  return ownCorpus;
}

let ownCorpus: string | undefined;

/** Returns the path of an installed program, or undefined with a warning. */
export function requirePeer(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' });
  const path = found.stdout.trim();
  return found.status === 0 && path !== '' ? path : missing(`the program ${name} is not installed`);
}
