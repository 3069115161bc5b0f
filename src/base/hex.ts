/** Bytes as hexadecimal text. @module */
import { readU8 } from './bytes.ts';

/** Bytes that are formatted; a longer text ends in `…`. */
const MAXIMUM_BYTES = 256;

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));

/** The two digits of a byte. */
export function hexByte(value: number): string {
  return PAIRS[value] ?? '';
}

/** Two digits a byte, without spaces, of `bytes[start, end)`. */
export function hexDigits(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  const stop = Math.min(end, start + MAXIMUM_BYTES);
  for (let at = start; at < stop; at += 1) text += hexByte(readU8(bytes, at));
  return stop < end ? `${text}…` : text;
}
