/** What a terminal would act on (ECMA-48 control functions, Unicode UAX #9 controls) is not let through. @module */
import { expect, test } from 'vitest';
import { printable } from '../../src/base/text.ts';

test('ordinary text stays as it is', () => {
  for (const text of ['eth0', 'br-lan.100', 'wlan0@phy', 'Küche', '会議室', '👩‍💻', ''])
    expect(printable(text)).toBe(text);
});

test.each([
  ['ESC [ 31 m', '\u001b[31mred', '?[31mred'],
  ['CSI as one character', '\u009b31mred', '?31mred'],
  ['carriage return, line feed, tab', 'a\r\n\tb', 'a???b'],
  ['zero and DEL', 'a\0b\u007f', 'a?b?'],
  ['line separators', 'a\u2028b\u2029c', 'a?b?c'],
  ['right-to-left override', 'exe.\u202egnp', 'exe.?gnp'],
  ['isolates and marks', '\u2066a\u2069\u200f\u061c', '?a???'],
])('%s', (_name, hostile, harmless) => {
  expect(printable(hostile)).toBe(harmless);
});

test('every control character, C0, DEL and C1', () => {
  for (let code = 0; code < 0xa0; code += 1) {
    const isControl = code < 0x20 || code >= 0x7f;
    expect(printable(String.fromCharCode(code))).toBe(isControl ? '?' : String.fromCharCode(code));
  }
});
