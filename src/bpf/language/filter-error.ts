/** What `compileFilter` throws: which words are wrong, what was expected, and what may have been meant. @module */
import { StackError, type StackErrorCode } from '../../base/errors.ts';
import { printable } from '../../base/text.ts';

/** Why a text is not a valid filter. `FILTER_KERNEL` is the capture's. */
export type FilterErrorCode = Exclude<Extract<StackErrorCode, `FILTER_${string}`>, 'FILTER_KERNEL'>;

/** A piece of the filter's text, in UTF-16 units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

export interface FilterErrorDetails {
  /** Words that would be right in this place. */
  readonly expected?: readonly string[];
  /** A word close to the wrong one. */
  readonly suggestion?: string | undefined;
}

/** How much of a long filter the text form shows to either side of the caret. */
const CONTEXT = 60;

export class FilterError extends StackError {
  override readonly code: FilterErrorCode;
  readonly offset: number;
  readonly length: number;
  readonly expected: readonly string[];
  readonly suggestion: string | undefined;
  readonly expression: string;

  constructor(code: FilterErrorCode, reason: string, expression: string, span: Span, details: FilterErrorDetails = {}) {
    const { expected = [], suggestion } = details;
    const wanted = expected.length === 0 ? '' : `; expected ${joinWords(expected)}`;
    // Words of the filter are in it, and filters come from anywhere.
    super(code, printable(`${reason}${wanted}${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`));
    this.code = code;
    this.expression = expression;
    this.offset = Math.min(span.offset, expression.length);
    this.length = span.length;
    this.expected = expected;
    this.suggestion = suggestion;
  }

  /** The message, the filter, and carets under the wrong words. */
  override toText(): string {
    const start = Math.max(0, this.offset - CONTEXT);
    const end = Math.min(this.expression.length, this.offset + this.length + CONTEXT);
    const head = start > 0 ? '...' : '';
    // Control characters take several columns in printable form, so each part is measured as it is shown.
    const show = (from: number, to: number): string => printable(this.expression.slice(from, to).replace(/\s/g, ' '));
    const before = `  ${head}${show(start, this.offset)}`;
    const wrong = show(this.offset, this.offset + this.length);
    const after = `${show(this.offset + this.length, end)}${end < this.expression.length ? '...' : ''}`;
    const carets = '^'.repeat(Math.max(1, wrong.length));
    return `${this.message}\n${before}${wrong}${after}\n${' '.repeat(before.length)}${carets}`;
  }
}

/** `a, b or c`. */
function joinWords(words: readonly string[]): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
