import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeEchoReply,
  encodeEchoRequest,
  encodeIcmp4,
  encodeMask,
  encodeTimestamp,
  Icmp4View,
} from '../../src/wire/icmp4.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { expectShorterRefused } from '../support/wrapping.ts';

/** First echo request of tcpdump's tests/dhcp-rfc4388.pcap; fields as tshark shows them. */
const ECHO = fromHex(`0800b7db40240000${'00'.repeat(20)}`);
/** First frame of tcpdump's tests/icmp-rfc8335.pcap: an extended echo request by interface index; fields as in tshark. */
const EXTENDED = fromHex('2a006314f6ea00012000dcf4000803020000000165933a33000ddc2b');

describe('ICMPv4', () => {
  test('decodes an echo request to the fields of tshark', () => {
    const view = new Icmp4View();
    expect(view.wrap(ECHO, 0, ECHO.length)).toBe(true);
    expect([view.type, view.code, view.checksum, view.isChecksumOk]).toEqual([8, 0, 0xb7db, true]);
    expect([view.identifier, view.sequence, view.payloadAt, view.end, view.isError]).toEqual([16420, 0, 8, 28, false]);
  });

  test('decodes an extended echo request (RFC 8335, 2)', () => {
    const view = new Icmp4View();
    expect(view.wrap(EXTENDED, 0, EXTENDED.length)).toBe(true);
    expect([view.type, view.identifier, view.extendedSequence, view.extendedFlags]).toEqual([42, 0xf6ea, 0, 1]);
    expect(view.isChecksumOk).toBe(true);
  });

  test('address masks (RFC 950, appendix I), with checksums after RFC 1071', () => {
    const out = new Uint8Array(12);
    expect(encodeMask(17, { identifier: 1, sequence: 2, mask: 0 }, out)).toBe(12);
    expect(toHex(out)).toBe('1100eefc0001000200000000');
    encodeMask(18, { identifier: 1, sequence: 2, mask: 0xffff_ff00 }, out);
    expect(toHex(out)).toBe('1200eefb00010002ffffff00');
    const view = new Icmp4View();
    expect(view.wrap(out, 0, 12)).toBe(true);
    expect([view.type, view.identifier, view.sequence, view.mask, view.isChecksumOk]).toEqual([
      18,
      1,
      2,
      0xffff_ff00,
      true,
    ]);
    expect(view.wrap(out, 0, 11) && view.mask).toBe(0); // cut off
    expect(() => encodeMask(17, { identifier: 1, sequence: 2, mask: 0 }, out, 1)).toThrow(/ends at 13/);
  });

  test('the encoder writes the same bytes at any offset', () => {
    const out = new Uint8Array(ECHO.length + 3);
    const echo = { identifier: 16420, sequence: 0, payload: new Uint8Array(20) };
    expect(encodeEchoRequest(echo, out, 3)).toBe(out.length);
    expect(toHex(out.subarray(3))).toBe(toHex(ECHO));
    expect(() => encodeEchoRequest(echo, out, 4)).toThrow(/ends at 32/);
  });

  test('a timestamp message has three times (RFC 792)', () => {
    const out = new Uint8Array(20);
    const times = { identifier: 7, sequence: 9, originate: 0xffff_fffe, receive: 2, transmit: 3 };
    expect(encodeTimestamp(14, times, out)).toBe(20);
    const view = new Icmp4View();
    expect(view.wrap(out, 0, 20)).toBe(true);
    expect([view.type, view.hasTimes, view.isChecksumOk]).toEqual([14, true, true]);
    expect([view.originate, view.receive, view.transmit]).toEqual([0xffff_fffe, 2, 3]);
    expect(view.wrap(out, 0, 19) && view.hasTimes).toBe(false);
  });

  test('errors contain pointer, gateway and next-hop MTU', () => {
    const out = new Uint8Array(36);
    const view = new Icmp4View();
    encodeIcmp4({ type: 3, code: 4, rest: 1400, body: new Uint8Array(28) }, out);
    expect(view.wrap(out, 0, 36)).toBe(true);
    expect([view.nextHopMtu, view.isError, view.isChecksumOk]).toEqual([1400, true, true]);
    encodeIcmp4({ type: 12, code: 0, rest: 0x1400_0000, body: new Uint8Array(28) }, out);
    expect(view.pointer).toBe(20);
    encodeIcmp4({ type: 5, code: 1, rest: 0xc000_0201, body: new Uint8Array(28) }, out);
    expect([...out.subarray(view.gatewayAt, view.gatewayAt + 4)]).toEqual([192, 0, 2, 1]);
  });

  test('rejects truncated messages, and detects a flipped bit', () => {
    expectShorterRefused(new Icmp4View(), ECHO, 8);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.nat(0xffff),
        fc.nat(0xffff),
        fc.nat(),
        (payload, id, seq, at) => {
          const out = new Uint8Array(8 + payload.length);
          encodeEchoReply({ identifier: id, sequence: seq, payload }, out);
          const view = new Icmp4View();
          expect(view.wrap(out, 0, out.length)).toBe(true);
          expect([view.type, view.identifier, view.sequence, view.isChecksumOk]).toEqual([0, id, seq, true]);
          expect(toHex(out.subarray(view.payloadAt, view.end))).toBe(toHex(payload));
          const flipped = out.with(at % out.length, (out[at % out.length] ?? 0) ^ 0x10);
          expect(view.wrap(flipped, 0, out.length) && view.isChecksumOk).toBe(false);
        },
      ),
    );
  });
});
