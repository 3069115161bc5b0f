/**
 * Parses arithmetic: `proto[index:size]`, numbers, `len`, operators. Precedence from low to high: `|`, `&`, `<< >>`, `+
 * -`, `* /`, unary `-`. `%` and `^` have no precedence in libpcap's grammar: each binds the operand just before it to
 * everything after it, so `7 % 4 + 1` is `7 % (4 + 1)` and `1 + 7 % 4` is `1 + (7 % 4)`. @module
 */
import type { Cursor } from './cursor.ts';
import { isProtocolWord, type ProtocolWord } from './keywords.ts';
import { NAMED_VALUES } from './named-values.ts';
import type { AccessSize, Arithmetic, ArithmeticOperator } from './syntax.ts';

const STRENGTH: ReadonlyMap<string, number> = new Map([
  ['|', 1],
  ['&', 2],
  ['<<', 3],
  ['>>', 3],
  ['+', 4],
  ['-', 4],
  ['*', 5],
  ['/', 5],
]);
const UNRANKED: ReadonlySet<string> = new Set(['%', '^']);

const OPERAND = ['a number', '"len"', 'proto[index]'];

/** Returns whether the next tokens can only begin arithmetic. */
export function startsArithmetic(cursor: Cursor): boolean {
  const { next } = cursor;
  if (next.kind === 'symbol') return next.text === '-';
  if (next.kind !== 'word') return false;
  return (
    next.text === 'len' ||
    (isProtocolWord(next.text) && cursor.peek(1).kind === 'symbol' && cursor.peek(1).text === '[')
  );
}

export function isArithmeticOperator(text: string): boolean {
  return STRENGTH.has(text) || UNRANKED.has(text);
}

/** @throws FilterError */
export function parseArithmetic(cursor: Cursor, weakest = 1): Arithmetic {
  return cursor.nested(() => {
    const first = cursor.next;
    let left = parseOperand(cursor);
    while (cursor.at('symbol')) {
      const strength = STRENGTH.get(cursor.next.text);
      if (strength === undefined || strength < weakest) break;
      cursor.countOperation();
      const operator = cursor.take().text as ArithmeticOperator;
      const right = parseArithmetic(cursor, strength + 1);
      left = { kind: 'binary', operator, left, right, ...cursor.spanFrom(first) };
    }
    return left;
  });
}

/** Parses one operand, with a `%` or `^` after it. */
function parseOperand(cursor: Cursor): Arithmetic {
  const first = cursor.next;
  const left = parsePrimary(cursor);
  if (!cursor.at('symbol') || !UNRANKED.has(cursor.next.text)) return left;
  const operator = cursor.take().text as ArithmeticOperator;
  const right = parseArithmetic(cursor);
  return { kind: 'binary', operator, left, right, ...cursor.spanFrom(first) };
}

function parsePrimary(cursor: Cursor): Arithmetic {
  const first = cursor.next;
  if (first.kind === 'number') {
    cursor.take();
    return { kind: 'number', value: first.value, ...cursor.spanFrom(first) };
  }
  if (cursor.accept('word', 'len')) return { kind: 'length', ...cursor.spanFrom(first) };
  if (cursor.accept('symbol', '-')) {
    const operand = cursor.nested(() => parseOperand(cursor));
    return { kind: 'negate', operand, ...cursor.spanFrom(first) };
  }
  if (cursor.accept('symbol', '(')) {
    const inner = parseArithmetic(cursor);
    cursor.expect('symbol', ')');
    return inner;
  }
  if (first.kind === 'word' && isProtocolWord(first.text)) {
    cursor.take();
    return parseAccess(cursor, first.text, first);
  }
  throw cursor.unexpected(OPERAND, [...NAMED_VALUES.keys(), 'len']);
}

function parseAccess(cursor: Cursor, protocol: ProtocolWord, first: { offset: number; length: number }): Arithmetic {
  cursor.expect('symbol', '[');
  const index = parseArithmetic(cursor);
  let size = 1;
  if (cursor.accept('symbol', ':')) {
    const token = cursor.expectNumber('a size: 1, 2 or 4');
    size = token.value;
    if (size !== 1 && size !== 2 && size !== 4) {
      throw cursor.error('FILTER_NUMBER', `${size} is not the size of a load`, token, {
        expected: ['1', '2', '4'],
      });
    }
  }
  cursor.expect('symbol', ']');
  return { kind: 'access', protocol, index, size: size as AccessSize, ...cursor.spanFrom(first) };
}
