import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeSll, encodeSll2, PacketType, Sll2View, SllView } from '../../src/wire/linux-cooked.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { expectShorterRefused } from '../support/wrapping.ts';

/** First frame of tcpdump's tests/tcp-handshake-nano.pcap. */
const SLL = fromHex('0004 0200 0000 0000000000000000 0800');
/** tcpdump 4.99.3 on `any`, loopback traffic. */
const SLL2 = fromHex('0800 0000 00000001 0304 00 06 0000000000000000');

const address = fc.uint8Array({ minLength: 0, maxLength: 8 });
const u16 = fc.integer({ min: 0, max: 0xffff });

describe('cooked headers', () => {
  test('decodes version 1 to the fields of tshark: outgoing, PPP, IPv4', () => {
    const view = new SllView();
    expect(view.wrap(SLL, 0, SLL.length)).toBe(true);
    expect(view.packetType).toBe(PacketType.outgoing);
    expect([view.hardwareType, view.addressLength, view.protocol, view.payloadStart]).toEqual([512, 0, 0x0800, 16]);
  });

  test('decodes version 2 to the fields of tshark: incoming, loopback, interface 1', () => {
    const view = new Sll2View();
    expect(view.wrap(SLL2, 0, SLL2.length)).toBe(true);
    expect(view.packetType).toBe(PacketType.host);
    expect([view.hardwareType, view.addressLength, view.protocol]).toEqual([772, 6, 0x0800]);
    expect([view.interfaceIndex, view.addressStart, view.payloadStart]).toEqual([1, 12, 20]);
  });

  test('rejects truncated headers', () => {
    expectShorterRefused(new SllView(), SLL, 16);
    expectShorterRefused(new Sll2View(), SLL2, 20);
    const header = { packetType: 0, hardwareType: 1, address: new Uint8Array(6), protocol: 1, interfaceIndex: 1 };
    expect(() => encodeSll(header, new Uint8Array(15))).toThrow(/ends at 16/);
    expect(() => encodeSll2(header, new Uint8Array(19))).toThrow(/ends at 20/);
  });

  test('an address longer than its field is truncated, and keeps its length', () => {
    const out = new Uint8Array(16);
    encodeSll({ packetType: 0, hardwareType: 32, address: new Uint8Array(20).fill(7), protocol: 0x0800 }, out);
    expect(toHex(out)).toBe('0000002000140707070707070707' + '0800');
  });

  test('any header survives a round trip', () => {
    const header = fc.record({
      packetType: fc.integer({ min: 0, max: 255 }),
      hardwareType: u16,
      address,
      protocol: u16,
    });
    fc.assert(
      fc.property(header, fc.integer({ min: 0, max: 0xffff_ffff }), (fields, interfaceIndex) => {
        const out = new Uint8Array(20);
        const first = new SllView();
        first.wrap(out, 0, encodeSll(fields, out));
        expect([first.packetType, first.hardwareType, first.protocol, first.addressLength]).toEqual([
          fields.packetType,
          fields.hardwareType,
          fields.protocol,
          fields.address.length,
        ]);
        expect(toHex(out.slice(first.addressStart, first.addressStart + first.addressLength))).toBe(
          toHex(fields.address),
        );
        const second = new Sll2View();
        second.wrap(out, 0, encodeSll2({ ...fields, interfaceIndex }, out));
        expect([second.packetType, second.hardwareType, second.protocol, second.interfaceIndex]).toEqual([
          fields.packetType,
          fields.hardwareType,
          fields.protocol,
          interfaceIndex,
        ]);
      }),
    );
  });
});
