import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIpv4, formatMac } from '../../src/base/address.ts';
import { ArpOperation, ArpView, encodeArp } from '../../src/wire/arp.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { expectShorterRefused } from '../support/wrapping.ts';

/** From the first frame of tcpdump's tests/802.1ad_QinQ.pcap: who-has 172.21.79.100 tell 172.21.79.97. */
const REQUEST = fromHex('0001 0800 06 04 0001 0020d25afb3f ac154f61 000000000000 ac154f64');

describe('ARP', () => {
  test('decodes a request to the fields that tcpdump prints', () => {
    const view = new ArpView();
    expect(view.wrap(REQUEST, 0, REQUEST.length)).toBe(true);
    expect([view.hardwareType, view.protocolType, view.operation]).toEqual([1, 0x0800, ArpOperation.request]);
    expect(formatMac(REQUEST, view.senderHardwareStart)).toBe('00:20:d2:5a:fb:3f');
    expect(formatIpv4(REQUEST, view.senderProtocolStart)).toBe('172.21.79.97');
    expect(formatMac(REQUEST, view.targetHardwareStart)).toBe('00:00:00:00:00:00');
    expect(formatIpv4(REQUEST, view.targetProtocolStart)).toBe('172.21.79.100');
    expect(view.length).toBe(28);
  });

  test('rejects truncated packets, by the address lengths in the packet', () => {
    expectShorterRefused(new ArpView(), REQUEST, 28);
    const long = fromHex('0001 0800 ff ff 0001');
    expect(new ArpView().wrap(long, 0, long.length)).toBe(false);
    const empty = fromHex('0001 0800 00 00 0001');
    expect(new ArpView().wrap(empty, 0, empty.length)).toBe(true);
  });

  test('any packet survives a round trip', () => {
    const fields = fc
      .tuple(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 16 }))
      .chain(([hardware, protocol]) => {
        const hardwareAddress = fc.uint8Array({ minLength: hardware, maxLength: hardware });
        const protocolAddress = fc.uint8Array({ minLength: protocol, maxLength: protocol });
        return fc.record({
          hardwareType: fc.integer({ min: 0, max: 0xffff }),
          protocolType: fc.integer({ min: 0, max: 0xffff }),
          operation: fc.integer({ min: 0, max: 0xffff }),
          senderHardware: hardwareAddress,
          senderProtocol: protocolAddress,
          targetHardware: hardwareAddress,
          targetProtocol: protocolAddress,
        });
      });
    fc.assert(
      fc.property(fields, (packet) => {
        const out = new Uint8Array(120);
        const end = encodeArp(packet, out, 5);
        const view = new ArpView();
        expect(view.wrap(out, 5, end)).toBe(true);
        expect(view.length).toBe(end - 5);
        const slice = (start: number, length: number): string => toHex(out.slice(start, start + length));
        expect(slice(view.senderHardwareStart, view.hardwareLength)).toBe(toHex(packet.senderHardware));
        expect(slice(view.senderProtocolStart, view.protocolLength)).toBe(toHex(packet.senderProtocol));
        expect(slice(view.targetHardwareStart, view.hardwareLength)).toBe(toHex(packet.targetHardware));
        expect(slice(view.targetProtocolStart, view.protocolLength)).toBe(toHex(packet.targetProtocol));
        expect(() => encodeArp(packet, out.subarray(0, end - 1), 5)).toThrow(/ends at/);
      }),
    );
  });
});
