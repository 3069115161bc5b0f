/** Nothing that a terminal acts on (ECMA-48 control functions, Unicode UAX #9 controls) passes. */
import { expect, test } from 'vitest';
import { jsonText, printable, printableBytes, printableLines } from '../../src/base/text.ts';

test('ordinary text stays as it is', () => {
  for (const text of ['eth0', 'br-lan.100', 'wlan0@phy', 'Küche', '会議室', '👩‍💻', '']) {
    expect(printable(text)).toBe(text);
    expect(printableLines(text)).toBe(text);
  }
});

test.each([
  ['ESC [ 31 m', '\u001b[31mred', '^[[31mred'],
  ['CSI as one character', '\u009b31mred', 'M-^[31mred'],
  ['carriage return, line feed, tab', 'a\r\n\tb', 'a^M^J^Ib'],
  ['zero and DEL', 'a\0b\u007f', 'a^@b^?'],
  ['line separators', 'a\u2028b\u2029c', 'a<U+2028>b<U+2029>c'],
  ['right-to-left override', 'exe.\u202egnp', 'exe.<U+202E>gnp'],
  ['isolates and marks', '\u2066a\u2069\u200f\u061c', '<U+2066>a<U+2069><U+200F><U+061C>'],
  ['lone surrogates beside a pair', '\ud83d \ud83d\ude00 \ude00', '<U+D83D> 😀 <U+DE00>'],
])('%s', (_name, hostile, harmless) => {
  expect(printable(hostile)).toBe(harmless);
  expect(printable(harmless)).toBe(harmless);
});

/** Every UTF-16 unit by itself: the bidirectional controls of UAX #9, 2, and the rest by their Unicode categories. */
test('all of C0, DEL, C1, bidirectional controls and lone surrogates, and nothing else but four separators and marks', () => {
  const isUnsafe = (code: number): boolean =>
    code < 0x20 ||
    (code >= 0x7f && code < 0xa0) ||
    [0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff].includes(code) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069) ||
    (code >= 0xd800 && code < 0xe000);
  for (let code = 0; code <= 0xffff; code += 1) {
    const character = String.fromCharCode(code);
    const isKept = character === '\n' || character === '\t';
    if (isUnsafe(code)) expect(printable(character)).toMatch(/^(M-)?\^[@-_?]$|^<U\+[0-9A-F]{4}>$/);
    else expect(printable(character)).toBe(character);
    expect(printableLines(character)).toBe(isKept ? character : printable(character));
  }
});

/** As `cat -v` of GNU coreutils 9.1 prints them; it leaves line feed and tab alone. */
test('bytes in the notation of cat -v', () => {
  expect(printableBytes(Uint8Array.of(0x41, 0x1b, 0x0d, 0x7f, 0x80, 0x9b, 0xe9, 0xff), 0, 8)).toBe(
    'A^[^M^?M-^@M-^[M-iM-^?',
  );
  expect(printableBytes(Uint8Array.of(0x41, 0x42, 0x43), 1, 2)).toBe('B');
});

test('JSON parses to the same value, without anything that a terminal acts on', () => {
  const value = { name: 'a\u001b[31m\u009b31m\u007f\u202eb\ud83d', list: [1, null, '\r\n'], text: 'ü日本😀' };
  for (const indent of [0, 1, 2]) {
    const text = jsonText(value, indent);
    expect(JSON.parse(text)).toEqual(value);
    expect(text).toContain('ü日本😀');
    expect(printableLines(text)).toBe(text);
  }
  expect(jsonText({ name: '\u202e' })).toBe('{"name":"\\u202e"}');
  expect(jsonText({ bytes: Uint8Array.of(1, 0xab) })).toBe('{"bytes":"01ab"}');
});
