/** Filters explained in text. The program's own lines are those of `tcpdump -d` (tcpdump 4.99). @module */
import { expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { trace } from '../../src/bpf/engine/trace.ts';
import { explainFilter } from '../../src/bpf/explain.ts';
import { filterDot, filterExplanationText, filterTraceText } from '../../src/report/filter-text.ts';
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
    '  0: is ether type = 2048 (0x800)? yes 1, no 2',
    '  1: is the length on the wire > 64? yes 3, no 2',
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
