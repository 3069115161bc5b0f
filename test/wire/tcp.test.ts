import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isChecksumOk } from '../../src/base/checksum.ts';
import { pseudoHeaderSum } from '../../src/wire/pseudo-header.ts';
import { encodeTcp, TcpFlag, TcpView } from '../../src/wire/tcp.ts';
import { encodeTcpOptions } from '../../src/wire/tcp-options.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { expectShorterRefused } from '../support/wrapping.ts';

/** First segment of tcpdump's tests/tcp-handshake-nano.pcap, addresses before it; the expected fields are tshark's. */
const ADDRESSES = fromHex('839bd745 8974515e');
const SYN = fromHex('b6400050 2f842acb 00000000 a0026a40 50c40000 02040550 0402 080a436a036200000000 01 030307');
const PSEUDO_SUM = pseudoHeaderSum(ADDRESSES, 0, 4, 6, SYN.length);

describe('TCP', () => {
  test('decodes a SYN to the fields of tshark', () => {
    const view = new TcpView();
    expect(view.wrap(SYN, 0, SYN.length)).toBe(true);
    expect(view.isWellFormed).toBe(true);
    expect([view.sourcePort, view.destinationPort]).toEqual([46_656, 80]);
    expect([view.sequence, view.acknowledgment]).toEqual([797_190_859, 0]);
    expect([view.headerLength, view.flags, view.window]).toEqual([40, TcpFlag.syn, 27_200]);
    expect([view.checksum, view.urgentPointer, view.optionsStart, view.payloadStart]).toEqual([0x50c4, 0, 20, 40]);
    expect(isChecksumOk(SYN, 0, SYN.length, PSEUDO_SUM)).toBe(true);
  });

  test('the encoders write the same bytes, with checksum', () => {
    const options = encodeTcpOptions({
      maximumSegmentSize: 1360,
      selectiveAcknowledgmentPermitted: true,
      timestamps: { value: 1_131_021_154, echo: 0 },
      windowScale: 7,
    });
    // Linux puts the No-Operation before the window scale; ours pads after it. Both are valid (RFC 9293, 3.2).
    expect(toHex(options)).toBe('020405500402080a436a03620000000003030701');
    const out = new Uint8Array(SYN.length);
    const segment = {
      sourcePort: 46_656,
      destinationPort: 80,
      sequence: 797_190_859,
      flags: TcpFlag.syn,
      window: 27_200,
      options: SYN.subarray(20),
    };
    expect(encodeTcp(segment, PSEUDO_SUM, out)).toBe(SYN.length);
    expect(toHex(out)).toBe(toHex(SYN));
    expect(() => encodeTcp(segment, PSEUDO_SUM, out, 1)).toThrow(/ends at 41/);
    expect(() => encodeTcp({ ...segment, options: new Uint8Array(2) }, 0, out)).toThrow(/multiple of 4/);
  });

  test('rejects truncated segments; an inconsistent segment is not well-formed', () => {
    expectShorterRefused(new TcpView(), SYN.slice(0, 20), 20);
    const view = new TcpView();
    view.wrap(SYN, 0, 39);
    expect(view.isWellFormed).toBe(false);
    view.wrap(SYN.with(12, 0x40), 0, SYN.length);
    expect(view.isWellFormed).toBe(false);
  });

  test('any segment survives a round trip with a valid checksum', () => {
    const u16 = fc.integer({ min: 0, max: 0xffff });
    const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
    const fields = fc.record({
      sourcePort: u16,
      destinationPort: u16,
      sequence: u32,
      acknowledgment: u32,
      flags: fc.integer({ min: 0, max: 0x1ff }),
      window: u16,
      urgentPointer: u16,
      options: fc.integer({ min: 0, max: 10 }).map((words) => new Uint8Array(words * 4).fill(1)),
      payload: fc.uint8Array({ maxLength: 50 }),
    });
    fc.assert(
      fc.property(fields, fc.uint8Array({ minLength: 32, maxLength: 32 }), (segment, addresses) => {
        const length = 20 + segment.options.length + segment.payload.length;
        const sum = pseudoHeaderSum(addresses, 0, 16, 6, length);
        const out = new Uint8Array(length);
        expect(encodeTcp(segment, sum, out)).toBe(length);
        const view = new TcpView();
        expect(view.wrap(out, 0, length)).toBe(true);
        const { sourcePort, destinationPort, sequence, acknowledgment, flags, window, urgentPointer } = view;
        const read = { sourcePort, destinationPort, sequence, acknowledgment, flags, window, urgentPointer };
        expect({ ...segment, ...read }).toEqual(segment);
        expect(toHex(out.slice(view.payloadStart))).toBe(toHex(segment.payload));
        expect(isChecksumOk(out, 0, length, sum)).toBe(true);
      }),
    );
  });
});
