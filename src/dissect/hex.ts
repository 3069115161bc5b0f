/** Bytes as text. @module */
import { readU8 } from '../base/bytes.ts';

/** Two digits a byte, without spaces, of `bytes[start, end)`; at most 256 bytes, longer ones end in `…`. */
export function hexOf(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  const stop = Math.min(end, start + 256);
  for (let at = start; at < stop; at += 1) text += readU8(bytes, at).toString(16).padStart(2, '0');
  return stop < end ? `${text}…` : text;
}
