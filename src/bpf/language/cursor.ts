/** A position in the token list, and the errors that the parser reports there. @module */
import { nearestWord } from '../../base/nearest-word.ts';
import { FilterError, type FilterErrorCode, type FilterErrorDetails, quoted, type Span } from './filter-error.ts';
import { reservedWords, synonymOf } from './keywords.ts';
import type { Token, TokenKind } from './lexer.ts';
import { MAX_NESTING, MAX_OPERATIONS } from './limits.ts';

export class Cursor {
  readonly expression: string;
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #at = 0;
  #depth = 0;
  #operations = 0;

  constructor(expression: string, tokens: readonly Token[], end: Token) {
    this.expression = expression;
    this.#tokens = tokens;
    this.#end = end;
  }

  /** Index of the next token. */
  get position(): number {
    return this.#at;
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? this.#end;
  }

  peek(ahead: number): Token {
    return this.#tokens[this.#at + ahead] ?? this.#end;
  }

  at(kind: TokenKind, text?: string): boolean {
    return this.next.kind === kind && (text === undefined || this.next.text === text);
  }

  take(): Token {
    const token = this.next;
    this.#at += 1;
    return token;
  }

  /** Consumes the next token if it is this one. */
  accept(kind: TokenKind, text: string): boolean {
    if (!this.at(kind, text)) return false;
    this.#at += 1;
    return true;
  }

  expect(kind: TokenKind, text: string): Token {
    if (!this.at(kind, text)) throw this.unexpected([`"${text}"`]);
    return this.take();
  }

  expectNumber(what: string): Token {
    if (!this.at('number')) throw this.unexpected([what], []);
    return this.take();
  }

  /** Runs `parse` one level deeper. @throws FilterError `FILTER_LIMIT` */
  nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_NESTING) {
      throw this.error('FILTER_LIMIT', `more than ${MAX_NESTING} levels of nesting`, this.next);
    }
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  /** Resets the count of operations for a new relation. */
  startRelation(): void {
    this.#operations = 0;
  }

  /** Counts an operation of the current relation. @throws FilterError `FILTER_LIMIT` */
  countOperation(): void {
    this.#operations += 1;
    if (this.#operations > MAX_OPERATIONS) {
      throw this.error('FILTER_LIMIT', `more than ${MAX_OPERATIONS} operations in one relation`, this.next);
    }
  }

  /** Returns the span from `first` to the end of the last token that was consumed. */
  spanFrom(first: Span): Span {
    const last = this.#tokens[this.#at - 1] ?? this.#end;
    return { offset: first.offset, length: Math.max(0, last.offset + last.length - first.offset) };
  }

  error(code: FilterErrorCode, reason: string, span: Span, details?: FilterErrorDetails): FilterError {
    return new FilterError(code, reason, this.expression, span, details);
  }

  /**
   * Makes the error of a next token that is not one of `expected`.
   * @param candidates words that it may be a misspelling of; none where no word is expected
   */
  unexpected(expected: readonly string[], candidates: readonly string[] = reservedWords()): FilterError {
    const token = this.next;
    if (token.kind === 'end') return this.error('FILTER_SYNTAX', 'the filter is incomplete', token, { expected });
    const shown = quoted(this.expression, token);
    const isName = token.kind === 'name' && candidates.length > 0;
    const suggestion = synonymOf(token.text) ?? (isName ? nearestWord(token.text, candidates) : undefined);
    const reason = isName ? `${shown} is not a keyword` : `unexpected ${shown}`;
    return this.error('FILTER_SYNTAX', reason, token, { expected, suggestion });
  }
}
