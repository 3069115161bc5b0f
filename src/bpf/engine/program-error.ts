/** Errors in BPF programs from outside: text, files, or arrays of the caller. @module */
import { StackError } from '../../base/errors.ts';

/**
 * An invalid program. `code` is `BAD_PROGRAM`; the message begins with the position: `instruction 3: ` or `line 7: `.
 */
export class ProgramError extends StackError {
  /** Index of the instruction at fault, from 0; undefined if it is the whole program. */
  readonly instruction: number | undefined;
  /** Line of text at fault, from 1; undefined without text. */
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
