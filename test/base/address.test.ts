import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import {
  formatAddress,
  formatIpv4,
  formatIpv6,
  formatMac,
  parseIpv4,
  parseIpv6,
  parseMac,
  parseScopedAddress,
} from '../../src/base/address.ts';

const ipv6Bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('IPv4', () => {
  test('reads strict dotted quads only (RFC 6943, 3.1.1)', () => {
    expect(parseIpv4('10.1.1.1')).toEqual(Uint8Array.of(10, 1, 1, 1));
    expect(parseIpv4('255.255.255.255')).toEqual(Uint8Array.of(255, 255, 255, 255));
    for (const text of ['10.1.1', '10.1.1.256', '010.1.1.1', '10.1.1.1.1', '', '10.1.1.', ' 10.1.1.1', '1e1.0.0.0']) {
      expect(parseIpv4(text), text).toBeUndefined();
    }
  });

  test('printed addresses parse to the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
        expect(parseIpv4(formatIpv4(bytes))).toEqual(bytes);
      }),
    );
  });
});

describe('IPv6', () => {
  test.each([
    // RFC 5952, section 4: each example in its recommended form.
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:DB8::AAAA', '2001:db8::aaaa'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ])('%s prints as %s', (text, printed) => {
    const bytes = parseIpv6(text);
    expect(bytes).toBeDefined();
    expect(formatIpv6(bytes as Uint8Array)).toBe(printed);
  });

  test.each([
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'g::',
    '',
    ':',
    '1:',
    ':1',
    '1.2.3.4::',
    'fe80::1%eth0',
  ])('%j is none', (text) => {
    expect(parseIpv6(text)).toBeUndefined();
  });

  test('agrees with ipaddr.js on every text that one of them prints', () => {
    fc.assert(
      fc.property(ipv6Bytes, (bytes) => {
        const other = ipaddr.fromByteArray([...bytes]);
        expect(parseIpv6(formatIpv6(bytes))).toEqual(bytes);
        expect(parseIpv6(other.toString())).toEqual(bytes);
        expect(ipaddr.parse(formatIpv6(bytes)).toByteArray()).toEqual([...bytes]);
      }),
    );
  });

  test('addresses with runs of zero groups, which random bytes rarely have', () => {
    const group = fc.constantFrom(0, 0, 0, 1, 0xffff);
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const bytes = new Uint8Array(groups.flatMap((value) => [value >> 8, value & 0xff]));
        expect(parseIpv6(formatIpv6(bytes))).toEqual(bytes);
      }),
    );
  });

  test('any text is an address or undefined, never an error', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f:.]{0,40}$/), (text) => {
        expect(parseIpv6(text)?.length ?? 16).toBe(16);
      }),
    );
  });
});

describe('MAC', () => {
  test('reads and prints', () => {
    expect(parseMac('00:1b:21:0a:0:ff')).toEqual(Uint8Array.of(0, 0x1b, 0x21, 0x0a, 0, 0xff));
    expect(parseMac('00-1B-21-0A-00-FF')).toEqual(Uint8Array.of(0, 0x1b, 0x21, 0x0a, 0, 0xff));
    expect(formatMac(Uint8Array.of(9, 0, 0x1b, 0x21, 0x0a, 0, 0xff), 1)).toBe('00:1b:21:0a:00:ff');
    for (const text of ['00:1b:21:0a:00', '00:1b:21:0a:00:100', 'zz:1b:21:0a:00:00', '']) {
      expect(parseMac(text), text).toBeUndefined();
    }
  });
});

describe('addresses with a zone (RFC 4007, 11)', () => {
  test.each([
    ['fe80::1%eth0', 'fe80::1', 'eth0'],
    ['ff02::1%veth-a.100', 'ff02::1', 'veth-a.100'],
    ['2001:db8::1', '2001:db8::1', undefined],
    ['192.0.2.1', '192.0.2.1', undefined],
  ])('%s', (text, address, zone) => {
    const read = parseScopedAddress(text);
    expect(read?.zone).toBe(zone);
    expect(formatAddress(read?.address ?? new Uint8Array(4))).toBe(address);
  });

  test.each(['fe80::1%', '%eth0', '192.0.2.1%eth0', 'fe80%eth0', ''])('%s is not an address with a zone', (text) => {
    expect(parseScopedAddress(text)).toBeUndefined();
  });
});

test.each([
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.',
  '.1.2.3',
  '1..2.3',
  '1.2.3.4 ',
  ' 1.2.3.4',
  '256.1.1.1',
  '1.2.3.1000',
  '00.1.1.1',
  '1.2.3.-4',
  '1,2,3,4',
])('%j is no dotted quad', (text) => {
  expect(parseIpv4(text)).toBeUndefined();
});
