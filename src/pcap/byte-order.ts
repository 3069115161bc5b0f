/** Reads and writes numbers in the byte order that a file declares. @module */
import { readU16, readU16le, readU32, readU32le, writeU16, writeU16le, writeU32, writeU32le } from '../base/bytes.ts';

/** Reads 16 bits at `at`. */
export function readOrdered16(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  return littleEndian ? readU16le(bytes, at) : readU16(bytes, at);
}

/** Reads 32 bits at `at`. */
export function readOrdered32(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  return littleEndian ? readU32le(bytes, at) : readU32(bytes, at);
}

/** Writes 16 bits at `at`. */
export function writeOrdered16(bytes: Uint8Array, at: number, value: number, littleEndian: boolean): void {
  if (littleEndian) writeU16le(bytes, at, value);
  else writeU16(bytes, at, value);
}

/** Writes 32 bits at `at`. */
export function writeOrdered32(bytes: Uint8Array, at: number, value: number, littleEndian: boolean): void {
  if (littleEndian) writeU32le(bytes, at, value);
  else writeU32(bytes, at, value);
}
