/**
 * Peers and captures that tests compare with. On a developer's machine what is missing is skipped, loudly; in CI
 * (`CI=true`) it is a failure, so that a green run never means "did not look". @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeOwnCorpus } from './own-corpus.ts';

const CORPUS = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

/** Says loudly that something to compare with is not there; in CI it throws. */
export function missing(what: string): undefined {
  if (process.env['CI'] === 'true') throw new Error(`${what}: needed in CI`);
  process.stderr.write(`\n*** SKIPPED: ${what}\n`);
  return undefined;
}

/** Whether the shared corpus is there. */
export const isCorpusShared = existsSync(CORPUS);

/** The folder of the shared captures and filters; where it is missing, that of the small corpus that the suite makes. */
export function corpusFolder(): string {
  if (isCorpusShared) return CORPUS;
  if (ownCorpus === undefined)
    missing('the corpus of captures beside the repository; a small one is made in its place');
  ownCorpus ??= makeOwnCorpus();
  return ownCorpus;
}

let ownCorpus: string | undefined;

/** The path of an installed program, or undefined with a loud word. */
export function requirePeer(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' });
  const path = found.stdout.trim();
  return found.status === 0 && path !== '' ? path : missing(`the program ${name} is not installed`);
}
