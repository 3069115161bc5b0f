/** Errors in filters: which words are wrong, what was expected, and what may have been meant. @module */
import { StackError, type StackErrorCode } from '../../base/errors.ts';
import { printable } from '../../base/text.ts';

/** Reasons why a text is not a valid filter. `FILTER_KERNEL` belongs to captures. */
export type FilterErrorCode = Exclude<Extract<StackErrorCode, `FILTER_${string}`>, 'FILTER_KERNEL'>;

/** Part of the filter's text, in UTF-16 units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

export interface FilterErrorDetails {
  /** Words that are valid in this position. */
  readonly expected?: readonly string[];
  /** The closest valid word or text. */
  readonly suggestion?: string | undefined;
}

/** Length in characters of the excerpt of the filter: around one part, and around each of two. */
const CONTEXT = 60;
const CONTEXT_OF_TWO = 30;
/** Maximum number of characters of the wrong words in the excerpt. */
const MAX_SHOWN = 60;
/** Words without a blank that are longer are cut in messages. */
const LONG_WORD = /[^ ]{80,}/g;

export class FilterError extends StackError {
  override readonly code: FilterErrorCode;
  /** Position of the wrong words; with two parts, from the first to the end of the second. */
  readonly offset: number;
  readonly length: number;
  /** The wrong words; two parts where two terms exclude each other. */
  readonly parts: readonly Span[];
  readonly expected: readonly string[];
  readonly suggestion: string | undefined;
  readonly expression: string;
  /** The message without expected words and suggestion. */
  readonly reason: string;

  /** @param where the wrong words: one part of `expression`, or several in the order of the text */
  constructor(
    code: FilterErrorCode,
    reason: string,
    expression: string,
    where: Span | readonly Span[],
    details: FilterErrorDetails = {},
  ) {
    const { expected = [], suggestion } = details;
    const wanted = expected.length === 0 ? '' : `; expected ${joinWords(expected)}`;
    const text = `${reason}${wanted}${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`;
    // The message quotes the filter, which may be hostile.
    super(code, printable(text.replace(LONG_WORD, (word) => `${word.slice(0, 40)}...${word.slice(-20)}`)));
    this.code = code;
    this.expression = expression;
    this.reason = reason;
    const parts = 'offset' in where ? [where] : where;
    this.parts = parts.map((part) => ({ offset: part.offset, length: part.length }));
    const [first, last] = [this.parts[0], this.parts.at(-1)];
    this.offset = Math.min(first?.offset ?? 0, expression.length);
    this.length = (last?.offset ?? 0) + (last?.length ?? 0) - (first?.offset ?? 0);
    this.expected = expected;
    this.suggestion = suggestion;
  }

  /** Formats the message, an excerpt of the filter, and carets under the wrong words. */
  override toText(): string {
    const context = this.parts.length > 1 ? CONTEXT_OF_TWO : CONTEXT;
    let shown = '';
    let carets = '';
    let end = 0;
    const show = (text: string, caret = ' ') => {
      // Control characters take several columns in printable form, so each part is measured in that form.
      const visible = printable(text.replace(/\s/g, ' '));
      shown += visible;
      carets += caret.repeat(visible.length);
    };
    for (const { offset, length } of this.parts) {
      const from = Math.max(end, offset - context);
      if (from > end) show(end > 0 ? ' ... ' : '...');
      show(this.expression.slice(from, offset));
      end = Math.min(offset + length, offset + MAX_SHOWN);
      show(this.expression.slice(offset, end).padEnd(1), '^');
    }
    show(this.expression.slice(end, end + context));
    if (this.expression.length > end + context) show('...');
    return `${this.message}\n  ${shown.trimEnd()}\n  ${carets.trimEnd()}`;
  }
}

/** Formats `a, b or c`. */
function joinWords(words: readonly string[]): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** Quotes part of a filter in a message, shortened to fit on a line. */
export function quoted(expression: string, { offset, length }: Span): string {
  const text = expression.slice(offset, offset + length);
  return `"${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 3)}...` : text}"`;
}
