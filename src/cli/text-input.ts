/** Reads text files and standard input: filters, programs, lists of targets. @module */
import { readFile } from 'node:fs/promises';
import { messageOf, StackError } from '../base/errors.ts';

/** @throws StackError `FILE_OPEN` */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new StackError('FILE_OPEN', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** Reads standard input to its end. */
export async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  return text;
}
