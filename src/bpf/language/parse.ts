/**
 * Parses tokens to a syntax tree by the grammar of pcap-filter(7) in libpcap 1.10.3. `and` and `or` have equal precedence
 * and associate to the left, `not` binds tightest, and an identifier without qualifiers inherits those of the previous one
 * (`host a or b`). @module
 */

import { nearestWord } from '../../base/nearest-word.ts';
import { portsOfService } from '../../base/service-names.ts';
import { Cursor } from './cursor.ts';
import { FilterError, type FilterErrorCode } from './filter-error.ts';
import { withHint } from './hints.ts';
import { FOREIGN_WORDS, isProtocolWord, synonymOf } from './keywords.ts';
import { type Token, tokenize } from './lexer.ts';
import { isArithmeticOperator, parseArithmetic, startsArithmetic } from './parse-arithmetic.ts';
import { atIdentifier, parseIdentifier, parseQualifiers } from './parse-identifier.ts';
import type {
  ChainLink,
  Encapsulation,
  Expression,
  Identifier,
  LinkedOperator,
  Qualifiers,
  RelationalOperator,
} from './syntax.ts';

const RELATIONS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=']);
const BYTE_OPERATORS: ReadonlySet<string> = new Set(['=', '<', '>', '&', '|']);
/** Encapsulations, and whether a number may follow the word. */
const ENCAPSULATIONS: ReadonlyMap<string, boolean> = new Map([
  ['vlan', true],
  ['mpls', true],
  ['pppoed', false],
  ['pppoes', true],
  ['geneve', true],
  ['vxlan', true],
]);
const EXTENSIONS = ['@anyvlan', '@exthdr'];
/** Qualifiers to suggest for identifiers without one. */
const QUALIFIERS: Readonly<Record<Identifier['form'], string>> = {
  number: 'port',
  name: 'port',
  dotted: 'host',
  ipv4Network: 'net',
  ipv6: 'host',
  mac: 'ether host',
  arcnet: 'link host',
};
const MAX_PORT = 65_535;
const TERM = ['a protocol', '"host"', '"net"', '"port"', '"("', '"not"'];

/** A term, and the qualifiers that an identifier after it inherits. */
interface Term {
  readonly expression: Expression;
  readonly inherited: Qualifiers | undefined;
}

/**
 * Parses `expression`. Returns undefined for an empty filter, which every packet matches.
 * @throws FilterError
 */
export function parseFilter(expression: string): Expression | undefined {
  try {
    return parseText(expression);
  } catch (error) {
    throw error instanceof FilterError ? hintFor(error) : error;
  }
}

/** Adds a suggestion to an error if the text around it is a known phrase. */
export function hintFor(error: FilterError): FilterError {
  if (!HINTED.has(error.code)) return error;
  return withHint(error, (expression) => {
    try {
      parseText(expression);
    } catch (another) {
      if (another instanceof FilterError) return another.offset;
    }
    return Number.POSITIVE_INFINITY;
  });
}

/** Codes of errors that a phrase of another tool can cause. */
const HINTED: ReadonlySet<FilterErrorCode> = new Set([
  'FILTER_SYNTAX',
  'FILTER_NAME',
  'FILTER_QUALIFIER',
  'FILTER_LINK_TYPE',
]);

function parseText(expression: string): Expression | undefined {
  const tokens = tokenize(expression);
  const end = tokens.at(-1) as Token;
  const parser = new Parser(new Cursor(expression, tokens, end), findConditions(tokens));
  return parser.parse();
}

/**
 * Finds the parentheses that hold a condition, that is a relation or `and`, `or`, `not`. Others hold arithmetic, an
 * identifier or a single test. One pass, so deep nesting stays cheap.
 */
function findConditions(tokens: readonly Token[]): ReadonlySet<number> {
  const conditions = new Set<number>();
  const open: { index: number; condition: boolean }[] = [];
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind === 'symbol' && text === '(') open.push({ index, condition: false });
    else if (kind === 'symbol' && text === ')') {
      const group = open.pop();
      const outer = open.at(-1);
      if (group?.condition === true) {
        conditions.add(group.index);
        if (outer !== undefined) outer.condition = true;
      }
    } else if (isConditionMark(kind, text)) {
      const group = open.at(-1);
      if (group !== undefined) group.condition = true;
    }
  }
  return conditions;
}

function isConditionMark(kind: string, text: string): boolean {
  if (kind === 'symbol') return RELATIONS.has(text);
  return kind === 'word' && (text === 'and' || text === 'or' || text === 'not');
}

class Parser {
  readonly #cursor: Cursor;
  readonly #conditions: ReadonlySet<number>;

  constructor(cursor: Cursor, conditions: ReadonlySet<number>) {
    this.#cursor = cursor;
    this.#conditions = conditions;
  }

  parse(): Expression | undefined {
    if (this.#cursor.at('end')) return undefined;
    const { expression } = this.#parseChain(undefined);
    if (!this.#cursor.at('end')) throw this.#cursor.unexpected(['"and"', '"or"', 'the end of the filter']);
    return expression;
  }

  /** Parses `term (and|or term)*`. */
  #parseChain(outer: Qualifiers | undefined): Term {
    const cursor = this.#cursor;
    const first = cursor.next;
    let { expression, inherited } = this.#parseTerm(outer, false);
    const rest: ChainLink[] = [];
    while (cursor.at('word', 'and') || cursor.at('word', 'or')) {
      const operator = cursor.take().text as LinkedOperator;
      const term = this.#parseTerm(inherited, true);
      rest.push({ operator, operand: term.expression });
      inherited = term.inherited;
    }
    if (rest.length > 0) expression = { kind: 'chain', first: expression, rest, ...cursor.spanFrom(first) };
    return { expression, inherited };
  }

  /** @param mayBeBare whether an identifier without qualifiers is allowed here */
  #parseTerm(inherited: Qualifiers | undefined, mayBeBare: boolean): Term {
    const cursor = this.#cursor;
    const first = cursor.next;
    if (cursor.accept('word', 'not')) {
      const term = cursor.nested(() => this.#parseTerm(inherited, mayBeBare));
      return { ...term, expression: { kind: 'not', operand: term.expression, ...cursor.spanFrom(first) } };
    }
    if (cursor.at('symbol', '(')) return this.#parseGroup(inherited, mayBeBare);
    if (first.kind === 'number' && this.#arithmeticFollows(1)) return this.#parseRelation();
    if (startsArithmetic(cursor)) return this.#parseRelation();
    if (first.kind === 'extension') return this.#parseExtension();
    if (atIdentifier(cursor)) {
      if (!mayBeBare) throw this.#bareIdentifier();
      return this.#parseBare(inherited);
    }
    return this.#parseTest();
  }

  #arithmeticFollows(ahead: number): boolean {
    const { kind, text } = this.#cursor.peek(ahead);
    return kind === 'symbol' && (RELATIONS.has(text) || isArithmeticOperator(text));
  }

  /** Parses `( ... )`: a condition, arithmetic, or identifiers that inherit qualifiers. */
  #parseGroup(inherited: Qualifiers | undefined, mayBeBare: boolean): Term {
    const cursor = this.#cursor;
    if (!this.#conditions.has(cursor.position) && this.#holdsArithmetic(mayBeBare)) return this.#parseRelation();
    return cursor.nested(() => {
      cursor.take();
      const bare = mayBeBare && this.#startsBare();
      const term = bare ? this.#parseBareChain(inherited) : this.#parseChain(inherited);
      cursor.expect('symbol', ')');
      return bare ? term : { ...term, inherited };
    });
  }

  /** Returns whether the group at the cursor, which holds no relation, is an operand of arithmetic. */
  #holdsArithmetic(mayBeBare: boolean): boolean {
    const cursor = this.#cursor;
    let ahead = 0;
    while (cursor.peek(ahead).kind === 'symbol' && cursor.peek(ahead).text === '(') ahead += 1;
    const depth = ahead;
    const { kind, text } = cursor.peek(ahead);
    if (kind === 'symbol') return text === '-';
    if (kind === 'word') {
      const after = cursor.peek(ahead + 1);
      return text === 'len' || (isProtocolWord(text) && after.kind === 'symbol' && after.text === '[');
    }
    if (kind !== 'number') return false;
    ahead += 1;
    while (ahead <= depth * 2 && cursor.peek(ahead).kind === 'symbol' && cursor.peek(ahead).text === ')') ahead += 1;
    return this.#arithmeticFollows(ahead) || !mayBeBare;
  }

  /** Returns whether a group begins with an identifier rather than with a test. */
  #startsBare(): boolean {
    const cursor = this.#cursor;
    let ahead = 0;
    for (;;) {
      const { kind, text } = cursor.peek(ahead);
      if ((kind === 'symbol' && text === '(') || (kind === 'word' && text === 'not')) {
        ahead += 1;
        continue;
      }
      if (kind === 'number') return !this.#numberBeginsArithmetic(ahead);
      return kind === 'name' || kind === 'ipv4' || kind === 'ipv6' || kind === 'mac' || kind === 'arcnet';
    }
  }

  #numberBeginsArithmetic(ahead: number): boolean {
    let at = ahead + 1;
    while (this.#cursor.peek(at).kind === 'symbol' && this.#cursor.peek(at).text === ')') at += 1;
    return this.#arithmeticFollows(at);
  }

  /** Parses `a or b and not c` inside `host (...)`. */
  #parseBareChain(inherited: Qualifiers | undefined): Term {
    const cursor = this.#cursor;
    const first = cursor.next;
    let { expression } = this.#parseBare(inherited);
    const rest: ChainLink[] = [];
    while (cursor.at('word', 'and') || cursor.at('word', 'or')) {
      const operator = cursor.take().text as LinkedOperator;
      rest.push({ operator, operand: this.#parseBare(inherited).expression });
    }
    if (rest.length > 0) expression = { kind: 'chain', first: expression, rest, ...cursor.spanFrom(first) };
    return { expression, inherited };
  }

  /** Parses an identifier that inherits qualifiers: plain, after `not`, or several in parentheses. */
  #parseBare(inherited: Qualifiers | undefined): Term {
    const cursor = this.#cursor;
    const first = cursor.next;
    if (cursor.accept('word', 'not')) {
      const { expression } = cursor.nested(() => this.#parseBare(inherited));
      return { expression: { kind: 'not', operand: expression, ...cursor.spanFrom(first) }, inherited };
    }
    if (cursor.accept('symbol', '(')) {
      const { expression } = cursor.nested(() => this.#parseBareChain(inherited));
      cursor.expect('symbol', ')');
      return { expression, inherited };
    }
    if (inherited === undefined) throw this.#bareIdentifier();
    const identifier = parseIdentifier(cursor);
    return {
      expression: { kind: 'identifier', qualifiers: inherited, identifier, ...cursor.spanFrom(first) },
      inherited,
    };
  }

  #bareIdentifier(): Error {
    const cursor = this.#cursor;
    const first = cursor.next;
    const isPort = portsOfService(first.text) !== undefined && synonymOf(first.text) === undefined;
    if (first.kind === 'name' && !isPort) return cursor.unexpected(TERM);
    const identifier = parseIdentifier(cursor);
    const span = cursor.spanFrom(first);
    const text = cursor.expression.slice(span.offset, span.offset + span.length);
    const isPlain = identifier.form !== 'number' || (/^\d+$/.test(text) && identifier.value <= MAX_PORT);
    return cursor.error('FILTER_SYNTAX', `"${text}" has no qualifier`, span, {
      expected: ['"host"', '"net"', '"port"'],
      suggestion: isPlain ? `${QUALIFIERS[identifier.form]} ${text}` : undefined,
    });
  }

  #parseExtension(): Term {
    const cursor = this.#cursor;
    const { text } = cursor.next;
    if (text !== '@anyvlan' && text !== '@exthdr') {
      const suggestion = nearestWord(text, EXTENSIONS);
      throw cursor.error('FILTER_SYNTAX', `"${text}" is not an extension`, cursor.next, {
        expected: EXTENSIONS,
        suggestion,
      });
    }
    const first = cursor.take();
    return { expression: { kind: 'extension', extension: text, ...cursor.spanFrom(first) }, inherited: undefined };
  }

  #parseRelation(): Term {
    const cursor = this.#cursor;
    const first = cursor.next;
    cursor.startRelation();
    const left = parseArithmetic(cursor);
    if (!cursor.at('symbol') || !RELATIONS.has(cursor.next.text))
      throw cursor.unexpected(['a relation (= != < <= > >=)']);
    const operator = cursor.take().text as RelationalOperator;
    const right = parseArithmetic(cursor);
    return { expression: { kind: 'relation', operator, left, right, ...cursor.spanFrom(first) }, inherited: undefined };
  }

  /** Parses a test that begins with a word. */
  #parseTest(): Term {
    const cursor = this.#cursor;
    const first = cursor.next;
    const qualifiers = parseQualifiers(cursor);
    if (qualifiers !== undefined) {
      const { expression } = this.#parseBare(qualifiers);
      return { expression: { ...expression, ...cursor.spanFrom(first) }, inherited: qualifiers };
    }
    if (first.kind !== 'word') throw cursor.unexpected(TERM);
    const expression = this.#parseStandalone(first);
    if (expression === undefined) throw this.#misplaced(first);
    return { expression, inherited: undefined };
  }

  #misplaced(word: Token): Error {
    const link = FOREIGN_WORDS.get(word.text);
    if (link === undefined) return this.#cursor.unexpected(TERM);
    return this.#cursor.error('FILTER_LINK_TYPE', `"${word.text}" tests ${link} frames only`, word);
  }

  #parseStandalone(first: Token): Expression | undefined {
    const cursor = this.#cursor;
    const word = first.text;
    if (isProtocolWord(word)) return this.#parseProtocol(first, word);
    const withNumber = ENCAPSULATIONS.get(word);
    if (withNumber !== undefined) {
      cursor.take();
      const id = withNumber ? this.#parseOptionalNumber() : undefined;
      return { kind: 'encapsulation', layer: word as Encapsulation, id, ...cursor.spanFrom(first) };
    }
    switch (word) {
      case 'broadcast':
      case 'multicast':
      case 'inbound':
      case 'outbound':
        cursor.take();
        return { kind: word, ...cursor.spanFrom(first) };
      case 'less':
      case 'greater': {
        cursor.take();
        const bytes = cursor.expectNumber('a length in bytes').value;
        return { kind: 'length', operator: word === 'less' ? '<=' : '>=', bytes, ...cursor.spanFrom(first) };
      }
      case 'ifindex': {
        cursor.take();
        const index = cursor.expectNumber('an interface index').value;
        return { kind: 'ifindex', index, ...cursor.spanFrom(first) };
      }
      case 'byte':
        return this.#parseByte(first);
      case 'llc':
        return this.#parseLlc(first);
      default:
        return undefined;
    }
  }

  #parseProtocol(first: Token, protocol: Token['text']): Expression | undefined {
    const cursor = this.#cursor;
    if (!isProtocolWord(protocol)) return undefined;
    cursor.take();
    for (const cast of ['broadcast', 'multicast'] as const) {
      if (cursor.accept('word', cast)) return { kind: cast, protocol, ...cursor.spanFrom(first) };
    }
    const foreign = cursor.next;
    if (foreign.kind === 'word' && FOREIGN_WORDS.has(foreign.text)) throw this.#misplaced(foreign);
    return { kind: 'protocol', protocol, ...cursor.spanFrom(first) };
  }

  /** Parses a number that may be in parentheses: `vlan 100`, `vlan (100)`. */
  #parseOptionalNumber(): number | undefined {
    const cursor = this.#cursor;
    let depth = 0;
    while (cursor.peek(depth).kind === 'symbol' && cursor.peek(depth).text === '(') depth += 1;
    if (cursor.peek(depth).kind !== 'number') return undefined;
    for (let level = 0; level < depth; level += 1) cursor.take();
    const { value } = cursor.take();
    for (let level = 0; level < depth; level += 1) cursor.expect('symbol', ')');
    return value;
  }

  #parseByte(first: Token): Expression {
    const cursor = this.#cursor;
    cursor.take();
    const index = cursor.expectNumber('an offset').value;
    if (!cursor.at('symbol') || !BYTE_OPERATORS.has(cursor.next.text)) throw cursor.unexpected(['= < > & |']);
    const operator = cursor.take().text as '=' | '<' | '>' | '&' | '|';
    const value = cursor.expectNumber('a number').value;
    return { kind: 'byte', index, operator, value, ...cursor.spanFrom(first) };
  }

  #parseLlc(first: Token): Expression {
    const cursor = this.#cursor;
    cursor.take();
    const frame = cursor.at('name') || cursor.at('word', 'rnr') ? cursor.take().text : undefined;
    return { kind: 'llc', frame, ...cursor.spanFrom(first) };
  }
}
