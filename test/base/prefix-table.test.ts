import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIpv4, parseAddress } from '../../src/base/address.ts';
import { writeU32 } from '../../src/base/bytes.ts';
import { PrefixTable } from '../../src/base/prefix-table.ts';

const bytes = (text: string): Uint8Array => parseAddress(text) ?? new Uint8Array(0);

function ipv4(value: number): Uint8Array {
  const address = new Uint8Array(4);
  writeU32(address, 0, value >>> 0);
  return address;
}

describe('longest-prefix match', () => {
  test('finds the narrowest range around an address, in any order of insertion', () => {
    const table = new PrefixTable(4);
    table.add(bytes('10.1.2.0'), bytes('10.1.2.255'), 3);
    table.add(bytes('0.0.0.0'), bytes('255.255.255.255'), 0);
    table.add(bytes('10.0.0.0'), bytes('10.255.255.255'), 1);
    table.add(bytes('10.1.0.0'), bytes('10.1.255.255'), 2);
    table.seal();
    const found = ['10.1.2.3', '10.1.3.1', '10.2.0.0', '11.0.0.0', '255.255.255.255'].map((one) =>
      table.find(bytes(one)),
    );
    expect(found).toEqual([3, 2, 1, 0, 0]);
  });

  test('an empty table, and addresses before, between and after ranges', () => {
    const table = new PrefixTable(16);
    table.seal();
    expect(table.find(bytes('::1'))).toBeUndefined();
    table.add(bytes('2001:db8::'), bytes('2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'), 7);
    table.add(bytes('2001:dba::'), bytes('2001:dba::ffff'), 8);
    table.seal();
    const found = ['::', '2001:db8::1', '2001:db9::', '2001:dba::ffff', '2001:dba::1:0'].map((one) =>
      table.find(bytes(one)),
    );
    expect(found).toEqual([undefined, 7, undefined, 8, undefined]);
  });

  test('agrees with a linear search, for any ranges and addresses', () => {
    const range = fc
      .tuple(fc.nat(300), fc.nat(300))
      .map(([one, other]) => [Math.min(one, other), Math.max(one, other)]);
    fc.assert(
      fc.property(fc.uniqueArray(range, { maxLength: 60, selector: String }), fc.nat(300), (ranges, at) => {
        const table = new PrefixTable(4);
        for (const [index, [start = 0, end = 0]] of ranges.entries()) {
          table.add(ipv4(0xc000_0000 + start), ipv4(0xc000_0000 + end), index);
        }
        table.seal();
        const around = ranges.filter(([start = 0, end = 0]) => start <= at && at <= end);
        // The last start wins, then the narrowest range.
        around.sort(([a = 0, b = 0], [c = 0, d = 0]) => c - a || b - d);
        const expected = around[0] === undefined ? undefined : ranges.indexOf(around[0]);
        expect(table.find(ipv4(0xc000_0000 + at)), formatIpv4(ipv4(at))).toBe(expected);
      }),
      { numRuns: 400 },
    );
  });

  test('grows beyond its initial capacity', () => {
    const table = new PrefixTable(4);
    for (let index = 0; index < 5_000; index += 1) table.add(ipv4(index << 8), ipv4((index << 8) + 255), index);
    table.seal();
    expect([table.size, table.find(ipv4((4_321 << 8) + 9))]).toEqual([5_000, 4_321]);
  });
});
