/** What is wrong with a BPF program that came from outside: text, a file, or a caller's array. @module */
import { StackError } from '../../base/errors.ts';

/** `code` is `BAD_PROGRAM`. The message begins with where: `instruction 3: ` or `line 7: `. */
export class ProgramError extends StackError {
  /** Index of the instruction at fault, from 0; undefined when it is the program as a whole. */
  readonly instruction: number | undefined;
  /** Line of text at fault, from 1; undefined when there is no text. */
  readonly line: number | undefined;

  constructor(message: string, where: { readonly instruction?: number; readonly line?: number } = {}) {
    super('BAD_PROGRAM', `${prefixOf(where)}${message}`);
    this.instruction = where.instruction;
    this.line = where.line;
  }
}

function prefixOf(where: { readonly instruction?: number; readonly line?: number }): string {
  if (where.line !== undefined) return `line ${where.line}: `;
  return where.instruction === undefined ? '' : `instruction ${where.instruction}: `;
}
