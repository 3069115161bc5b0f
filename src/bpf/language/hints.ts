/**
 * Advice for phrases of other filter languages and for frequent mistakes: `tcp.port == 80`, `port 80,443`, `icmp type
 * 8`. Each pattern covers the words in question and returns what to write instead. @module
 */
import { parseIpv6 } from '../../base/address.ts';
import { nearestWord } from '../../base/nearest-word.ts';
import { portsOfService } from '../../base/service-names.ts';
import { FilterError, type Span } from './filter-error.ts';
import { reservedWord } from './keywords.ts';
import { NAMED_VALUES } from './named-values.ts';

/** Characters to either side of an error that are searched, to bound the work on long texts. */
const WINDOW = 100;
const MAX_PORT = 65_535;

/** Replaces a match, given its groups; undefined: no advice. */
type Rewrite = (...groups: readonly (string | undefined)[]) => string | undefined;

/** Names of Wireshark's display filters, and a test of their value. */
const DISPLAY_FIELDS: readonly (readonly [field: RegExp, test: string])[] = [
  [/^(tcp|udp|sctp)\.port$/, '$1 port VALUE'],
  [/^(tcp|udp|sctp)\.(src|dst)port$/, '$1 $2 port VALUE'],
  [/^ip(?:v6)?\.(?:addr|host)$/, 'host VALUE'],
  [/^ip(?:v6)?\.(src|dst)(?:_host)?$/, '$1 host VALUE'],
  [/^eth\.addr$/, 'ether host VALUE'],
  [/^eth\.(src|dst)$/, 'ether $1 VALUE'],
  [/^eth\.type$/, 'ether proto VALUE'],
  [/^vlan\.id$/, 'vlan VALUE'],
  [/^ip\.proto$/, 'ip proto VALUE'],
  [/^icmp\.(type|code)$/, 'icmp[icmp$1] = VALUE'],
  [/^icmpv6\.(type|code)$/, 'icmp6[icmp6$1] = VALUE'],
  [/^frame\.len$/, 'len = VALUE'],
  [/^ip\.ttl$/, 'ip[8] = VALUE'],
  [/^ip\.len$/, 'ip[2:2] = VALUE'],
];
const EQUAL: ReadonlySet<string | undefined> = new Set(['=', '==', 'eq', 'is']);
const UNEQUAL: ReadonlySet<string | undefined> = new Set(['!=', 'ne', '<>']);
const RELATIONS: ReadonlyMap<string | undefined, string> = new Map([
  ['>', '>'], ['gt', '>'], ['<', '<'], ['lt', '<'], ['>=', '>='], ['ge', '>='], ['<=', '<='], ['le', '<='],
]); // biome-ignore format: a table

/** `tcp.port == 80`. */
const displayFilter: Rewrite = (field = '', operator = '', value = '') => {
  const flag = /^tcp\.flags\.(\w+)$/.exec(field)?.[1];
  if (flag !== undefined) {
    const word = flagOf(flag === 'reset' ? 'rst' : flag);
    const isSet = EQUAL.has(operator) === /^(1|true)$/i.test(value);
    return word === undefined ? undefined : `tcp[tcpflags] & ${word} ${isSet ? '!=' : '='} 0`;
  }
  const [pattern, test] = DISPLAY_FIELDS.find(([name]) => name.test(field)) ?? [];
  if (pattern === undefined || test === undefined || value === '') return undefined;
  const text = field.replace(pattern, test).replace('VALUE', value);
  if (EQUAL.has(operator)) return text;
  if (UNEQUAL.has(operator)) return `not ${text}`;
  const relation = RELATIONS.get(operator);
  const compared = relation === undefined ? undefined : text.replace(' = ', ` ${relation} `);
  return compared === text ? portRange(text.replace(` ${value}`, ''), relation ?? '', value) : compared;
};

/** `port != 22`, `src = 10.0.0.1`, `dst port >= 1024`. */
const comparison: Rewrite = (words = '', operator, value = '') => {
  if (EQUAL.has(operator)) return `${words} ${value}`;
  if (UNEQUAL.has(operator)) return `not ${words} ${value}`;
  return portRange(words, RELATIONS.get(operator) ?? '', value);
};

function portRange(words: string, relation: string, value: string): string | undefined {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!words.endsWith('port')) return undefined;
  const [low, high] = relation.startsWith('>')
    ? [relation === '>' ? number + 1 : number, MAX_PORT]
    : [0, relation === '<' ? number - 1 : number];
  return low <= high && high <= MAX_PORT ? `${words}range ${low}-${high}` : undefined;
}

/** `port 80,443`, `80,443`, `tcp, udp`. */
const list: Rewrite = (words, items = '') => {
  const all = items.split(/\s*,\s*/);
  const joined = `(${all.join(' or ')})`;
  if (words !== undefined) return `${words} ${joined}`;
  if (all.every((item) => /^\d+$/.test(item))) return `port ${joined}`;
  return all.every((item) => /^\d+(\.\d+){3}$/.test(item)) ? `host ${joined}` : joined;
};

function flagOf(name: string): string | undefined {
  const flags = [...NAMED_VALUES.keys()].filter((word) => word.startsWith('tcp-'));
  const word = `tcp-${name === 'psh' ? 'push' : name}`;
  return flags.includes(word) ? word : nearestWord(word, flags);
}

const flagTest: Rewrite = (name = '') => {
  const word = flagOf(name);
  return word === undefined ? undefined : `tcp[tcpflags] & ${word} != 0`;
};

/** `icmp type 8`, `icmp6 code 0`, `icmp type echo`. */
const messageType: Rewrite = (protocol = '', field = '', value = '') => {
  const named = `${protocol}-${value}`;
  const number = NAMED_VALUES.has(named) ? named : /^\d+$/.test(value) ? value : undefined;
  return number === undefined ? undefined : `${protocol}[${protocol}${field}] = ${number}`;
};

const IPV4 = String.raw`\d+(?:\.\d+){1,3}`;
const IPV6 = '[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*';
const MAC = '[0-9a-fA-F]{1,2}(?:[:-][0-9a-fA-F]{1,2}){5}';
const OPERATOR = '==?|!=|<>|>=?|<=?';
/** Not after an operator, where the word is an operand. */
const NO_OPERAND = String.raw`(?<![&|=<>!+*/%^-]\s*)(?<![\w-])`;

const HINTS: readonly (readonly [pattern: string, rewrite: Rewrite])[] = [
  [`\\b([a-z][a-z0-9]*(?:\\.[a-z_]+)+)\\s*(${OPERATOR}|\\b[a-z]{2}\\b)\\s*([\\w.:/-]+)`, displayFilter],
  [
    `\\b((?:(?:tcp|udp|sctp|ip6?|arp|ether)\\s+)?(?:(?:src|dst)\\s+)?(?:port|host|net)|src|dst)\\s*(${OPERATOR})\\s*([\\w.:/-]+)`,
    comparison,
  ],
  [`\\b(vlan|mpls|pppoes|geneve|vxlan|ifindex|proto|protochain)\\s*(==?|!=)\\s*(\\d+)`, comparison],
  ['\\b(icmp6?)\\s+(type|code)\\s*(?:==?|is)?\\s*([a-z0-9]+)', messageType],
  ['\\b(icmp6?)\\s+([a-z]+)\\b', (protocol, value) => messageType(protocol, 'type', value)],
  [`${NO_OPERAND}(icmp6?)-([a-z0-9]+)`, (protocol, value) => messageType(protocol, 'type', value)],
  ['\\btcp\\s+(?:flags?\\s+)?(syn|ack|fin|rst|push|psh|urg|ece|cwr)\\b', flagTest],
  [`${NO_OPERAND}tcp-([a-z]+)`, flagTest],
  [
    `(?:\\b(src|dst)\\s+)?(?:\\b(?:net|host)\\s+)?\\b(${IPV4})/(\\d+(?:\\.\\d+){3})`,
    (direction, address, mask) => `${direction === undefined ? '' : `${direction} `}net ${address} mask ${mask}`,
  ],
  [`\\bhost\\s+(${IPV4}|${IPV6})/(\\d+)`, (address, prefix) => `net ${address}/${prefix}`],
  [
    `\\b(?:(src|dst)\\s+)?(?:mac|eth|ether|hwaddr|host)\\s+(${MAC})`,
    (way = 'host', address) => `ether ${way} ${address}`,
  ],
  [`(${IPV6})%[\\w.-]+`, (address) => address],
  [
    '(?<!\\b(?:vlan|mpls)\\s*)(?:\\b((?:(?:src|dst)\\s+)?(?:port|host|net))\\s+)?([\\w.:/-]+(?:\\s*,\\s*[\\w.:/-]+)+)',
    list,
  ],
  [
    '(?:\\bport(?:range)?\\s+)?(?<![\\w:.[-])(\\d+)\\s*(?::|\\.\\.|-|\\bto\\b)\\s*(\\d+)(?![\\w:.-])',
    (low, high) => `portrange ${low}-${high}`,
  ],
  ['\\bportrange\\s+(\\d+)\\s+(\\d+)', (low, high) => `portrange ${low}-${high}`],
  [
    '\\b((?:(?:ip6?|ether|link|iso|isis)\\s+)?proto(?:chain)?)\\s+([a-z0-9-]+)',
    (words, name = '') => (reservedWord(name) === undefined ? undefined : `${words} \\${name}`),
  ],
  [
    '\\b(tcp|udp|sctp)\\s+([\\w-]+)',
    (protocol, name = '') => (portsOfService(name) === undefined ? undefined : `${protocol} port ${name}`),
  ],
];

/** Addresses that are too short or too long. */
const BAD_ADDRESS = /(?<![\w:[-])[0-9a-fA-F]{0,4}(?:[:-][0-9a-fA-F]{0,4}){2,}(?![\w:-])/g;

/**
 * Replaces `error` by one that covers the whole phrase and suggests what to write, if the phrase is known.
 * @param errorIn returns the position of the first error in a text, infinity for a valid filter: advice that is not
 * valid itself is not given
 */
export function withHint(error: FilterError, errorIn: (expression: string) => number): FilterError {
  const { code, reason, expression } = error;
  const start = Math.max(0, error.offset - WINDOW);
  const window = wholeWords(expression, start, Math.min(expression.length, error.offset + WINDOW));
  const from = error.offset - start;
  for (const [pattern, rewrite] of HINTS) {
    for (const match of window.matchAll(new RegExp(pattern, 'g'))) {
      if (match.index > from || match.index + match[0].length < from) continue;
      const suggestion = rewrite(...match.slice(1));
      if (suggestion === undefined) continue;
      const where = { offset: start + match.index, length: match[0].length };
      const before = expression.slice(0, where.offset) + suggestion;
      if (errorIn(before + expression.slice(where.offset + where.length)) < before.length) continue;
      return new FilterError(code, reason, expression, where, { suggestion });
    }
  }
  return badAddress(expression, window, start, from) ?? error;
}

/** Returns the text from `start` to `end`, with blanks in place of a word that is cut at either side. */
function wholeWords(expression: string, start: number, end: number): string {
  const text = expression.slice(start, end);
  const head = start === 0 ? '' : (/^\S*/.exec(text)?.[0] ?? '');
  const body = text.slice(head.length);
  return ' '.repeat(head.length) + (end === expression.length ? body : body.replace(/\S*$/, ''));
}

function badAddress(expression: string, window: string, start: number, from: number): FilterError | undefined {
  for (const match of window.matchAll(BAD_ADDRESS)) {
    if (match.index > from || match.index + match[0].length < from) continue;
    const [text] = match;
    if (/^[0-9a-fA-F]{1,2}([:-][0-9a-fA-F]{1,2}){5}$/.test(text) || parseIpv6(text) !== undefined) continue;
    const where: Span = { offset: start + match.index, length: text.length };
    const isEthernet = /\b(?:ether|link|mac)\b[^()]*$/.test(window.slice(0, match.index));
    // A word with dashes may be a name.
    if (!isEthernet && !text.includes(':')) continue;
    const isMac = isEthernet || /^(?:[^:]{2}:)+[^:]{2}$/.test(text);
    const kind = isMac ? 'an Ethernet address' : 'an IPv6 address';
    const expected = isMac ? ['six octets such as 02:00:00:00:00:01'] : [];
    return new FilterError('FILTER_ADDRESS', `${text} is not ${kind}`, expression, where, { expected });
  }
  return undefined;
}
