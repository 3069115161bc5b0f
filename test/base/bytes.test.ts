import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isEqualBytes,
  readU8,
  readU16,
  readU16le,
  readU32,
  readU32le,
  writeU16,
  writeU16le,
  writeU32,
  writeU32le,
} from '../../src/base/bytes.ts';

/** DataView is the reference. */
test('every reader and writer agrees with DataView at every offset', () => {
  const value16 = fc.integer({ min: 0, max: 0xffff });
  const value32 = fc.integer({ min: 0, max: 0xffff_ffff });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 }), value16, value32, (at, short, long) => {
      const bytes = new Uint8Array(16);
      const view = new DataView(bytes.buffer);
      writeU16(bytes, at, short);
      expect([view.getUint16(at), readU16(bytes, at), readU8(bytes, at)]).toEqual([short, short, short >> 8]);
      writeU16le(bytes, at, short);
      expect([view.getUint16(at, true), readU16le(bytes, at)]).toEqual([short, short]);
      writeU32(bytes, at, long);
      expect([view.getUint32(at), readU32(bytes, at)]).toEqual([long, long]);
      writeU32le(bytes, at, long);
      expect([view.getUint32(at, true), readU32le(bytes, at)]).toEqual([long, long]);
    }),
  );
});

test('equal bytes', () => {
  expect(isEqualBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(isEqualBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(isEqualBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3))).toBe(false);
});
