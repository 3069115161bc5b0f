/**
 * Peers and captures that tests compare with. On a developer's machine what is missing is skipped, loudly; in CI
 * (`CI=true`) it is a failure, so that a green run never means "did not look". @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CORPUS = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

/** Says loudly that something to compare with is not there; in CI it throws. */
export function missing(what: string): undefined {
  if (process.env['CI'] === 'true') throw new Error(`${what}: needed in CI`);
  process.stderr.write(`\n*** SKIPPED: ${what}\n`);
  return undefined;
}

/** The folder of the shared captures and filters, or undefined with a loud word. */
export function corpusFolder(): string | undefined {
  return existsSync(CORPUS) ? CORPUS : missing('no corpus of captures beside the repository');
}

/** The path of an installed program, or undefined with a loud word. */
export function requirePeer(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' });
  const path = found.stdout.trim();
  return found.status === 0 && path !== '' ? path : missing(`the program ${name} is not installed`);
}
