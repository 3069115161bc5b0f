/** Runs `tapline sanitize`. @module */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf, StackError } from '../../base/errors.ts';
import { FrameSanitizer } from '../../session/index.ts';
import type { CommandContext } from '../context.ts';
import { runRewrite } from './run-rewrite.ts';
import type { SanitizeCommand } from './sanitize-options.ts';

const RANDOM_KEY_LENGTH = 32;
const MIN_KEY_LENGTH = 8;

/** @throws StackError `USAGE`, `FILE_OPEN` for the key */
export async function runSanitize(command: SanitizeCommand, context: CommandContext): Promise<void> {
  const { keyFile, payload } = command;
  const secret = keyFile === undefined ? randomBytes(RANDOM_KEY_LENGTH) : readKey(keyFile);
  const changes = {
    editor: new FrameSanitizer({ secret, payload }),
    stripping: 'identity',
    addsComments: false,
  } as const;
  const frames = await runRewrite(command, changes, context);
  const keyText = keyFile === undefined ? ' with a random key; --key FILE makes the mapping repeatable' : '';
  context.stderr.write(`${frames} frame${frames === 1 ? '' : 's'} written, addresses mapped${keyText}\n`);
}

function readKey(path: string): Uint8Array {
  let key: Uint8Array;
  try {
    key = readFileSync(path);
  } catch (error) {
    throw new StackError('FILE_OPEN', `cannot read --key ${path}: ${messageOf(error)}`, { cause: error });
  }
  if (key.length >= MIN_KEY_LENGTH) return key;
  throw new StackError(
    'USAGE',
    `--key ${path}: a key of ${key.length} bytes can be guessed; write at least ${MIN_KEY_LENGTH} random bytes to the file`,
  );
}
