/** Attributes, `struct nlattr` of linux/netlink.h: length u16, type u16, value, padding to NLA_ALIGNTO 4. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytesAttribute,
  forEachAttribute,
  joinParts,
  nestedAttribute,
  readAttributes,
  textAttribute,
  u8Attribute,
  u16Attribute,
  u32Attribute,
} from '../../src/netlink/attribute.ts';
import { fromHex, toHex } from '../support/hex.ts';

describe('writing', () => {
  test('little-endian values, padded', () => {
    expect(toHex(u8Attribute(33, 1) ?? expect.fail())).toBe('0500210001000000');
    expect(toHex(u16Attribute(1, 100) ?? expect.fail())).toBe('0600010064000000');
    expect(toHex(u32Attribute(4, 9000) ?? expect.fail())).toBe('0800040028230000');
    expect(toHex(textAttribute(3, 'veth0') ?? expect.fail())).toBe('0a0003007665746830000000');
  });

  test('a nest has NLA_F_NESTED, and its length includes its content', () => {
    expect(toHex(nestedAttribute(18, u32Attribute(2, 1400)))).toBe('0c0012800800020078050000');
    expect(toHex(nestedAttribute(18))).toBe('04001280');
  });

  test('undefined is omitted', () => {
    expect(u32Attribute(1, undefined)).toBeUndefined();
    expect(joinParts(undefined, u8Attribute(1, 2), textAttribute(3, undefined))).toHaveLength(8);
  });

  test('rejects attributes longer than 16 bits can express', () => {
    expect(bytesAttribute(1, new Uint8Array(65_531))).toHaveLength(65_536);
    expect(() => bytesAttribute(1, new Uint8Array(65_532))).toThrow(RangeError);
  });
});

describe('reading', () => {
  const bytes = joinParts(
    u8Attribute(1, 0x12),
    u16Attribute(2, 0x3456),
    u32Attribute(3, 0xdead_beef),
    textAttribute(4, 'eth0'),
    nestedAttribute(5, u32Attribute(1, 7)),
    bytesAttribute(6, Uint8Array.of(1, 2, 3)),
  );

  test('returns the written values', () => {
    const attributes = readAttributes(bytes, 0, bytes.length);
    expect(attributes?.u8(1)).toBe(0x12);
    expect(attributes?.u16(2)).toBe(0x3456);
    expect(attributes?.u32(3)).toBe(0xdead_beef);
    expect(attributes?.text(4)).toBe('eth0');
    expect(attributes?.nested(5)?.u32(1)).toBe(7);
    expect(attributes?.bytes(6)).toEqual(Uint8Array.of(1, 2, 3));
    expect(attributes?.has(6)).toBe(true);
  });

  test('missing and truncated attributes are undefined', () => {
    const attributes = readAttributes(bytes, 0, bytes.length);
    expect(attributes?.u32(1)).toBeUndefined();
    expect(attributes?.u16(1)).toBeUndefined();
    expect(attributes?.u32(99)).toBeUndefined();
    expect(attributes?.bytes(99)).toBeUndefined();
    expect(attributes?.text(99)).toBeUndefined();
    expect(attributes?.nested(6)).toBeDefined(); // three bytes of padding
    expect(attributes?.has(99)).toBe(false);
  });

  test('a value is a copy', () => {
    const own = bytes.slice();
    const value = readAttributes(own, 0, own.length)?.bytes(6);
    own.fill(0);
    expect(value).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('text ends at a zero byte or at its end, and may be any bytes', () => {
    const texts = joinParts(bytesAttribute(1, fromHex('61620063')), bytesAttribute(2, fromHex('6162ff')));
    const attributes = readAttributes(texts, 0, texts.length);
    expect(attributes?.text(1)).toBe('ab');
    expect(attributes?.text(2)).toBe('ab\ufffd');
  });

  test('a length below the header or beyond the end is malformed', () => {
    for (const hex of ['00000100', '03000100', '09000100aabbccdd', 'ffff0100aabbccdd']) {
      const malformed = fromHex(hex);
      expect(readAttributes(malformed, 0, malformed.length)).toBeUndefined();
    }
    expect(readAttributes(bytes, 4, bytes.length + 1)).toBeUndefined();
    expect(readAttributes(bytes, 8, 4)).toBeUndefined();
  });

  test('the attributes before a malformed one are visited', () => {
    const seen: number[] = [];
    const mixed = joinParts(u8Attribute(7, 1), fromHex('ffff0100'));
    expect(forEachAttribute(mixed, 0, mixed.length, (type) => seen.push(type))).toBe(false);
    expect(seen).toEqual([7]);
  });

  test('a round trip of any attributes', () => {
    const list = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 0x3fff }), fc.uint8Array({ maxLength: 40 })), {
      selector: ([type]) => type,
      maxLength: 20,
    });
    fc.assert(
      fc.property(list, (entries) => {
        const encoded = joinParts(...entries.map(([type, value]) => bytesAttribute(type, value)));
        const attributes = readAttributes(encoded, 0, encoded.length);
        for (const [type, value] of entries) expect(attributes?.bytes(type)).toEqual(value);
      }),
    );
  });

  test('any bytes are decoded in bounds and in bounded time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(300), (any, start, end) => {
        let visits = 0;
        forEachAttribute(any, start, end, (_type, from, to) => {
          visits += 1;
          expect(from >= start && from <= to && to <= end).toBe(true);
        });
        expect(visits).toBeLessThanOrEqual(Math.max(0, end - start) / 4);
      }),
    );
  });
});
