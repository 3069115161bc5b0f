/** A place in the token list, and the errors that a parser raises there. @module */

import { nearestWord } from '../../base/nearest-word.ts';
import { FilterError, type FilterErrorCode, type FilterErrorDetails, type Span } from './filter-error.ts';
import { reservedWords } from './keywords.ts';
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

  /** Takes the next token if it is this one. */
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
    if (!this.at('number')) throw this.unexpected([what]);
    return this.take();
  }

  /** Runs `parse` one level deeper. */
  nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_NESTING) {
      throw this.error('FILTER_LIMIT', `more than ${MAX_NESTING} levels inside each other`, this.next);
    }
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  /** The arithmetic of a relation begins. */
  startRelation(): void {
    this.#operations = 0;
  }

  /** Counts an operation of the relation at hand. */
  countOperation(): void {
    this.#operations += 1;
    if (this.#operations > MAX_OPERATIONS) {
      throw this.error('FILTER_LIMIT', `more than ${MAX_OPERATIONS} operations in one relation`, this.next);
    }
  }

  /** From the start of `first` to the end of the last token taken. */
  spanFrom(first: Span): Span {
    const last = this.#tokens[this.#at - 1] ?? this.#end;
    return { offset: first.offset, length: Math.max(0, last.offset + last.length - first.offset) };
  }

  error(code: FilterErrorCode, reason: string, span: Span, details?: FilterErrorDetails): FilterError {
    return new FilterError(code, reason, this.expression, span, details);
  }

  /** The next token has no place here. */
  unexpected(expected: readonly string[], candidates: readonly string[] = reservedWords()): FilterError {
    const token = this.next;
    if (token.kind === 'end') return this.error('FILTER_SYNTAX', 'the filter ends too early', token, { expected });
    const shown = this.expression.slice(token.offset, token.offset + token.length);
    const suggestion = token.kind === 'name' ? nearestWord(token.text, candidates) : undefined;
    return this.error('FILTER_SYNTAX', `"${shown}" has no meaning here`, token, { expected, suggestion });
  }
}
