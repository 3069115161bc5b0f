/** What is wrong with a text, where, and what may have been meant. @module */
import { describe, expect, test } from 'vitest';
import { LinkType } from '../../../src/base/link-type.ts';
import { compileFilter, type FilterOptions } from '../../../src/bpf/compile-filter.ts';
import { FilterError, type FilterErrorCode } from '../../../src/bpf/language/filter-error.ts';

function errorOf(expression: string, options: Partial<FilterOptions> = {}): FilterError {
  try {
    compileFilter(expression, { linkType: LinkType.ethernet, ...options });
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`${expression} is a filter`);
}

/** The expression, the words that are wrong in it, the code. */
const CASES: readonly (readonly [string, string, FilterErrorCode])[] = [
  ['hots 10.1.1.1', 'hots', 'FILTER_SYNTAX'],
  ['tcp AND udp', 'AND', 'FILTER_SYNTAX'],
  ['tcp port 80 and and', 'and', 'FILTER_SYNTAX'],
  ['port 65536', '65536', 'FILTER_NUMBER'],
  ['port 08', '08', 'FILTER_NUMBER'],
  ['len > 0x100000000', '0x100000000', 'FILTER_NUMBER'],
  ['ip[0:3] = 1', '3', 'FILTER_NUMBER'],
  ['ip[0] / 0 = 1', '0', 'FILTER_NUMBER'],
  ['ip[0] << 32 = 1', '32', 'FILTER_NUMBER'],
  ['vlan 4096', 'vlan 4096', 'FILTER_NUMBER'],
  ['host 256.1.1.1', '256.1.1.1', 'FILTER_ADDRESS'],
  ['net 10.1.1.1/24', '10.1.1.1/24', 'FILTER_ADDRESS'],
  ['net 2001:db8::1/64', '2001:db8::1/64', 'FILTER_ADDRESS'],
  ['udp host 10.1.1.1', '10.1.1.1', 'FILTER_QUALIFIER'],
  ['ip port 80', 'ip port', 'FILTER_QUALIFIER'],
  ['ether host 10.1.1.1', '10.1.1.1', 'FILTER_ADDRESS'],
  ['port htpt', 'htpt', 'FILTER_NAME'],
  ['ip proto tcq', 'tcq', 'FILTER_NAME'],
  ['host example.org', 'example.org', 'FILTER_NAME'],
  ['type mgt', 'type', 'FILTER_LINK_TYPE'],
  ['on eth0', 'on', 'FILTER_LINK_TYPE'],
  ['mpls and arp', 'arp', 'FILTER_ENCAPSULATION'],
  ['tcp and udp', 'tcp and udp', 'FILTER_REJECTS_ALL'],
  ['tcp ; udp', ';', 'FILTER_SYNTAX'],
];

describe('errors of filters', () => {
  test.each(CASES)('%s: %s', (expression, words, code) => {
    const error = errorOf(expression);
    expect(error.code).toBe(code);
    expect(expression.slice(error.offset, error.offset + error.length)).toBe(words);
  });

  test.each([
    ['hots 10.1.1.1', 'host'],
    ['tcp prot 80', 'port'],
    ['port htpt', 'http'],
    ['ip proto tcq', 'tcp'],
    ['net 10.1.1.1/24', '10.1.1.0/24'],
    ['port 09', '9'],
  ])('%s was meant to be %s', (expression, suggestion) => {
    expect(errorOf(expression).suggestion).toBe(suggestion);
  });

  test('the text form has carets under the wrong words', () => {
    expect(errorOf('tcp prot 80').toText().split('\n').slice(1)).toEqual(['  tcp prot 80', '      ^^^^']);
  });

  test('the text form of a long filter shows the part that is wrong, without control characters', () => {
    const long = `${'tcp or '.repeat(50)}\u001b[31m`;
    const [, shown = '', carets = ''] = errorOf(long).toText().split('\n');
    expect(shown.length).toBeLessThan(160);
    expect(shown).not.toContain('\u001b');
    expect(carets.trimStart()).toBe('^^'); // as wide as ^[
  });

  test('a filter that ends too early says what could come', () => {
    const error = errorOf('tcp port');
    expect(error.offset).toBe('tcp port'.length);
    expect(error.expected.length).toBeGreaterThan(0);
  });

  test('link types have what they have', () => {
    expect(errorOf('ether host 00:11:22:33:44:55', { linkType: LinkType.raw }).code).toBe('FILTER_LINK_TYPE');
    expect(errorOf('vlan', { linkType: LinkType.linuxSll2 }).code).toBe('FILTER_LINK_TYPE');
    expect(errorOf('ip', { linkType: 147 }).code).toBe('FILTER_LINK_TYPE');
    expect(() => compileFilter('ip', { linkType: 1, snapLength: 0 })).toThrow(RangeError);
  });
});

describe('what a terminal is shown', () => {
  test('control characters and marks of direction are visible, and carets stay below the wrong words', () => {
    const text = 'tcp and \u202efoo\u001b[31m bar';
    const [message = '', shown = '', carets = ''] = errorOf(text).toText().split('\n');
    expect(message).toBe('"<U+202E>" is not allowed in a filter');
    expect(shown).toBe('  tcp and <U+202E>foo^[[31m bar');
    expect(carets).toBe('          ^^^^^^^^');
    expect(errorOf('tcp prot\u009b 80').toText().split('\n').slice(1)).toEqual(['  tcp protM-^[ 80', '          ^^^^']);
  });

  test('words that are quoted in messages are no different', () => {
    expect(errorOf('host \\\u001b[2J\u2066x').message).toContain('"^[[2J<U+2066>x"');
  });

  test('a filter of several lines is shown as one', () => {
    const [, shown, carets] = errorOf('tcp\n\tand prot 80').toText().split('\n');
    expect([shown, carets]).toEqual(['  tcp  and prot 80', '           ^^^^']);
  });
});

describe('hostile text ends soon', () => {
  const HOSTILE: readonly (readonly [string, string])[] = [
    ['deep parentheses', `${'('.repeat(30_000)}tcp`],
    ['many nots', `${'not '.repeat(16_000)}tcp`],
    ['deep arithmetic', `${'('.repeat(20_000)}1 = 1`],
    ['minus after minus', `ip[${'-'.repeat(20_000)}1] = 1`],
    ['nested indices', `${'ip['.repeat(10_000)}0`],
    ['too long', 'a'.repeat(100_000)],
    ['colons', `host ${':'.repeat(60_000)}`],
    ['words of colons', 'host 1:2:3:4:5:6:7: '.repeat(3_000)],
    ['nothing but dots', `host ${'1.'.repeat(30_000)}`],
  ];
  test.each(HOSTILE)('%s', (_, expression) => {
    expect(errorOf(expression)).toBeInstanceOf(FilterError);
  });

  test('a long filter of many alternatives compiles, with jumps over 255', () => {
    const hosts = Array.from(
      { length: 700 },
      (_, index) => `${index % 3 === 0 ? 'src ' : 'dst '}host 10.0.${index >> 8}.${index & 255}`,
    );
    const program = compileFilter(hosts.join(' or '), { linkType: LinkType.ethernet });
    expect(program.instructions.length).toBeGreaterThan(700);
    const frame = new Uint8Array(60);
    frame.set([0x08, 0x00, 0x45], 12);
    frame.set([10, 0, 2, 187], 30);
    expect(program.match(frame)).toBe(hosts[699] === 'src host 10.0.2.187' ? 0 : 262_144);
    frame[33] = 250;
    expect(program.match(frame)).toBe(0);
  });

  test('alternating operators of any number need no stack', () => {
    const text = Array.from(
      { length: 4_000 },
      (_, index) => `${index % 2 === 0 ? 'and' : 'or'} less ${index + 1}`,
    ).join(' ');
    expect(() => compileFilter(`ip ${text}`, { linkType: LinkType.ethernet })).not.toThrow();
  });
});
