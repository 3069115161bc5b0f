/** Filters explained in text. The program's own lines are those of `tcpdump -d` (tcpdump 4.99). @module */
import { expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { trace } from '../../src/bpf/engine/trace.ts';
import { explainFilter } from '../../src/bpf/explain.ts';
import { FilterTests } from '../../src/bpf/filter-tests.ts';
import {
  filterCountText,
  filterDecisionText,
  filterDot,
  filterExplanationText,
  filterTraceText,
} from '../../src/report/filter-text.ts';
import { fromHex } from '../support/hex.ts';

const ethernet = { linkType: LinkType.ethernet };

test('an explanation has the tree, the tests and the program with labels', () => {
  expect(filterExplanationText(explainFilter('ip and not less 64', ethernet)).trimEnd().split('\n')).toEqual([
    'Filter',
    '  and',
    '    protocol ip',
    '    not',
    '      length on the wire <= 64',
    '',
    'Tests',
    '  0: ether type is ip? yes 1, no 2',
    '  1: len > 64? yes 3, no 2',
    '  2: reject',
    '  3: accept',
    '',
    'Program',
    '  (000) ldh      [12]',
    '  (001) jeq      #0x800  ; yes L1, no L3',
    'L1:',
    '  (002) ld       #pktlen',
    '  (003) jgt      #0x40  ; yes L2, no L3',
    'L2:',
    '  (004) ret      #262144',
    'L3:',
    '  (005) ret      #0',
  ]);
});

test('a filter without words is every packet', () => {
  expect(filterExplanationText(explainFilter('', ethernet))).toContain('every packet');
});

test('the graph is DOT, and text cannot break out of it', () => {
  const dot = filterDot({ ...explainFilter('ip', ethernet), expression: 'a"\\\n' });
  expect(dot.startsWith('digraph filter {')).toBe(true);
  expect(dot).toContain('label="a\\"\\\\ "');
  expect(dot.match(/->/g)).toHaveLength(2);
});

test('a trace shows the bytes that were read, and why it ended', () => {
  const { instructions } = explainFilter('ip[100] = 1', ethernet);
  const frame = fromHex('001122334455 020000000001 0800 45');
  const text = filterTraceText(instructions, frame, trace(instructions, frame));
  expect(text).toContain('bytes 12-13: 08 00; A=0x800');
  expect(text).toContain('the frame has no such bytes: rejected');
  expect(text.trimEnd().endsWith('rejected')).toBe(true);
});

/** Ethernet, IPv4 and TCP from port 43966 to 80, as RFC 791 and RFC 9293 lay them out. */
const SEGMENT = fromHex(
  '001122334455 020000000001 0800 4500 0028 0000 0000 4006 0000 0a000001 0a000002 abbe 0050 00000000 00000000 5002 0000 0000 0000',
);

test('a decision has a line for each test that decided', () => {
  const decision = new FilterTests('tcp and port 99 and less 100').decide(SEGMENT);
  expect(filterDecisionText(decision, false)).toMatchInlineSnapshot(`
    "Decision
      no  port 99: tcp source port is 43966, tcp destination port is 80

    Program
    "
  `);
  expect(filterDecisionText(new FilterTests('tcp and not port 22').decide(SEGMENT), true)).toMatchInlineSnapshot(`
    "Decision
      yes tcp: ip protocol is tcp
      no  port 22: tcp source port is 43966, tcp destination port is 80

    Program
    "
  `);
  expect(filterDecisionText(new FilterTests('ip[60] = 1').decide(SEGMENT), true)).toMatchInlineSnapshot(`
    "Decision
      cut ip[60] = 1: byte 74 is missing (the frame has 54 bytes)
      the program accepts the frame, which is cut short

    Program
    "
  `);
});

test('long lists are cut, and text from a filter cannot reach the terminal', () => {
  const hosts = Array.from({ length: 100 }, (_, index) => `10.1.1.${index}`).join(' or ');
  const lines = filterDecisionText(new FilterTests(`host ${hosts}`).decide(SEGMENT), false).split('\n');
  expect(lines).toHaveLength(25);
  expect(lines[21]).toBe('  ... 80 more tests');
  const hostile = { text: 'port\u001b[31m 99', offset: 0, length: 7, matches: 0 };
  expect(filterCountText({ frames: 1, matches: 0, tests: [hostile] })).not.toContain('\u001b');
});

test('counts have a line for each test', () => {
  const filter = new FilterTests('tcp port 80 or 443 and not host 10.0.0.9');
  const matches = filter.matching(SEGMENT);
  const tests = filter.tests.map((each, index) => ({ ...each, matches: matches[index] === true ? 120 : 0 }));
  expect(filterCountText({ frames: 1_000, matches: 120, tests })).toMatchInlineSnapshot(`
    " 120  tcp port 80
       0  tcp port 443
       0  host 10.0.0.9
     120  the whole filter
    1000  frames in the file
    "
  `);
});
