import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DissectOptions, dissect } from '../../src/dissect/dissect.ts';
import type { Layer } from '../../src/dissect/registry.ts';
import { joinBytes, lentFrame } from '../support/capture-file.ts';
import { fromHex } from '../support/hex.ts';
import { ethernet, icmp4, ipv4, ipv6, quoteOf, tcp, udp } from '../support/made-frames.ts';

const layersOf = (frame: Uint8Array, linkType = 1, options: DissectOptions = {}): readonly Layer[] =>
  dissect(lentFrame(frame), linkType, options).layers;
const kindsOf = (frame: Uint8Array, linkType = 1): string[] => layersOf(frame, linkType).map((layer) => layer.kind);

const DATA = new Uint8Array(20).fill(0x80);

describe('dissect', () => {
  test('layers from the link layer inwards, with their offsets', () => {
    const frame = ipv4(6, tcp({ payload: DATA }));
    expect(layersOf(frame).map(({ kind, start, headerLength }) => [kind, start, headerLength])).toEqual([
      ['ethernet', 0, 14],
      ['ipv4', 14, 20],
      ['tcp', 34, 20],
      ['data', 54, 20],
    ]);
  });

  test('a frame inside a larger array; the result outlives the array', () => {
    const frame = ipv4(17, udp(4000, 4001, DATA));
    const around = new Uint8Array(frame.length + 200).fill(0xff);
    around.set(frame, 100);
    const lent = { ...lentFrame(around), offset: 100, length: frame.length, wireLength: frame.length };
    const { layers } = dissect(lent, 1);
    const before = JSON.stringify(layers);
    around.fill(0);
    expect(JSON.stringify(layers)).toBe(before);
    expect(layers.map((layer) => layer.kind)).toEqual(['ethernet', 'ipv4', 'udp', 'data']);
    expect(layers[1]).toMatchObject({ source: '192.0.2.1', destination: '198.51.100.2', start: 114 });
  });

  test.each([
    [101, ipv4(6, tcp({})).slice(14), ['ipv4', 'tcp']],
    [101, ipv6(6, tcp({}, 6)).slice(14), ['ipv6', 'tcp']],
    [228, ipv4(6, tcp({})).slice(14), ['ipv4', 'tcp']],
    [229, ipv6(6, tcp({}, 6)).slice(14), ['ipv6', 'tcp']],
    [0, joinBytes(fromHex('02000000'), ipv4(6, tcp({})).slice(14)), ['loopback', 'ipv4', 'tcp']],
    [108, joinBytes(fromHex('00000018'), ipv6(6, tcp({}, 6)).slice(14)), ['loopback', 'ipv6', 'tcp']],
    [
      113,
      joinBytes(fromHex('0000 0001 0006 0200000000010000 0800'), ipv4(6, tcp({})).slice(14)),
      ['cooked', 'ipv4', 'tcp'],
    ],
    [
      276,
      joinBytes(fromHex('0800 0000 00000002 0001 00 06 0200000000010000'), ipv4(6, tcp({})).slice(14)),
      ['cooked', 'ipv4', 'tcp'],
    ],
    [147, DATA, ['unknown']],
    [101, fromHex('90'), ['bad-ip']],
  ])('link type %d', (linkType, frame, kinds) => {
    expect(kindsOf(frame, linkType)).toEqual(kinds);
  });

  test('checksums are computed on request, and only if all covered bytes were captured', () => {
    const frame = ipv4(6, tcp({ payload: DATA }));
    const [, ip, segment] = layersOf(frame, 1, { checksums: true });
    expect(ip).toMatchObject({ kind: 'ipv4', expectedChecksum: (ip as { checksum?: number }).checksum });
    expect(segment).toMatchObject({ kind: 'tcp', expectedChecksum: (segment as { checksum?: number }).checksum });
    const cut = { ...lentFrame(frame), length: frame.length - 1 };
    expect(dissect(cut, 1, { checksums: true }).layers[2]).not.toHaveProperty('expectedChecksum');
    expect(layersOf(frame)[2]).not.toHaveProperty('expectedChecksum');
  });

  test('a checksum under a routing header covers the last address (RFC 8200, 8.1)', () => {
    // First packet of tcpdump's tests/ipv6-routing-header.pcap; tshark reports its checksum as correct.
    const packet = fromHex(`60000000 0020 2b 04 2200000000000244 02123ffffeae22f7 2200000000000240 0002000000000004
      3a 02 00 01 00000000 2200000000000210 0002000000000004 8000d3ab 00000000`);
    expect(layersOf(packet, 101, { checksums: true }).at(-1)).toMatchObject({
      kind: 'icmp6',
      checksum: 0xd3ab,
      expectedChecksum: 0xd3ab,
    });
  });

  test('options of TCP that end before the cut are not truncated', () => {
    const frame = ipv4(6, tcp({ options: fromHex('020405b4 00000000') }));
    const cutAt = (length: number) => dissect({ ...lentFrame(frame), length }, 1).layers[2];
    expect(cutAt(frame.length - 2)).toMatchObject({ areOptionsTruncated: false, areOptionsMalformed: false });
    expect(cutAt(frame.length - 4)).toMatchObject({ areOptionsTruncated: true, areOptionsMalformed: false });
  });

  test('every cut ends in a mark, never in an exception; layers before it remain', () => {
    const frame = ipv6(0, joinBytes(fromHex('06 00 0104 00000000'), tcp({ options: fromHex('020405b4') }, 6)));
    const whole = kindsOf(frame);
    for (let length = 0; length < frame.length; length += 1) {
      const kinds = dissect({ ...lentFrame(frame), length }, 1).layers.map((layer) => layer.kind);
      const common = kinds.filter((kind, index) => kind === whole[index]).length;
      expect(kinds.length - common, `${length} bytes: ${kinds}`).toBeLessThanOrEqual(2);
    }
  });

  test('layers of the quoted packet follow an ICMP error', () => {
    const frame = icmp4(3, 3, joinBytes(fromHex('00000000'), quoteOf(ipv4(17, udp(4000, 4001, DATA)))));
    expect(kindsOf(frame)).toEqual(['ethernet', 'ipv4', 'icmp4', 'quote', 'ipv4', 'udp', 'data']);
    expect(layersOf(frame)[2]).toMatchObject({
      quoted: { destination: '198.51.100.2', protocol: 17, destinationPort: 4001 },
    });
  });

  test('nested tunnels are decoded up to a limit', () => {
    let packet = ipv4(6, tcp({})).slice(14);
    for (let depth = 0; depth < 200; depth += 1) packet = ipv4(4, packet).slice(14);
    const layers = layersOf(ethernet(0x0800, packet));
    expect(layers.length).toBeLessThan(60);
    expect(layers.at(-1)?.kind).toBe('nested');
    const labels = ethernet(0x8847, new Uint8Array(4000));
    expect(layersOf(labels).at(-1)?.kind).toBe('nested');
  });
});

test('tapline/dissect is the front door of src/dissect', async () => {
  const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const door: string = exports['./dissect'].default;
  const source = new URL(`../../${door.replace('./dist/', 'src/').replace(/js$/, 'ts')}`, import.meta.url);
  expect(Object.keys(await import(source.href))).toEqual(['dissect']);
});

test('a spanning tree BPDU: fields as in tshark', () => {
  // First frame of tcpdump's tests/802.1D_spanning_tree.pcap.
  const frame = fromHex(`0180c2000000 001906eab885 0026 424203 0000 00 00 00 80010019 06eab880 00000000
    80010019 06eab880 8005 0000 1400 0200 0f00 0000000000000000`);
  expect(kindsOf(frame)).toEqual(['ethernet', 'llc', 'spanning-tree']);
  expect(layersOf(frame)[2]).toMatchObject({
    version: 0,
    type: 0,
    length: 35,
    tree: {
      root: '8001.00:19:06:ea:b8:80',
      bridge: '8001.00:19:06:ea:b8:80',
      port: 0x8005,
      maximumAge: 20,
      helloTime: 2,
      forwardDelay: 15,
    },
  });
  expect(kindsOf(frame.slice(0, 40))).toEqual(['ethernet', 'llc', 'truncated']);
});

describe('DNS', () => {
  const message = (hex: string): Layer | undefined => layersOf(ipv4(17, udp(53, 4000, fromHex(hex)))).at(-1);

  test('a question and its answers, with compressed names', () => {
    const question = '03777777 07657861 6d706c65 03636f6d 00 0001 0001';
    const answer = (type: string, data: string): string => `c00c ${type} 0001 00000e10 ${data}`;
    const layer = message(
      `1234 8180 0001 0003 0000 0000 ${question} ${answer('0001', '0004 c0000207')} ${answer('000f', '0009 000a 04 6d61696c c010')}
       ${answer('0010', '0006 05 68656c1b6f')}`,
    );
    expect(layer).toMatchObject({
      kind: 'dns',
      identifier: 0x1234,
      questions: [{ name: 'www.example.com.', type: 1, class: 1 }],
      answers: [
        { name: 'www.example.com.', type: 1, timeToLive: 3600, data: '192.0.2.7' },
        { type: 15, data: 'mail.example.com. 10' },
        { type: 16, data: '"hel^[o"' },
      ],
      isCut: false,
    });
  });

  test.each([
    ['a pointer to itself', '1234 0100 0001 0000 0000 0000 c00c 0001 0001'],
    ['pointers in a circle', '1234 0100 0001 0000 0000 0000 c00e c00c 0001 0001'],
    ['a pointer forwards', '1234 0100 0001 0000 0000 0000 c012 0001 0001 03777777 00'],
    ['a label that runs out', '1234 0100 0001 0000 0000 0000 3f7777'],
    ['counts beyond the limits', '1234 0100 ffff ffff ffff ffff'],
  ])('%s is cut', (_, hex) => {
    expect(message(hex)).toMatchObject({ kind: 'dns', isCut: true });
  });

  test('shorter than a header', () => {
    expect(message('1234 0100 0001')).toMatchObject({ kind: 'bad-dns', length: 6 });
  });

  test('any bytes result in a bounded layer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 12, maxLength: 600 }), (bytes) => {
        const layer = layersOf(ipv4(17, udp(53, 4000, bytes))).at(-1);
        expect(JSON.stringify(layer).length).toBeLessThan(64 * 1024 * 4);
      }),
    );
  });
});
