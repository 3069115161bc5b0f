/**
 * Splits filter text into tokens. As in libpcap's scanner the longest form wins, and of equally long ones the first in
 * this order: MAC address, number, dotted IPv4, IPv6, name. So `10.1.1.1` is an address, `10.1.1.1a` a name,
 * `1.2.3.4.5.6` a MAC address, and `80-90` one name (of a port range). @module
 */
import { parseIpv6 } from '../../base/address.ts';
import { FilterError, type Span } from './filter-error.ts';
import { reservedWord } from './keywords.ts';
import { MAX_EXPRESSION_LENGTH } from './limits.ts';
import { NAMED_VALUES } from './named-values.ts';

export type TokenKind =
  | 'word'
  | 'number'
  | 'name'
  | 'ipv4'
  | 'ipv6'
  | 'mac'
  | 'arcnet'
  | 'symbol'
  | 'extension'
  | 'end';

export interface Token extends Span {
  readonly kind: TokenKind;
  /** Canonical: a word's main spelling, an escaped name without its backslash. */
  readonly text: string;
  /** Of numbers: 0 to 0xffffffff. */
  readonly value: number;
}

const BLANKS = /[ \t\r\n]+/y;
const SYMBOL = /<<|>>|<=|>=|!=|==|&&|\|\||[!<>()[\]&|\-+*/:=%^]/y;
const ESCAPED = /\\([^ !()\n\t]+)/y;
/** This character does not occur in pcap-filter(7), so it begins the extensions. */
const EXTENSION = /@[a-z0-9]+/y;
const ARCNET = /\$[0-9a-fA-F]{1,2}(?![0-9a-fA-F])/y;
const MAC =
  /[0-9a-fA-F]{1,2}(?:(?::[0-9a-fA-F]{1,2}){5}|(?:-[0-9a-fA-F]{1,2}){5}|(?:\.[0-9a-fA-F]{1,2}){5})|[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}|[0-9a-fA-F]{12}/y;
const NUMBER = /0[xX][0-9a-fA-F]+|[0-9]+/y;
const DOTTED = /[0-9]+(?:\.[0-9]+){1,3}/y;
/** Limits the text to the longest address. */
const IPV6_RUN = /[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]{0,44}/y;
const NAME = /[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?/y;
/** Longest text of an IPv6 address: eight groups, the last two as a dotted quad. */
const MAX_IPV6_TEXT = 45;
const MAX_IPV6_GROUPS = 8;

/** @throws FilterError */
export function tokenize(expression: string): readonly Token[] {
  if (expression.length > MAX_EXPRESSION_LENGTH) {
    throw new FilterError(
      'FILTER_LIMIT',
      `the filter has ${expression.length} characters; the limit is ${MAX_EXPRESSION_LENGTH}`,
      expression,
      { offset: MAX_EXPRESSION_LENGTH, length: 1 },
    );
  }
  const tokens: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    const blank = matchAt(BLANKS, expression, at);
    if (blank !== '') {
      at += blank.length;
      continue;
    }
    const token = readToken(expression, at);
    tokens.push(token);
    at += token.length;
  }
  tokens.push({ kind: 'end', text: '', value: 0, offset: expression.length, length: 0 });
  return tokens;
}

function readToken(expression: string, at: number): Token {
  const escaped = matchAt(ESCAPED, expression, at);
  if (escaped !== '') return token('name', escaped.slice(1), at, escaped.length);
  const arcnet = matchAt(ARCNET, expression, at);
  if (arcnet !== '') return token('arcnet', arcnet, at, arcnet.length);
  const extension = matchAt(EXTENSION, expression, at);
  if (extension !== '') return token('extension', extension, at, extension.length);
  const best = longest(expression, at);
  if (best !== undefined) return best;
  const symbol = matchAt(SYMBOL, expression, at);
  if (symbol !== '') {
    const word = reservedWord(symbol);
    return token(word === undefined ? 'symbol' : 'word', word ?? (symbol === '==' ? '=' : symbol), at, symbol.length);
  }
  const wrong = String.fromCodePoint(expression.codePointAt(at) ?? 0);
  throw new FilterError('FILTER_SYNTAX', `"${wrong}" is not allowed in a filter`, expression, {
    offset: at,
    length: wrong.length,
  });
}

function longest(expression: string, at: number): Token | undefined {
  const mac = matchAt(MAC, expression, at);
  const number = matchAt(NUMBER, expression, at);
  const dotted = matchAt(DOTTED, expression, at);
  const ipv6 = matchIpv6(expression, at);
  const name = matchAt(NAME, expression, at);
  const length = Math.max(mac.length, number.length, dotted.length, ipv6.length, name.length);
  if (length === 0) return undefined;
  if (mac.length === length) return token('mac', mac, at, length);
  if (number.length === length)
    return { ...token('number', number, at, length), value: readNumber(expression, number, at) };
  if (dotted.length === length) return token('ipv4', dotted, at, length);
  if (ipv6.length === length) return token('ipv6', ipv6, at, length);
  const named = NAMED_VALUES.get(name);
  if (named !== undefined) return { ...token('number', name, at, length), value: named };
  const word = reservedWord(name);
  return token(word === undefined ? 'name' : 'word', word ?? name, at, length);
}

/** Reads a number: decimal, octal after 0, hexadecimal after 0x. */
function readNumber(expression: string, text: string, at: number): number {
  const span = { offset: at, length: text.length };
  const octal = /^0[0-9]/.test(text);
  if (octal && /[89]/.test(text)) {
    throw new FilterError('FILTER_NUMBER', `${text} is not a number: a leading 0 makes it octal`, expression, span, {
      suggestion: text.replace(/^0+/, ''),
    });
  }
  const value = octal ? Number.parseInt(text, 8) : Number(text);
  if (value > 0xffff_ffff) {
    throw new FilterError('FILTER_NUMBER', `${text} does not fit in 32 bits`, expression, span);
  }
  return value;
}

/** Returns the longest text from `at` that is an IPv6 address. */
function matchIpv6(expression: string, at: number): string {
  const run = withinIpv6(matchAt(IPV6_RUN, expression, at));
  for (let length = Math.min(run.length, MAX_IPV6_TEXT); length >= 2; length -= 1) {
    const text = run.slice(0, length);
    if (parseIpv6(text) !== undefined) return text;
  }
  return '';
}

/** Returns the longest prefix of `run` that an address can fill; empty if there is none. */
function withinIpv6(run: string): string {
  const gap = run.indexOf('::');
  if (run.startsWith(':') && gap !== 0) return '';
  // Seven colons, one fewer before a dotted quad; with `::`, of which there is one, up to eight.
  const groups = run.split(':', gap < 0 ? MAX_IPV6_GROUPS : MAX_IPV6_GROUPS + 1);
  if (gap < 0) return groups.length < MAX_IPV6_GROUPS - 1 ? '' : groups.join(':');
  const whole = groups.join(':');
  const second = whole.indexOf('::', gap + 1);
  return second < 0 ? whole : whole.slice(0, Math.max(second, gap + 2));
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function token(kind: TokenKind, text: string, offset: number, length: number): Token {
  return { kind, text, value: 0, offset, length };
}
