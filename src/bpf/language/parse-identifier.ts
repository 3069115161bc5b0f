/** Parses identifiers (addresses, networks, numbers, names) and the words that qualify them. @module */
import type { Cursor } from './cursor.ts';
import { isProtocolWord, type ProtocolWord } from './keywords.ts';
import type { Direction, Identifier, IdentifierType, Qualifiers } from './syntax.ts';

const IDENTIFIER_TYPES: ReadonlySet<string> = new Set(['host', 'net', 'port', 'portrange']);
const UNDIRECTED_TYPES: ReadonlySet<string> = new Set(['proto', 'protochain', 'gateway']);
const IDENTIFIER = ['an address', 'a number', 'a name'];

/** Returns whether the next token begins an identifier. One can also follow `(` or `not`. */
export function atIdentifier(cursor: Cursor): boolean {
  const { kind } = cursor.next;
  return (
    kind === 'number' || kind === 'name' || kind === 'ipv4' || kind === 'ipv6' || kind === 'mac' || kind === 'arcnet'
  );
}

/** Parses `[protocol] [direction] [type]`. Returns undefined and consumes nothing when no identifier follows. */
export function parseQualifiers(cursor: Cursor): Qualifiers | undefined {
  const first = cursor.next;
  const protocol = first.kind === 'word' && isProtocolWord(first.text) ? first.text : undefined;
  if (!leadsToIdentifier(cursor, protocol === undefined ? 0 : 1)) return undefined;
  if (protocol !== undefined) cursor.take();
  const undirected = cursor.next;
  if (undirected.kind === 'word' && UNDIRECTED_TYPES.has(undirected.text)) {
    cursor.take();
    return qualifiers(cursor, first, protocol, undefined, undirected.text as IdentifierType);
  }
  const direction = parseDirection(cursor);
  const type = cursor.next;
  if (type.kind === 'word' && IDENTIFIER_TYPES.has(type.text)) {
    cursor.take();
    return qualifiers(cursor, first, protocol, direction, type.text as IdentifierType);
  }
  return qualifiers(cursor, first, protocol, direction, undefined);
}

function leadsToIdentifier(cursor: Cursor, ahead: number): boolean {
  const { kind, text } = cursor.peek(ahead);
  if (kind !== 'word') return false;
  return IDENTIFIER_TYPES.has(text) || UNDIRECTED_TYPES.has(text) || text === 'src' || text === 'dst';
}

function qualifiers(
  cursor: Cursor,
  first: { offset: number; length: number },
  protocol: ProtocolWord | undefined,
  direction: Direction | undefined,
  type: IdentifierType | undefined,
): Qualifiers {
  return { protocol, direction, type, ...cursor.spanFrom(first) };
}

/** Parses `src`, `dst`, `src or dst`, `src and dst`, in either order. */
function parseDirection(cursor: Cursor): Direction | undefined {
  const { kind, text } = cursor.next;
  if (kind !== 'word' || (text !== 'src' && text !== 'dst')) return undefined;
  cursor.take();
  const link = cursor.next;
  const other = cursor.peek(1);
  const pair = text === 'src' ? 'dst' : 'src';
  if (
    link.kind === 'word' &&
    other.kind === 'word' &&
    other.text === pair &&
    (link.text === 'or' || link.text === 'and')
  ) {
    cursor.take();
    cursor.take();
    return link.text === 'or' ? 'either' : 'both';
  }
  return text;
}

/** Parses one identifier without parentheses or `not`. */
export function parseIdentifier(cursor: Cursor): Identifier {
  const first = cursor.next;
  switch (first.kind) {
    case 'number':
      cursor.take();
      return { form: 'number', value: first.value, ...cursor.spanFrom(first) };
    case 'name':
      cursor.take();
      return { form: 'name', text: first.text, ...cursor.spanFrom(first) };
    case 'mac':
      cursor.take();
      return { form: 'mac', text: first.text, ...cursor.spanFrom(first) };
    case 'arcnet':
      cursor.take();
      return { form: 'arcnet', text: first.text, ...cursor.spanFrom(first) };
    case 'ipv4':
      cursor.take();
      return parseIpv4Tail(cursor, first);
    case 'ipv6': {
      cursor.take();
      if (!cursor.accept('symbol', '/')) return { form: 'ipv6', text: first.text, ...cursor.spanFrom(first) };
      const prefix = cursor.expectNumber('a prefix length').value;
      return { form: 'ipv6', text: first.text, prefix, ...cursor.spanFrom(first) };
    }
    case 'word':
      throw cursor.error('FILTER_SYNTAX', `"${first.text}" is a keyword, not a name`, first, {
        expected: IDENTIFIER,
        suggestion: isProtocolWord(first.text) ? `\\${first.text}` : undefined,
      });
    default:
      throw cursor.unexpected(IDENTIFIER);
  }
}

/** Parses `/24` or `mask 255.255.255.0` after an IPv4 address, if either follows. */
function parseIpv4Tail(cursor: Cursor, first: { text: string; offset: number; length: number }): Identifier {
  if (cursor.accept('symbol', '/')) {
    const prefix = cursor.expectNumber('a prefix length').value;
    return { form: 'ipv4Network', text: first.text, prefix, ...cursor.spanFrom(first) };
  }
  if (cursor.accept('word', 'mask')) {
    if (!cursor.at('ipv4')) throw cursor.unexpected(['a netmask such as 255.255.255.0']);
    const prefix = cursor.take().text;
    return { form: 'ipv4Network', text: first.text, prefix, ...cursor.spanFrom(first) };
  }
  return { form: 'dotted', text: first.text, ...cursor.spanFrom(first) };
}
