/** Addresses are mapped one to one, with a key, and keep common prefixes and what kind of address they are. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIpv4, formatIpv6, formatMac, parseIpv4, parseIpv6, parseMac } from '../../../src/base/address.ts';
import { AddressMap } from '../../../src/session/sanitize/address-map.ts';

const key = (text: string): Uint8Array => new TextEncoder().encode(text);
const map = new AddressMap(key('a key of a test'));

function ipv4(text: string, by = map): string {
  const out = new Uint8Array(4);
  by.mapIpv4(parseIpv4(text) ?? out, 0, out, 0);
  return formatIpv4(out);
}

function ipv6(text: string, by = map): string {
  const out = new Uint8Array(16);
  by.mapIpv6(parseIpv6(text) ?? out, 0, out, 0);
  return formatIpv6(out);
}

function mac(text: string): string {
  const out = new Uint8Array(6);
  map.mapMac(parseMac(text) ?? out, 0, out, 0);
  return formatMac(out);
}

/** Number of leading bits that two addresses share. */
function commonBits(left: Uint8Array, right: Uint8Array): number {
  for (let bit = 0; bit < left.length * 8; bit += 1) {
    const mask = 0x80 >>> (bit & 7);
    if (((left[bit >>> 3] ?? 0) & mask) !== ((right[bit >>> 3] ?? 0) & mask)) return bit;
  }
  return left.length * 8;
}

/** Unicast addresses of class C, no network of which is kept. */
const classC = fc
  .uint8Array({ minLength: 4, maxLength: 4 })
  .map((bytes) => Uint8Array.from(bytes).fill(0xc0 | ((bytes[0] ?? 0) & 31), 0, 1));
const global = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Uint8Array.from(bytes).fill(0x20 | ((bytes[0] ?? 0) & 31), 0, 1));

describe('prefixes', () => {
  test('two IPv4 addresses share as many leading bits as before', () => {
    fc.assert(
      fc.property(classC, classC, fc.integer({ min: 3, max: 32 }), (one, random, bits) => {
        const other = one.slice();
        for (let bit = bits; bit < 32; bit += 1) {
          const mask = 0x80 >>> (bit & 7);
          other[bit >>> 3] = ((other[bit >>> 3] ?? 0) & ~mask) | ((random[bit >>> 3] ?? 0) & mask);
        }
        const mapped = [one, other].map((address) => parseIpv4(ipv4(formatIpv4(address))) ?? address) as [
          Uint8Array,
          Uint8Array,
        ];
        expect(commonBits(...mapped)).toBe(commonBits(one, other));
      }),
      { numRuns: 200 },
    );
  });

  test('and two IPv6 addresses', () => {
    fc.assert(
      fc.property(global, global, fc.integer({ min: 0, max: 15 }), (one, random, same) => {
        const other = Uint8Array.from([...one.subarray(0, same + 1), ...random.subarray(same + 1)]);
        const mapped = [one, other].map((address) => parseIpv6(ipv6(formatIpv6(address))) ?? address) as [
          Uint8Array,
          Uint8Array,
        ];
        expect(commonBits(...mapped)).toBe(commonBits(one, other));
      }),
      { numRuns: 100 },
    );
  });
});

test('all addresses of a network, and of a network whose image is kept, map one to one', () => {
  for (const network of ['192.0.2', '126.7.7', '10.1.1', '255.255.255']) {
    const mapped = Array.from({ length: 256 }, (_, host) => ipv4(`${network}.${host}`));
    expect(new Set(mapped).size).toBe(256);
  }
  const firstOfNetworks = Array.from({ length: 256 }, (_, network) => ipv4(`${network}.1.2.3`));
  expect(new Set(firstOfNetworks).size).toBe(256);
});

test('the key decides', () => {
  const [same, other] = [new AddressMap(key('a key of a test')), new AddressMap(key('another key'))];
  expect(ipv4('192.0.2.1', same)).toBe(ipv4('192.0.2.1'));
  expect(ipv4('192.0.2.1', other)).not.toBe(ipv4('192.0.2.1'));
  expect(ipv6('2001:db8::1', same)).toBe(ipv6('2001:db8::1'));
  expect(ipv6('2001:db8::1', other)).not.toBe(ipv6('2001:db8::1'));
});

test('addresses that mean the same everywhere are kept', () => {
  for (const text of ['0.0.0.0', '127.0.0.1', '255.255.255.255', '224.0.0.5']) expect(ipv4(text)).toBe(text);
  for (const text of ['::', '::1', 'ff02::1', 'ff02::fb']) expect(ipv6(text)).toBe(text);
  for (const text of [
    'ff:ff:ff:ff:ff:ff',
    '01:80:c2:00:00:00',
    '01:00:5e:00:00:05',
    '33:33:00:00:00:01',
    '00:00:00:00:00:00',
  ]) {
    expect(mac(text)).toBe(text);
  }
});

test('the kind of an address is kept: group, link-local, unique local, global', () => {
  expect(Number(ipv4('239.1.2.3').split('.')[0]) >>> 4).toBe(14);
  expect(Number(ipv4('10.1.2.3').split('.')[0])).toBeLessThan(128);
  expect(ipv6('fe80::1234:5678:9abc:def0')).toMatch(/^fe80::/);
  expect(ipv6('fd00::1')).toMatch(/^fd/);
  expect(ipv6('ff05::1:3:5')).toMatch(/^ff05:/);
  expect(ipv6('2001:db8::1')).toMatch(/^[23]/);
  expect(Number.parseInt(mac('00:1b:21:11:22:33').slice(0, 2), 16) & 3).toBe(2); // locally administered, unicast
});

test('a solicited-node group has the MAC address of RFC 2464', () => {
  const mapped = ipv6('ff02::1:ff11:2233');
  expect(mapped).toMatch(/^ff02::1:ff/);
  expect(mapped).not.toBe('ff02::1:ff11:2233');
  const bytes = parseIpv6(mapped) ?? new Uint8Array(16);
  expect(mac('33:33:ff:11:22:33')).toBe(`33:33:${formatMac(bytes.slice(12), 0, 4)}`);
});
