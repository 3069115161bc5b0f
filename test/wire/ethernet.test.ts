import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatMac } from '../../src/base/address.ts';
import { EthernetView, encodeEthernet, encodeVlanTag, isVlanEtherType, VlanView } from '../../src/wire/ethernet.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { expectShorterRefused } from '../support/wrapping.ts';

/** The head of the first frame of tcpdump's tests/802.1ad_QinQ.pcap; the expected fields are tshark's. */
const QINQ = fromHex('ffffffffffff 0020d25afb3f 88a8 00c8 8100 07d1 0806');

describe('Ethernet', () => {
  test('decodes a QinQ frame to the fields of tshark', () => {
    const ethernet = new EthernetView();
    expect(ethernet.wrap(QINQ, 0, QINQ.length)).toBe(true);
    expect(formatMac(QINQ, ethernet.destinationStart)).toBe('ff:ff:ff:ff:ff:ff');
    expect(formatMac(QINQ, ethernet.sourceStart)).toBe('00:20:d2:5a:fb:3f');
    expect(ethernet.isGroupAddressed).toBe(true);
    expect(ethernet.etherType).toBe(0x88a8);
    const outer = new VlanView();
    expect(outer.wrap(QINQ, ethernet.payloadStart, QINQ.length)).toBe(true);
    expect([outer.identifier, outer.priority, outer.isDropEligible, outer.etherType]).toEqual([200, 0, false, 0x8100]);
    const inner = new VlanView();
    expect(inner.wrap(QINQ, outer.payloadStart, QINQ.length)).toBe(true);
    expect([inner.identifier, inner.priority, inner.etherType]).toEqual([2001, 0, 0x0806]);
    expect(inner.payloadStart).toBe(QINQ.length);
  });

  test('the encoders write the same bytes', () => {
    const out = new Uint8Array(QINQ.length);
    const header = { destination: QINQ.subarray(0, 6), source: QINQ.subarray(6, 12), etherType: 0x88a8 };
    const tagged = encodeEthernet(header, out);
    const doubleTagged = encodeVlanTag({ identifier: 200, etherType: 0x8100 }, out, tagged);
    expect(encodeVlanTag({ identifier: 2001, etherType: 0x0806 }, out, doubleTagged)).toBe(QINQ.length);
    expect(toHex(out)).toBe(toHex(QINQ));
  });

  test('rejects truncated headers', () => {
    expectShorterRefused(new EthernetView(), QINQ.slice(0, 14), 14);
    expectShorterRefused(new VlanView(), QINQ.slice(14, 18), 4);
    const header = { destination: new Uint8Array(6), source: new Uint8Array(6), etherType: 0 };
    expect(() => encodeEthernet(header, new Uint8Array(13))).toThrow(/ends at 14/);
    expect(() => encodeVlanTag({ identifier: 1, etherType: 0 }, new Uint8Array(3))).toThrow(/ends at 4/);
  });

  test('any tag survives a round trip', () => {
    const tags = fc.record({
      priority: fc.integer({ min: 0, max: 7 }),
      isDropEligible: fc.boolean(),
      identifier: fc.integer({ min: 0, max: 4095 }),
      etherType: fc.integer({ min: 0, max: 0xffff }),
    });
    fc.assert(
      fc.property(tags, (tag) => {
        const out = new Uint8Array(4);
        encodeVlanTag(tag, out);
        const view = new VlanView();
        expect(view.wrap(out, 0, 4)).toBe(true);
        const { priority, isDropEligible, identifier, etherType } = view;
        expect({ priority, isDropEligible, identifier, etherType }).toEqual(tag);
      }),
    );
  });

  test('three EtherTypes precede a VLAN tag (IANA "IEEE 802 Numbers")', () => {
    expect([0x8100, 0x88a8, 0x9100, 0x0800, 0x88a9].map(isVlanEtherType)).toEqual([true, true, true, false, false]);
  });
});
