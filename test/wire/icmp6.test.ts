import { describe, expect, test } from 'vitest';
import { formatIpv6, formatMac } from '../../src/base/address.ts';
import { encodeEcho6, Icmp6View } from '../../src/wire/icmp6.ts';
import { NeighborDiscoveryView, NeighborOption, NeighborOptionView } from '../../src/wire/neighbor-discovery.ts';
import { pseudoHeaderSum } from '../../src/wire/pseudo-header.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { expectShorterRefused } from '../support/wrapping.ts';

/** First frame of tcpdump's tests/icmpv6.pcap, from its addresses on: a router advertisement; fields are tshark's. */
const ADDRESSES = fromHex('fe80000000000000b29928fffec8d66cff020000000000000000000000000001');
const ADVERTISEMENT = fromHex(`8600 2401 4020 000f 0000 0000 0000 0000
  0304 48c0 0027 8d00 0009 3a80 0000 0000 2222 3333 4444 5555 6600 0000 0000 0000
  1905 0000 0000 0005 abcd 0000 0000 0000 0000 0000 0000 efef 1234 5678 0000 0000 0000 0000 0000 0001
  1f07 0000 0000 0005 0765 7861 6d70 6c65 0363 6f6d 0007 6578 616d 706c 6503 6f72 6700 0464 6f6d 3104 646f 6d32
  0374 6c64 0000 0000 0000 0000 0501 0000 0000 0064 0101 b099 28c8 d66c 0701 0000 0000 1388 0801 0000 c351 000f`);

const PSEUDO = pseudoHeaderSum(ADDRESSES, 0, 16, 58, ADVERTISEMENT.length);

describe('ICMPv6', () => {
  test('the checksum covers the pseudo header', () => {
    const view = new Icmp6View();
    expect(view.wrap(ADVERTISEMENT, 0, ADVERTISEMENT.length)).toBe(true);
    expect([view.type, view.code, view.checksum, view.isError]).toEqual([134, 0, 0x2401, false]);
    expect(view.isChecksumOk(PSEUDO)).toBe(true);
    expect(view.isChecksumOk(PSEUDO + 1)).toBe(false);
  });

  test('an echo request survives a round trip; without a pseudo header the kernel writes the checksum', () => {
    const out = new Uint8Array(12);
    const echo = { identifier: 0xbeef, sequence: 0xfffe, payload: fromHex('01020304') };
    const pseudo = pseudoHeaderSum(ADDRESSES, 0, 16, 58, 12);
    expect(encodeEcho6(128, echo, pseudo, out)).toBe(12);
    const view = new Icmp6View();
    expect(view.wrap(out, 0, 12)).toBe(true);
    expect([view.type, view.identifier, view.sequence, view.isChecksumOk(pseudo)]).toEqual([128, 0xbeef, 0xfffe, true]);
    encodeEcho6(128, echo, undefined, out);
    expect(view.checksum).toBe(0);
    expect(() => encodeEcho6(128, echo, undefined, out, 1)).toThrow(/ends at 13/);
    expectShorterRefused(view, out, 8);
  });
});

describe('neighbour discovery', () => {
  test('decodes a router advertisement and its options to the fields of tshark', () => {
    const view = new NeighborDiscoveryView();
    expect(view.wrap(ADVERTISEMENT, 0, ADVERTISEMENT.length)).toBe(true);
    expect([view.currentHopLimit, view.routerFlags, view.routerLifetime]).toEqual([64, 0x20, 15]);
    expect([view.reachableTime, view.retransmitTimer]).toEqual([0, 0]);
    const option = new NeighborOptionView();
    const seen: number[] = [];
    for (let ok = option.wrap(ADVERTISEMENT, view.optionsAt, view.end); ok; ok = option.next()) {
      seen.push(option.type);
      if (option.isPrefix) {
        expect([option.prefixLength, option.prefixFlags]).toEqual([72, 0xc0]);
        expect([option.validLifetime, option.preferredLifetime]).toEqual([2_592_000, 604_800]);
        expect(formatIpv6(ADVERTISEMENT, option.prefixAt)).toBe('2222:3333:4444:5555:6600::');
      }
      if (option.type === NeighborOption.mtu) expect(option.mtu).toBe(100);
      if (option.type === NeighborOption.sourceLinkAddress) {
        expect(formatMac(ADVERTISEMENT, option.valueAt)).toBe('b0:99:28:c8:d6:6c');
      }
    }
    expect(seen).toEqual([3, 25, 31, 5, 1, 7, 8]);
    expect(option.isCut).toBe(false);
    expectShorterRefused(new NeighborDiscoveryView(), ADVERTISEMENT.slice(0, 16), 16);
  });

  test('a neighbour advertisement has flags and a target', () => {
    const bytes = fromHex('8800 79b7 a000 0000 2001 0db8 0000 0000 0000 0000 0000 f9b9');
    const view = new NeighborDiscoveryView();
    expect(view.wrap(bytes, 0, bytes.length)).toBe(true);
    expect([view.isRouter, view.isSolicited, view.isOverride]).toEqual([true, false, true]);
    expect(formatIpv6(bytes, view.targetAt)).toBe('2001:db8::f9b9');
  });

  test('an option of length zero, or beyond the end, ends the list (RFC 4861, 4.6)', () => {
    const option = new NeighborOptionView();
    for (const options of ['0300', '0100000000000000', '0102000000000000', '01']) {
      const bytes = fromHex(options);
      expect(option.wrap(bytes, 0, bytes.length), toHex(bytes)).toBe(false);
      expect(option.isCut).toBe(true);
    }
    expect(option.wrap(fromHex(''), 0, 0)).toBe(false);
    expect(option.isCut).toBe(false);
  });
});
