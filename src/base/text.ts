/** Makes text from outside safe to print: on a terminal, in a log, as JSON. @module */
import { readU8 } from './bytes.ts';

/**
 * Characters that a terminal acts on or that change how text beside them is shown, except line feed and tab: control
 * characters (C0, DEL, C1), lone surrogates, line and paragraph separators, bidirectional controls (Unicode UAX #9) and
 * the byte order mark.
 */
const UNSAFE = /(?![\n\t])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/gu;
/** Text without any of them, which is most; this test takes a fraction of the time of `UNSAFE`. */
const ORDINARY = /^[\n\t -~]*$/;
const FIRST_ABOVE_C1 = 0xa0;

/** Returns `text` on one line, with every unsafe character in visible form: `^[`, `M-^[` for U+009B, `<U+202E>`. */
export function printable(text: string): string {
  return printableLines(text).replace(/[\n\t]/g, visibleCharacter);
}

/** Returns `text` as `printable` does, but keeps its line feeds and tabs. */
export function printableLines(text: string): string {
  return ORDINARY.test(text) ? text : text.replace(UNSAFE, visibleCharacter);
}

/** Returns `bytes[start, end)` as printable ASCII, as cat -v does: `^M` for control characters, `M-x` above 127. */
export function printableBytes(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += 1) text += visibleByte(readU8(bytes, at));
  return text;
}

/** Returns `value` as JSON without unsafe characters that parses to the same value; bytes become hexadecimal text. */
export function jsonText(value: unknown, indent = 0): string {
  const text = JSON.stringify(value, bytesToHex, indent);
  return ORDINARY.test(text) ? text : text.replace(UNSAFE, (character) => `\\u${hexadecimal(character)}`);
}

function bytesToHex(_key: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function visibleCharacter(character: string): string {
  const code = character.charCodeAt(0);
  return code < FIRST_ABOVE_C1 ? visibleByte(code) : `<U+${hexadecimal(character).toUpperCase()}>`;
}

function visibleByte(value: number): string {
  const high = value >= 0x80 ? 'M-' : '';
  const low = value & 0x7f;
  const isGraphic = low >= 0x20 && low < 0x7f;
  return `${high}${isGraphic ? '' : '^'}${String.fromCharCode(isGraphic ? low : low ^ 0x40)}`;
}

/** Four digits: every unsafe character is in the Basic Multilingual Plane. */
function hexadecimal(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0');
}
