import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIpv6 } from '../../src/base/address.ts';
import { encodeIpv6, Ipv6View } from '../../src/wire/ipv6.ts';
import {
  encodeIpv6Fragment,
  IPV6_MAX_EXTENSIONS,
  Ipv6ExtensionCursor,
  Ipv6FragmentView,
  isIpv6Extension,
} from '../../src/wire/ipv6-extension.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { expectShorterRefused } from '../support/wrapping.ts';

/** First packet of tcpdump's tests/ipv6-routing-header.pcap: echo request by a source route; fields as in tshark. */
const SOURCE_ROUTED = fromHex(`
  60000000 0020 2b 04 2200000000000244 02123ffffeae22f7 2200000000000240 0002000000000004
  3a 02 00 01 00000000 2200000000000210 0002000000000004
  8000d3ab 00000000`);

describe('IPv6', () => {
  test('decodes a header to the fields of tshark', () => {
    const view = new Ipv6View();
    expect(view.wrap(SOURCE_ROUTED, 0, SOURCE_ROUTED.length)).toBe(true);
    expect([view.version, view.trafficClass, view.flowLabel, view.payloadLength]).toEqual([6, 0, 0, 32]);
    expect([view.nextHeader, view.hopLimit]).toEqual([43, 4]);
    expect(formatIpv6(SOURCE_ROUTED, view.sourceStart)).toBe('2200::244:212:3fff:feae:22f7');
    expect(formatIpv6(SOURCE_ROUTED, view.destinationStart)).toBe('2200::240:2:0:0:4');
    expect([view.payloadStart, view.payloadEnd]).toEqual([40, 72]);
  });

  test('rejects truncated headers', () => {
    expectShorterRefused(new Ipv6View(), SOURCE_ROUTED.slice(0, 40), 40);
    expectShorterRefused(new Ipv6FragmentView(), new Uint8Array(8), 8);
  });

  test('any header survives a round trip', () => {
    const address = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const header = fc.record({
      source: address,
      destination: address,
      nextHeader: fc.integer({ min: 0, max: 255 }),
      hopLimit: fc.integer({ min: 0, max: 255 }),
      payloadLength: fc.integer({ min: 0, max: 0xffff }),
      trafficClass: fc.integer({ min: 0, max: 255 }),
      flowLabel: fc.integer({ min: 0, max: 0xfffff }),
    });
    fc.assert(
      fc.property(header, (fields) => {
        const out = new Uint8Array(41);
        expect(encodeIpv6(fields, out, 1)).toBe(41);
        const view = new Ipv6View();
        expect(view.wrap(out, 1, 41)).toBe(true);
        const { nextHeader, hopLimit, payloadLength, trafficClass, flowLabel } = view;
        expect({ ...fields, nextHeader, hopLimit, payloadLength, trafficClass, flowLabel }).toEqual(fields);
        expect(view.version).toBe(6);
        expect(toHex(out.slice(view.sourceStart, view.sourceStart + 16))).toBe(toHex(fields.source));
        expect(toHex(out.slice(view.destinationStart, view.destinationStart + 16))).toBe(toHex(fields.destination));
        expect(() => encodeIpv6(fields, out, 2)).toThrow(/ends at 42/);
        expect(() => encodeIpv6({ ...fields, payloadLength: 0x10000 }, out)).toThrow(/65535/);
      }),
    );
  });
});

describe('IPv6 extension headers', () => {
  function cursorOver(bytes: Uint8Array, nextHeader: number): Ipv6ExtensionCursor {
    const cursor = new Ipv6ExtensionCursor();
    cursor.begin(bytes, 0, bytes.length, nextHeader);
    return cursor;
  }

  test('skips a routing header before ICMPv6', () => {
    const cursor = new Ipv6ExtensionCursor();
    cursor.begin(SOURCE_ROUTED, 40, SOURCE_ROUTED.length, 43);
    expect(cursor.next()).toBe(true);
    expect([cursor.kind, cursor.start, cursor.length]).toEqual([43, 40, 24]);
    expect(cursor.next()).toBe(false);
    expect([cursor.upperProtocol, cursor.upperStart, cursor.isTruncated]).toEqual([58, 64, false]);
  });

  test('a chain of all kinds; AH counts words of four (RFC 4302, 2.2), a fragment header is eight bytes (RFC 8200, 4.5)', () => {
    const chain = fromHex(`
      2b 00 0502 00000100
      33 00 0000 00000000
      3c 04 0000 00000100 00000013 21d3a95c5ffd4d184622b9f8
      2c 00 0104 00000000
      06 00 0001 0000004d`);
    const cursor = cursorOver(chain, 0);
    const seen: number[][] = [];
    while (cursor.next()) seen.push([cursor.kind, cursor.length]);
    expect(seen).toEqual([
      [0, 8],
      [43, 8],
      [51, 24],
      [60, 8],
      [44, 8],
    ]);
    expect([cursor.upperProtocol, cursor.upperStart, cursor.fragmentOffset]).toEqual([6, chain.length, 0]);
  });

  test('a fragment after the first has no upper layer', () => {
    const out = new Uint8Array(8);
    encodeIpv6Fragment({ nextHeader: 60, fragmentOffset: 1232, hasMoreFragments: true, identification: 77 }, out);
    const cursor = cursorOver(out, 44);
    expect(cursor.skipAll()).toBe(false);
    expect([cursor.fragmentOffset, cursor.isTruncated]).toEqual([1232, false]);
  });

  test('a chain truncated at any length is reported as truncated', () => {
    const chain = fromHex('06 01 0000 00000000 0000000000000000');
    for (let length = 0; length < chain.length; length += 1) {
      const cursor = cursorOver(chain.subarray(0, length), 60);
      expect(cursor.skipAll()).toBe(false);
      expect(cursor.isTruncated).toBe(true);
    }
    expect(cursorOver(chain, 60).skipAll()).toBe(true);
  });

  test('a chain that is too long is rejected', () => {
    const endless = new Uint8Array(65_535);
    for (let at = 0; at < endless.length; at += 8) endless[at] = 60;
    const cursor = cursorOver(endless, 60);
    let steps = 0;
    while (cursor.next()) steps += 1;
    expect([steps, cursor.isTruncated]).toEqual([IPV6_MAX_EXTENSIONS, true]);
  });

  test('ESP and upper layers end a chain', () => {
    expect([50, 6, 17, 58, 59].map(isIpv6Extension)).toEqual([false, false, false, false, false]);
    expect(cursorOver(new Uint8Array(8), 50).skipAll()).toBe(true);
  });

  test('any bytes are decoded in bounds', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(0, 43, 44, 51, 60, 135, 139, 140),
        (bytes, kind) => {
          const cursor = cursorOver(bytes, kind);
          while (cursor.next()) expect(cursor.start + cursor.length).toBeLessThanOrEqual(bytes.length);
          if (!cursor.isTruncated) expect(cursor.upperStart).toBeLessThanOrEqual(bytes.length);
        },
      ),
    );
  });

  test('a fragment header survives a round trip', () => {
    const fields = fc.record({
      nextHeader: fc.integer({ min: 0, max: 255 }),
      fragmentOffset: fc.integer({ min: 0, max: 0x1fff }).map((units) => units * 8),
      hasMoreFragments: fc.boolean(),
      identification: fc.integer({ min: 0, max: 0xffff_ffff }),
    });
    fc.assert(
      fc.property(fields, (header) => {
        const out = new Uint8Array(8);
        encodeIpv6Fragment(header, out);
        const view = new Ipv6FragmentView();
        expect(view.wrap(out, 0, 8)).toBe(true);
        const { nextHeader, fragmentOffset, hasMoreFragments, identification } = view;
        expect({ nextHeader, fragmentOffset, hasMoreFragments, identification }).toEqual(header);
      }),
    );
    expect(() =>
      encodeIpv6Fragment(
        { nextHeader: 0, fragmentOffset: 0, hasMoreFragments: false, identification: 0 },
        new Uint8Array(7),
      ),
    ).toThrow(/ends at 8/);
  });
});
