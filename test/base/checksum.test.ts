import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeU16 } from '../../src/base/bytes.ts';
import { checksumSum, isChecksumOk } from '../../src/base/checksum.ts';

test('the worked example of RFC 1071, section 3', () => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  expect(checksumSum(bytes, 0, bytes.length)).toBe(0xddf2);
});

test('an odd last byte is the upper half of a word (RFC 1071, 4.1)', () => {
  expect(checksumSum(Uint8Array.of(0x12, 0x34, 0x56), 0, 3)).toBe(0x1234 + 0x5600);
});

test('a region with its checksum is valid, and invalid after any bit flip', () => {
  const region = fc.uint8Array({ minLength: 4, maxLength: 64 });
  fc.assert(
    fc.property(region, fc.nat(), fc.integer({ min: 0, max: 7 }), (bytes, position, bit) => {
      writeU16(bytes, 0, 0);
      writeU16(bytes, 0, ~checksumSum(bytes, 0, bytes.length) & 0xffff);
      expect(isChecksumOk(bytes, 0, bytes.length)).toBe(true);
      const at = position % bytes.length;
      bytes[at] = (bytes[at] as number) ^ (1 << bit);
      expect(isChecksumOk(bytes, 0, bytes.length)).toBe(false);
    }),
  );
});

test('parts of even length sum to the checksum of the whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 99 }), (bytes) => {
      const whole = checksumSum(bytes, 0, bytes.length);
      expect(checksumSum(bytes, 4, bytes.length, checksumSum(bytes, 0, 4))).toBe(whole);
    }),
  );
});
