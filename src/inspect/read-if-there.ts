/** Files of /proc and /etc that a host may lack. @module */
import { readFileSync } from 'node:fs';

/** Reads a file as UTF-8; undefined if it is missing or must not be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
