/** Replies as RFC 5321, 4.2 and 4.2.1 describe them, cut and broken in every way. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  MAX_LINE_LENGTH,
  MAX_REPLY_LENGTH,
  MAX_REPLY_LINES,
  type ReceivedLine,
  ReplyReader,
} from '../../src/smtp/reply-reader.ts';

function read(...pieces: readonly string[]) {
  const lines: ReceivedLine[] = [];
  const reader = new ReplyReader((line) => lines.push(line));
  const results: ReturnType<ReplyReader['next']>[] = [];
  for (const piece of pieces) {
    reader.push(Buffer.from(piece, 'latin1'));
    for (let result = reader.next(); result !== undefined; result = reader.next()) {
      results.push(result);
      if (typeof result === 'string') return { reader, lines, results };
    }
  }
  return { reader, lines, results };
}

describe('replies', () => {
  test('the multiline example of RFC 5321, 4.2.1', () => {
    const { results } = read(
      '250-First line\r\n250-Second line\r\n250-234 Text beginning with numbers\r\n250 The last line\r\n',
    );
    const lines = ['First line', 'Second line', '234 Text beginning with numbers', 'The last line'];
    expect(results).toEqual([{ code: 250, lines }]);
  });

  test.each([
    ['250\r\n', { code: 250, lines: [''] }],
    ['250 \r\n', { code: 250, lines: [''] }],
    ['250-\r\n250\r\n', { code: 250, lines: ['', ''] }],
    ['250 a\rb\r\n', { code: 250, lines: ['a\rb'] }],
    ['354 \0\x1b[31m\r\n', { code: 354, lines: ['\0\x1b[31m'] }],
  ])('%j is a reply', (text, reply) => {
    expect(read(text).results).toEqual([reply]);
  });

  test.each([
    '\r\n',
    '25\r\n',
    '2500 x\r\n',
    '150 x\r\n',
    '650 x\r\n',
    '250x\r\n',
    ' 250 x\r\n',
    '+OK ready\r\n',
    '* OK IMAP4 ready\r\n',
    'SSH-2.0-OpenSSH_9.2\r\n',
  ])('%j is no reply', (text) => {
    const { results, lines } = read(text);
    expect(results).toEqual(['syntax']);
    expect(lines).toEqual([{ text: text.slice(0, -2), isCut: false }]);
  });

  test('UTF-8 in a text (RFC 6531, 3.7.4), and bytes that are none', () => {
    const bytes = Buffer.from('250 Grüße\r\n250 \xff\r\n', 'utf8');
    const reader = new ReplyReader(() => undefined);
    reader.push(bytes);
    expect(reader.next()).toEqual({ code: 250, lines: ['Grüße'] });
    reader.push(Buffer.from('250 \xff\r\n', 'latin1'));
    expect(reader.next()).toEqual({ code: 250, lines: ['ÿ'] });
    expect(reader.next()).toEqual({ code: 250, lines: ['\ufffd'] });
  });

  test('several replies are returned one by one', () => {
    const reader = new ReplyReader(() => undefined);
    reader.push(Buffer.from('220 one\r\n250 two\r\n'));
    expect(reader.next()).toEqual({ code: 220, lines: ['one'] });
    expect(reader.unreadLength).toBe(9);
    reader.discard();
    expect([reader.next(), reader.unreadLength, reader.isInsideReply]).toEqual([undefined, 0, false]);
  });

  test('where the bytes are divided makes no difference', () => {
    const text = '220-one\r\n220 two\r\n250-a\n250 b\r\n';
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
        const borders = [0, ...cuts.sort((one, other) => one - other), text.length];
        const pieces = borders.slice(1).map((end, at) => text.slice(borders[at], end));
        const { results, reader } = read(...pieces);
        expect(results).toEqual([
          { code: 220, lines: ['one', 'two'] },
          { code: 250, lines: ['a', 'b'] },
        ]);
        expect(reader.bareLineFeeds).toBe(1);
      }),
    );
  });
});

describe('limits', () => {
  const FILL = MAX_LINE_LENGTH - '250 \r\n'.length;

  test('the longest line is not cut, the next longer one is', () => {
    const whole = read(`250 ${'x'.repeat(FILL)}\r\n`);
    expect(whole.lines).toEqual([{ text: `250 ${'x'.repeat(FILL)}`, isCut: false }]);
    const cut = read(`250 ${'x'.repeat(FILL + 1)}\r\n`);
    expect(cut.lines.map(({ isCut }) => isCut)).toEqual([true]);
    expect([cut.reader.cutLines, cut.results.length]).toEqual([1, 1]);
  });

  test('a line without end is given up', () => {
    const { results, lines } = read(...Array<string>(20).fill('9'.repeat(10_000)));
    expect(results).toEqual(['too-long']);
    expect(lines).toEqual([{ text: '9'.repeat(MAX_LINE_LENGTH), isCut: true }]);
  });

  test('the number of lines of a reply is limited', () => {
    const most = `${'250-\r\n'.repeat(MAX_REPLY_LINES - 1)}250 \r\n`;
    expect(read(most).results).toMatchObject([{ code: 250 }]);
    expect(read(`250-\r\n${most}`).results).toEqual(['too-long']);
  });

  test('the number of bytes of a reply is limited', () => {
    const lines = Math.floor(MAX_REPLY_LENGTH / 1_024);
    const most = `${`250-${'x'.repeat(1_018)}\r\n`.repeat(lines - 1)}250 ${'x'.repeat(1_018)}\r\n`;
    expect(most.length).toBe(MAX_REPLY_LENGTH);
    expect(read(most).results).toMatchObject([{ code: 250 }]);
    expect(read(most.replace('250 ', '250 x')).results).toEqual(['too-long']);
  });

  test('the limits begin again with the next reply', () => {
    const reply = `${`250-${'x'.repeat(1_000)}\r\n`.repeat(60)}250 \r\n`;
    expect(read(reply, reply, reply).results).toHaveLength(3);
  });
});

test('an incomplete last line is reported when the connection ends', () => {
  const { reader, lines } = read('250-first\r\n250-sec');
  expect([lines.length, reader.isInsideReply]).toEqual([1, true]);
  reader.flush();
  reader.flush();
  expect(lines.map(({ text }) => text)).toEqual(['250-first', '250-sec']);
});
