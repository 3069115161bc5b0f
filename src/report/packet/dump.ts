/** Bytes below a line: `-x`, `-X`, `-A`. @module */
import { readU8 } from '../../base/bytes.ts';

const BYTES_A_ROW = 16;
/** Columns that sixteen bytes take in pairs. */
const HEX_WIDTH = 40;
const FIRST_PRINTABLE = 0x21;
const LAST_PRINTABLE = 0x7e;

/** Rows of sixteen bytes: offset, hexadecimal pairs and, when asked for, what is printable ASCII. */
export function hexRows(bytes: Uint8Array, start: number, end: number, withText: boolean): string {
  let rows = '';
  for (let row = start; row < end; row += BYTES_A_ROW) {
    const stop = Math.min(row + BYTES_A_ROW, end);
    let digits = '';
    let text = '';
    for (let at = row; at < stop; at += 1) {
      const value = readU8(bytes, at);
      digits += `${(at - row) % 2 === 0 ? ' ' : ''}${value.toString(16).padStart(2, '0')}`;
      text += isGraphic(value) ? String.fromCharCode(value) : '.';
    }
    const offset = (row - start).toString(16).padStart(4, '0');
    rows += `\n\t0x${offset}: ${withText ? `${digits.padEnd(HEX_WIDTH)}  ${text}` : digits}`;
  }
  return rows;
}

/** The bytes as text, one line end for each in the packet; everything else that is not graphic is a dot. */
export function textRows(bytes: Uint8Array, start: number, end: number): string {
  let text = '\n';
  for (let at = start; at < end; at += 1) {
    const value = readU8(bytes, at);
    if (value === 0x0d && at + 1 < end && readU8(bytes, at + 1) === 0x0a) continue; // the line end follows
    const isKept = isGraphic(value) || value === 0x20 || value === 0x09 || value === 0x0a;
    text += isKept ? String.fromCharCode(value) : '.';
  }
  return text;
}

function isGraphic(value: number): boolean {
  return value >= FIRST_PRINTABLE && value <= LAST_PRINTABLE;
}
