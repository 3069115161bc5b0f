/** Writes the files of a confirmed change. @module */
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, StackError } from '../../base/errors.ts';
import { syncDirectory, writeSynced } from '../state-directory.ts';
import type { PersistentFile } from './persistent-file.ts';

const FOLDER_MODE = 0o755;

/**
 * Writes each file under another name first, so that a crash leaves it whole or absent.
 * @param root folder that the paths are below; `''` for those of this machine
 * @throws StackError `EDIT` if a file has changed since the plan, or cannot be written
 */
export function writeFiles(files: readonly PersistentFile[], root: string): void {
  for (const { path, text, before, mode } of files) {
    const target = `${root}${path}`;
    const now = existsSync(target) ? readFileSync(target, 'utf8') : undefined;
    if (now !== before)
      throw new StackError('EDIT', `${path} was changed since the plan was made; it is left as it is`);
    try {
      mkdirSync(dirname(target), { recursive: true, mode: FOLDER_MODE });
      writeSynced(`${target}.tapline-new`, text, mode);
      renameSync(`${target}.tapline-new`, target);
      syncDirectory(dirname(target));
    } catch (cause) {
      throw new StackError('EDIT', `cannot write ${path}: ${messageOf(cause)}`, { cause });
    }
  }
}
