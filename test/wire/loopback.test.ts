import { describe, expect, test } from 'vitest';
import { encodeLoopback, LoopbackView } from '../../src/wire/loopback.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { expectShorterRefused } from '../support/wrapping.ts';

describe('BSD loopback headers', () => {
  test.each([
    ['02000000', 2, true, false], // NULL of a little-endian machine
    ['00000002', 2, true, false], // NULL of a big-endian one, and LOOP
    ['18000000', 24, false, true], // NetBSD, OpenBSD
    ['1c000000', 28, false, true], // FreeBSD
    ['0000001e', 30, false, true], // Darwin
    ['0a000000', 10, false, false], // Linux, which has no such interfaces; tcpdump 4.99: "AF Unknown (10)"
    ['07000000', 7, false, false], // OSI
  ])('%s is family %d', (hex, family, isIpv4, isIpv6) => {
    const view = new LoopbackView();
    expect(view.wrap(fromHex(hex), 0, 4)).toBe(true);
    expect([view.family, view.isIpv4, view.isIpv6, view.payloadStart]).toEqual([family, isIpv4, isIpv6, 4]);
  });

  test('encodes both byte orders', () => {
    const out = new Uint8Array(8);
    expect(encodeLoopback(2, true, out)).toBe(4);
    expect(encodeLoopback(24, false, out, 4)).toBe(8);
    expect(toHex(out)).toBe('0200000000000018');
    expect(() => encodeLoopback(2, true, out, 5)).toThrow(/ends at 9/);
  });

  test('rejects truncated headers', () => {
    expectShorterRefused(new LoopbackView(), fromHex('02000000'), 4);
  });
});
