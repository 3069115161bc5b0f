/** Edits of a replay: compares updated checksums (RFC 1624) with newly computed ones (RFC 1071). @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMac } from '../../../src/base/address.ts';
import { readU16, writeU16 } from '../../../src/base/bytes.ts';
import { checksumSum } from '../../../src/base/checksum.ts';
import { FrameEditor, type ReplayEdits } from '../../../src/session/replay/edits.ts';
import { pseudoHeaderSum } from '../../../src/wire/pseudo-header.ts';
import { joinBytes } from '../../support/capture-file.ts';
import { fromHex } from '../../support/hex.ts';
import { address, ethernet, ipv4, ipv6 } from '../../support/made-frames.ts';

/** Returns the frame after the edits. */
function edit(frame: Uint8Array, edits: ReplayEdits, linkType = 1): Uint8Array {
  const editor = new FrameEditor(edits, linkType);
  const bytes = joinBytes(Uint8Array.of(0xee), frame, new Uint8Array(editor.growth));
  return bytes.slice(1, 1 + editor.apply(bytes, 1, frame.length));
}

const mapping = (from: string, to: string, prefixLength = address(from).length * 8) => ({
  from: address(from),
  to: address(to),
  prefixLength,
});

/** Writes the checksum at `at` of the upper layer, which begins at `upper`. */
function seal(frame: Uint8Array, upper: number, at: number, protocol: number, family: 4 | 6): Uint8Array {
  const [start, length] = family === 4 ? ([26, 4] as const) : ([22, 16] as const);
  writeU16(frame, upper + at, 0);
  const sum = pseudoHeaderSum(frame, start, length, protocol, frame.length - upper);
  const checksum = ~checksumSum(frame, upper, frame.length, sum) & 0xffff;
  writeU16(frame, upper + at, checksum === 0 && protocol === 17 ? 0xffff : checksum);
  return frame;
}

const UPPER = [
  [6, 16, 'TCP'],
  [17, 6, 'UDP'],
  [33, 6, 'DCCP'],
  [136, 6, 'UDP-Lite'],
] as const;

describe('addresses', () => {
  test.each(UPPER)('IPv4, protocol %i: header and upper checksum equal newly computed ones', (protocol, at) => {
    const bytes4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
    const payloads = fc.uint8Array({ minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(payloads, bytes4, bytes4, fc.integer({ min: 0, max: 32 }), (payload, from, to, prefixLength) => {
        const frame = ipv4(protocol, payload);
        seal(frame, 34, at, protocol, 4);
        const source = frame.slice(26, 30);
        const edited = edit(frame, {
          addresses: [
            { from: source, to, prefixLength },
            { from, to, prefixLength: 32 },
          ],
        });
        const expected = frame.slice();
        const isMapped = (place: number): boolean =>
          prefixEquals(frame.subarray(place, place + 4), source, prefixLength);
        for (const place of [26, 30]) {
          if (isMapped(place)) expected.set(withPrefix(frame.subarray(place, place + 4), to, prefixLength), place);
        }
        writeU16(expected, 24, 0);
        writeU16(expected, 24, ~checksumSum(expected, 14, 34));
        seal(expected, 34, at, protocol, 4);
        expect(edited).toEqual(expected);
      }),
    );
  });

  test.each([...UPPER, [58, 2, 'ICMPv6']] as const)('IPv6, protocol %i', (protocol, at) => {
    const frame = ipv6(
      protocol,
      Uint8Array.from({ length: 33 }, (_, index) => index * 7),
    );
    seal(frame, 54, at, protocol, 6);
    const edited = edit(frame, { addresses: [mapping('2001:db8::', 'fd00:1234:5678::', 48)] });
    const expected = frame.slice();
    expected.set(address('fd00:1234:5678::1'), 22);
    expected.set(address('fd00:1234:5678::2'), 38);
    expect(edited).toEqual(seal(expected, 54, at, protocol, 6));
  });

  test('IPv6 with a routing header and segments left: the destination is not in the checksum (RFC 8200, 8.1)', () => {
    const routing = joinBytes(fromHex('11020001 00000000'.replace(/ /g, '')), address('2001:db8::9'));
    const udp = fromHex('0fa0000900100000aabbccddeeff0011');
    const frame = ipv6(43, joinBytes(routing, udp));
    const upper = 14 + 40 + 24;
    const sealed = sealWithFinal(frame, upper, address('2001:db8::9'));
    const before = readU16(sealed, upper + 6);
    const onlyDestination = edit(sealed, { addresses: [mapping('2001:db8::2', '2001:db8::77')] });
    expect(readU16(onlyDestination, upper + 6)).toBe(before);
    expect(onlyDestination.subarray(38, 54)).toEqual(address('2001:db8::77'));
    const onlySource = edit(sealed, { addresses: [mapping('2001:db8::1', '2001:db8::55')] });
    expect(onlySource).toEqual(sealWithFinal(onlySource.slice(), upper, address('2001:db8::9')));
  });

  test('a UDP checksum of 0 is kept', () => {
    const frame = ipv4(17, fromHex('0fa000090008' + '0000'));
    const edited = edit(frame, { addresses: [mapping('192.0.2.1', '203.0.113.7')] });
    expect(readU16(edited, 40)).toBe(0);
    expect(edited.subarray(26, 30)).toEqual(address('203.0.113.7'));
  });

  test('in a fragment after the first, only the header is edited', () => {
    const frame = ipv4(17, new Uint8Array(16).fill(0x11), { fragmentOffset: 1480 });
    const edited = edit(frame, { addresses: [mapping('192.0.2.1', '203.0.113.7')] });
    expect(edited.subarray(34)).toEqual(frame.subarray(34));
    expect(checksumSum(edited, 14, 34)).toBe(0xffff);
  });

  test('a packet truncated anywhere is edited as far as it goes', () => {
    const frame = seal(ipv4(6, new Uint8Array(40).fill(0x22)), 34, 16, 6, 4);
    const whole = edit(frame, { addresses: [mapping('192.0.2.0', '203.0.113.0', 24)] });
    for (let length = 34; length < frame.length; length += 1) {
      const cut = edit(frame.slice(0, length), { addresses: [mapping('192.0.2.0', '203.0.113.0', 24)] });
      const hasChecksum = length >= 34 + 18;
      const expected = whole.slice(0, length);
      if (!hasChecksum && length > 34 + 16) expected.set(frame.subarray(50, length), 50);
      expect(cut).toEqual(expected);
    }
    for (let length = 0; length < 34; length += 1) {
      expect(edit(frame.slice(0, length), { addresses: [mapping('192.0.2.1', '1.2.3.4')] })).toEqual(
        frame.slice(0, length),
      );
    }
  });

  test('ARP: both protocol addresses, in tagged frames too', () => {
    const arp = fromHex('00010800060400010200000000010a010101000000000000' + '0a010102');
    const edits = { addresses: [mapping('10.1.1.0', '192.0.2.0', 24)] };
    const mapped = fromHex('0001080006040001020000000001c0000201000000000000' + 'c0000202');
    expect(edit(ethernet(0x0806, arp), edits)).toEqual(ethernet(0x0806, mapped));
    const tagged = (body: Uint8Array): Uint8Array =>
      ethernet(0x88a8, joinBytes(fromHex('000581000007' + '0806'), body));
    expect(edit(tagged(arp), edits)).toEqual(tagged(mapped));
  });

  test('the first matching rule applies; two addresses can be swapped', () => {
    const swap = { addresses: [mapping('192.0.2.1', '198.51.100.2'), mapping('198.51.100.2', '192.0.2.1')] };
    const edited = edit(ipv4(1, new Uint8Array(8)), swap);
    expect(edited.subarray(26, 34)).toEqual(joinBytes(address('198.51.100.2'), address('192.0.2.1')));
    expect(checksumSum(edited, 14, 34)).toBe(0xffff);
  });

  test('bare IP packets', () => {
    const frame = seal(ipv4(17, new Uint8Array(24).fill(3)), 34, 6, 17, 4);
    const edits = { addresses: [mapping('192.0.2.1', '203.0.113.7')] };
    expect(edit(frame.slice(14), edits, 101)).toEqual(edit(frame, edits).slice(14));
  });

  test('random frames cause no exception and do not grow', () => {
    const edits = { addresses: [mapping('0.0.0.0', '1.2.3.4', 0), mapping('::', 'ff::', 0)], removeVlan: true };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.constantFrom(1, 101), (frame, linkType) => {
        expect(edit(frame, edits, linkType).length).toBeLessThanOrEqual(frame.length);
      }),
    );
  });
});

describe('link header', () => {
  const frame = ethernet(0x0800, Uint8Array.of(1, 2, 3, 4, 5));

  test('MAC addresses', () => {
    const edits = {
      sourceMac: parseMac('02:aa:bb:cc:dd:01') ?? new Uint8Array(0),
      destinationMac: parseMac('02:aa:bb:cc:dd:02') ?? new Uint8Array(0),
    };
    expect(edit(frame, edits)).toEqual(fromHex('02aabbccdd02' + '02aabbccdd01' + '0800' + '0102030405'));
  });

  test('a VLAN tag is inserted and removed', () => {
    const tagged = edit(frame, { addVlan: 100 });
    expect(tagged).toEqual(fromHex('020000000002' + '020000000001' + '8100' + '0064' + '0800' + '0102030405'));
    expect(edit(tagged, { removeVlan: true })).toEqual(frame);
    expect(edit(tagged, { removeVlan: true, addVlan: 7 })).toEqual(edit(frame, { addVlan: 7 }));
    expect(edit(frame, { removeVlan: true })).toEqual(frame);
  });

  test('bare IP packets have no link header', () => {
    const packet = Uint8Array.of(0x45, 0, 0, 20);
    expect(edit(packet, { addVlan: 3, sourceMac: new Uint8Array(6) }, 101)).toEqual(packet);
  });
});

function prefixEquals(one: Uint8Array, other: Uint8Array, prefixLength: number): boolean {
  return bits(one).slice(0, prefixLength) === bits(other).slice(0, prefixLength);
}

function withPrefix(host: Uint8Array, network: Uint8Array, prefixLength: number): Uint8Array {
  const text = bits(network).slice(0, prefixLength) + bits(host).slice(prefixLength);
  return Uint8Array.from(text.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

function bits(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
}

/** Writes a UDP checksum over the pseudo header with the final destination. */
function sealWithFinal(frame: Uint8Array, upper: number, final: Uint8Array): Uint8Array {
  const written = frame.slice(38, 54);
  frame.set(final, 38);
  seal(frame, upper, 6, 17, 6);
  frame.set(written, 38);
  return frame;
}
