import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isChecksumOk } from '../../src/base/checksum.ts';
import { pseudoHeaderSum } from '../../src/wire/pseudo-header.ts';
import { encodeUdp, UdpView } from '../../src/wire/udp.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { expectShorterRefused } from '../support/wrapping.ts';

/** First frame of tcpdump's tests/dns_udp.pcap, addresses before the datagram; the expected fields are tshark's. */
const ADDRESSES = fromHex('c0a8010b d157f912');
const QUERY = fromHex(`abbe 0035 0040 7824
  59340120 00010000 00000001 03777777 07746370 64756d70 036f7267 00000100 01000029
  10000000 0000000c 000a0008 42f5d009 96f90b13`);

describe('UDP', () => {
  test('decodes a datagram to the fields of tshark', () => {
    const view = new UdpView();
    expect(view.wrap(QUERY, 0, QUERY.length)).toBe(true);
    expect([view.sourcePort, view.destinationPort, view.length, view.checksum]).toEqual([43_966, 53, 64, 0x7824]);
    expect([view.payloadStart, view.payloadEnd]).toEqual([8, 64]);
    expect(isChecksumOk(QUERY, 0, QUERY.length, pseudoHeaderSum(ADDRESSES, 0, 4, 17, QUERY.length))).toBe(true);
  });

  test('the encoder writes the same bytes; without a pseudo header the checksum is 0', () => {
    const datagram = { sourcePort: 43_966, destinationPort: 53, payload: QUERY.subarray(8) };
    const out = new Uint8Array(QUERY.length);
    expect(encodeUdp(datagram, out, 0, pseudoHeaderSum(ADDRESSES, 0, 4, 17, QUERY.length))).toBe(QUERY.length);
    expect(toHex(out)).toBe(toHex(QUERY));
    encodeUdp(datagram, out);
    expect(toHex(out.subarray(6, 8))).toBe('0000');
    expect(() => encodeUdp(datagram, out, 1)).toThrow(/ends at 65/);
  });

  test('a checksum of 0 is sent as 0xffff (RFC 768)', () => {
    const out = new Uint8Array(8);
    encodeUdp({ sourcePort: 0xffff - 16, destinationPort: 0, payload: new Uint8Array(0) }, out, 0, 8);
    expect(toHex(out.subarray(6))).toBe('ffff');
  });

  test('the length field limits the data, and is at least that of the header', () => {
    const view = new UdpView();
    view.wrap(QUERY.with(5, 20), 0, QUERY.length);
    expect(view.payloadEnd).toBe(20);
    view.wrap(QUERY.with(5, 3), 0, QUERY.length);
    expect(view.payloadEnd).toBe(8);
    view.wrap(QUERY.with(4, 1), 0, QUERY.length);
    expect(view.payloadEnd).toBe(64);
    expectShorterRefused(new UdpView(), QUERY.slice(0, 8), 8);
  });

  test('any datagram survives a round trip', () => {
    const port = fc.integer({ min: 0, max: 0xffff });
    const fields = fc.record({ sourcePort: port, destinationPort: port, payload: fc.uint8Array({ maxLength: 60 }) });
    fc.assert(
      fc.property(fields, fc.uint8Array({ minLength: 8, maxLength: 8 }), (datagram, addresses) => {
        const length = 8 + datagram.payload.length;
        const sum = pseudoHeaderSum(addresses, 0, 4, 17, length);
        const out = new Uint8Array(length);
        encodeUdp(datagram, out, 0, sum);
        const view = new UdpView();
        view.wrap(out, 0, length);
        expect([view.sourcePort, view.destinationPort]).toEqual([datagram.sourcePort, datagram.destinationPort]);
        expect(toHex(out.slice(view.payloadStart, view.payloadEnd))).toBe(toHex(datagram.payload));
        expect(isChecksumOk(out, 0, length, sum)).toBe(true);
      }),
    );
  });
});
