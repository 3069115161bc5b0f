/** Bytes of a frame below its line: `-x`, `-X`, `-A`. @module */
import { readU8 } from '../../base/bytes.ts';
import { hexByte } from '../../base/hex.ts';

const BYTES_PER_ROW = 16;
/** Columns of sixteen bytes in groups of two, each group after a space. */
const HEX_WIDTH = 40;
const FIRST_GRAPHIC = 0x21;
const LAST_GRAPHIC = 0x7e;

/** Rows of sixteen bytes: offset, hexadecimal digits and, if `withText`, graphic ASCII characters. */
export function hexRows(bytes: Uint8Array, start: number, end: number, withText: boolean): string {
  let rows = '';
  for (let row = start; row < end; row += BYTES_PER_ROW) {
    const stop = Math.min(row + BYTES_PER_ROW, end);
    let digits = '';
    let text = '';
    for (let at = row; at < stop; at += 1) {
      const value = readU8(bytes, at);
      digits += `${(at - row) % 2 === 0 ? ' ' : ''}${hexByte(value)}`;
      text += isGraphic(value) ? String.fromCharCode(value) : '.';
    }
    const offset = (row - start).toString(16).padStart(4, '0');
    rows += `\n\t0x${offset}: ${withText ? `${digits.padEnd(HEX_WIDTH)}  ${text}` : digits}`;
  }
  return rows;
}

/** The bytes as text: CR LF becomes LF; any other byte that is neither graphic nor white space becomes a dot. */
export function textRows(bytes: Uint8Array, start: number, end: number): string {
  let text = '\n';
  for (let at = start; at < end; at += 1) {
    const value = readU8(bytes, at);
    if (value === 0x0d && at + 1 < end && readU8(bytes, at + 1) === 0x0a) continue; // the line feed follows
    const isKept = isGraphic(value) || value === 0x20 || value === 0x09 || value === 0x0a;
    text += isKept ? String.fromCharCode(value) : '.';
  }
  return text;
}

function isGraphic(value: number): boolean {
  return value >= FIRST_GRAPHIC && value <= LAST_GRAPHIC;
}
