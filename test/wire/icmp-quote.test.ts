import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIpv4, formatIpv6 } from '../../src/base/address.ts';
import { QuoteView } from '../../src/wire/icmp-quote.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { fromHex } from '../support/hex.ts';

const V4 = { source: Uint8Array.of(192, 0, 2, 1), destination: Uint8Array.of(192, 0, 2, 2) };
const V6 = { source: fromHex(`20010db8${'00'.repeat(11)}01`), destination: fromHex(`20010db8${'00'.repeat(11)}02`) };

function quote4(options: Uint8Array, kept: Uint8Array): Uint8Array {
  const out = new Uint8Array(20 + options.length + kept.length);
  const header = { ...V4, protocol: 17, timeToLive: 1, payloadLength: 500, options, typeOfService: 0x2e };
  out.set(kept, encodeIpv4(header, out));
  return out;
}

describe('the packet that an error quotes', () => {
  test('IPv4 with options: the header length is used (RFC 791, 3.1)', () => {
    const bytes = quote4(fromHex('94040000'), fromHex('9c40829b01f40000'));
    const view = new QuoteView();
    expect(view.wrap(bytes, 0, bytes.length)).toBe(true);
    expect([view.version, view.protocol, view.transportAt, view.transportLength]).toEqual([4, 17, 24, 8]);
    expect([view.totalLength, view.hopLimit, view.trafficClass, view.isLaterFragment]).toEqual([524, 1, 0x2e, false]);
    expect(formatIpv4(bytes, view.sourceAt)).toBe('192.0.2.1');
    expect(formatIpv4(bytes, view.destinationAt)).toBe('192.0.2.2');
  });

  test('IPv6: extension headers are skipped (RFC 8200, 4)', () => {
    const chain = fromHex(`2c000000000000003a00000100000000800012340001beef`); // hop-by-hop, first fragment, ICMPv6
    const bytes = new Uint8Array(40 + chain.length);
    const header = { ...V6, nextHeader: 0, hopLimit: 1, payloadLength: chain.length, flowLabel: 0xabcde };
    bytes.set(chain, encodeIpv6({ ...header, trafficClass: 3 }, bytes));
    const view = new QuoteView();
    expect(view.wrap(bytes, 0, bytes.length)).toBe(true);
    expect([view.version, view.protocol, view.transportAt, view.transportLength]).toEqual([6, 58, 56, 8]);
    expect([view.flowLabel, view.trafficClass, view.isLaterFragment]).toEqual([0xabcde, 3, false]);
    expect(formatIpv6(bytes, view.destinationAt)).toBe('2001:db8::2');
    bytes[40 + 8 + 3] = 8; // fragment offset 8 bytes
    expect(view.wrap(bytes, 0, bytes.length) && view.isLaterFragment).toBe(true);
  });

  test('rejects headers that do not fit; an accepted quote is in bounds', () => {
    const view = new QuoteView();
    const bytes = quote4(new Uint8Array(0), new Uint8Array(8));
    expect(view.wrap(bytes.with(0, 0x4f), 0, bytes.length)).toBe(false); // header length 60 in a quote of 28 bytes
    expect(view.wrap(bytes.with(0, 0x44), 0, bytes.length)).toBe(false); // header length 16
    expect(view.wrap(bytes.with(0, 0x55), 0, bytes.length)).toBe(false); // version 5
    expect(view.wrap(bytes, 0, 19)).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.constantFrom(0x45, 0x46, 0x60), (random, first) => {
        const hostile = random.length === 0 ? random : random.with(0, first);
        if (!view.wrap(hostile, 0, hostile.length)) return;
        expect(view.transportAt).toBeLessThanOrEqual(view.end);
        expect(view.transportLength).toBeGreaterThanOrEqual(0);
        expect(view.destinationAt + view.addressLength).toBeLessThanOrEqual(view.end);
      }),
      { numRuns: 500 },
    );
  });
});
