/** Bytes of applications made visible, in the notation of cat -v: `^M` for control characters, `M-x` above 127. @module */
import { readU8 } from '../base/bytes.ts';

/** One byte. */
function visibleByte(value: number): string {
  const high = value >= 0x80 ? 'M-' : '';
  const low = value & 0x7f;
  return low >= 0x20 && low < 0x7f
    ? `${high}${String.fromCharCode(low)}`
    : `${high}^${String.fromCharCode(low ^ 0x40)}`;
}

/** `bytes[start, end)` as printable ASCII. */
export function visibleText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += 1) text += visibleByte(readU8(bytes, at));
  return text;
}
