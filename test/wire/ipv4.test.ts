import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIpv4, parseIpv4 } from '../../src/base/address.ts';
import { encodeIpv4, Ipv4View } from '../../src/wire/ipv4.ts';
import { OptionCursor } from '../../src/wire/option-cursor.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { expectShorterRefused } from '../support/wrapping.ts';

/** First frame of tcpdump's tests/tcp-handshake-nano.pcap; the expected fields are tshark's. */
const SYN = fromHex('4500003c29a940004006db5f839bd74589 74515e');

function wrapped(bytes: Uint8Array): Ipv4View {
  const view = new Ipv4View();
  expect(view.wrap(bytes, 0, bytes.length)).toBe(true);
  return view;
}

describe('IPv4', () => {
  test('decodes a header to the fields of tshark', () => {
    const view = wrapped(SYN);
    expect(view.isWellFormed).toBe(true);
    expect([view.version, view.headerLength, view.typeOfService, view.totalLength]).toEqual([4, 20, 0, 60]);
    expect([view.identification, view.isDontFragment, view.hasMoreFragments]).toEqual([0x29a9, true, false]);
    expect([view.fragmentOffset, view.isFragment, view.isReservedFlagSet]).toEqual([0, false, false]);
    expect([view.timeToLive, view.protocol, view.checksum, view.isChecksumOk]).toEqual([64, 6, 0xdb5f, true]);
    expect(formatIpv4(SYN, view.sourceStart)).toBe('131.155.215.69');
    expect(formatIpv4(SYN, view.destinationStart)).toBe('137.116.81.94');
    expect([view.optionsStart, view.payloadStart, view.payloadEnd]).toEqual([20, 20, 20]);
  });

  test('the encoder writes the same bytes, with checksum', () => {
    const out = new Uint8Array(22);
    const header = {
      source: parseIpv4('131.155.215.69') ?? fromHex(''),
      destination: parseIpv4('137.116.81.94') ?? fromHex(''),
      protocol: 6,
      timeToLive: 64,
      payloadLength: 40,
      identification: 0x29a9,
      isDontFragment: true,
    };
    expect(encodeIpv4(header, out, 2)).toBe(22);
    expect(toHex(out.subarray(2))).toBe(toHex(SYN));
    expect(() => encodeIpv4(header, out, 3)).toThrow(/ends at 23/);
    expect(() => encodeIpv4({ ...header, payloadLength: 65_516 }, out)).toThrow(/65535/);
    expect(() => encodeIpv4({ ...header, options: new Uint8Array(3) }, out)).toThrow(/multiple of 4/);
    expect(() => encodeIpv4({ ...header, options: new Uint8Array(44) }, out)).toThrow(/at most 40/);
    expect(() => encodeIpv4({ ...header, fragmentOffset: 7 }, out)).toThrow(/multiple of 8/);
  });

  test('rejects truncated headers; an inconsistent header is not well-formed', () => {
    expectShorterRefused(new Ipv4View(), SYN, 20);
    const changed = (at: number, value: number): Ipv4View => wrapped(SYN.with(at, value));
    expect(changed(0, 0x44).isWellFormed).toBe(false); // header length 16
    expect(changed(0, 0x65).isWellFormed).toBe(false); // version 6
    expect(changed(0, 0x46).isWellFormed).toBe(false); // missing options
    expect(changed(3, 19).isWellFormed).toBe(false); // total length below the header
    expect(changed(8, 63).isChecksumOk).toBe(false);
  });

  test('flags and offsets of fragments', () => {
    const middle = wrapped(SYN.with(6, 0x20).with(7, 0xb9));
    expect([middle.isFragment, middle.hasMoreFragments, middle.fragmentOffset]).toEqual([true, true, 1480]);
    const first = wrapped(SYN.with(6, 0x20));
    expect([first.isFragment, first.fragmentOffset]).toEqual([true, 0]);
    expect(wrapped(SYN.with(6, 0x80)).isReservedFlagSet).toBe(true);
  });

  test('any header survives a round trip with a valid checksum', () => {
    const address = fc.uint8Array({ minLength: 4, maxLength: 4 });
    const header = fc.record({
      source: address,
      destination: address,
      protocol: fc.integer({ min: 0, max: 255 }),
      timeToLive: fc.integer({ min: 0, max: 255 }),
      payloadLength: fc.integer({ min: 0, max: 60_000 }),
      typeOfService: fc.integer({ min: 0, max: 255 }),
      identification: fc.integer({ min: 0, max: 0xffff }),
      isDontFragment: fc.boolean(),
      hasMoreFragments: fc.boolean(),
      fragmentOffset: fc.integer({ min: 0, max: 0x1fff }).map((units) => units * 8),
      options: fc.integer({ min: 0, max: 10 }).map((words) => new Uint8Array(words * 4).fill(1)),
    });
    fc.assert(
      fc.property(header, (fields) => {
        const out = new Uint8Array(60);
        const end = encodeIpv4(fields, out);
        const view = new Ipv4View();
        expect(view.wrap(out, 0, end)).toBe(true);
        expect(view.isWellFormed && view.isChecksumOk).toBe(true);
        const { protocol, timeToLive, typeOfService, identification, isDontFragment, hasMoreFragments } = view;
        expect({
          ...fields,
          protocol,
          timeToLive,
          typeOfService,
          identification,
          isDontFragment,
          hasMoreFragments,
        }).toEqual(fields);
        expect([view.fragmentOffset, view.totalLength, view.payloadStart]).toEqual([
          fields.fragmentOffset,
          end + fields.payloadLength,
          end,
        ]);
        expect(toHex(out.slice(view.sourceStart, view.sourceStart + 4))).toBe(toHex(fields.source));
        expect(toHex(out.slice(view.destinationStart, view.destinationStart + 4))).toBe(toHex(fields.destination));
      }),
    );
  });
});

describe('lists of options', () => {
  function walk(hex: string): { readonly found: number[][]; readonly isMalformed: boolean } {
    const bytes = fromHex(hex);
    const cursor = new OptionCursor();
    cursor.begin(bytes, 0, bytes.length);
    const found: number[][] = [];
    while (cursor.next()) found.push([cursor.kind, cursor.start, cursor.length]);
    return { found, isMalformed: cursor.isMalformed };
  }

  test('the options of a SYN (tcpdump: mss 1360,sackOK,TS val 1131021154 ecr 0,nop,wscale 7)', () => {
    expect(walk('02040550 0402 080a436a036200000000 01 030307')).toEqual({
      found: [
        [2, 0, 4],
        [4, 4, 2],
        [8, 6, 10],
        [1, 16, 1],
        [3, 17, 3],
      ],
      isMalformed: false,
    });
  });

  test('invalid lengths end the list', () => {
    expect(walk('01 0204')).toEqual({ found: [[1, 0, 1]], isMalformed: true });
    expect(walk('0200')).toEqual({ found: [], isMalformed: true });
    expect(walk('0201ffff')).toEqual({ found: [], isMalformed: true });
    expect(walk('02')).toEqual({ found: [], isMalformed: true });
    expect(walk('')).toEqual({ found: [], isMalformed: false });
  });

  test('any list ends after at most one step per byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const { found } = walk(toHex(bytes));
        expect(found.length).toBeLessThanOrEqual(bytes.length);
        let at = 0;
        for (const [, start, length] of found) {
          expect(start).toBe(at);
          at += length ?? 0;
        }
        expect(at).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
