/** Lines of tapline and tcpdump for frames with every message that the printers know. */
import { describe, expect, test } from 'vitest';
import { PacketPrinter } from '../../../src/report/packet/line.ts';
import type { PacketPrintOptions } from '../../../src/report/packet/options.ts';
import { joinBytes, lentFrame } from '../../support/capture-file.ts';
import { fromHex } from '../../support/hex.ts';
import { address, ethernet, icmp4, icmp6, igmp, ipv4, ipv6, quoteOf, tcp, udp } from '../../support/made-frames.ts';
import { tcpdumpTexts } from '../../support/packet-peer.ts';
import { requirePeer } from '../../support/peers.ts';

const arp = (operation: string, senderMac: string, sender: string, targetMac: string, target: string): Uint8Array =>
  joinBytes(fromHex(`0001 0800 06 04 ${operation} ${senderMac} ${sender} ${targetMac} ${target}`), new Uint8Array(18));

const DATA = new TextEncoder().encode('hello, here is data');
const quote = quoteOf(ipv4(17, udp(4000, 4001, DATA)));
const quoteTcp = quoteOf(ipv4(6, tcp({})));
const quoteOther = quoteOf(ipv4(99, DATA));
const quote6 = quoteOf(ipv6(17, udp(4000, 4001, DATA, 6)), 48);
const quoteTcp6 = quoteOf(ipv6(6, tcp({}, 6)), 60);
const quoteOther6 = quoteOf(ipv6(99, DATA), 48);
const zero = '00000000';
const unused = (bytes: Uint8Array, head = zero): Uint8Array => joinBytes(fromHex(head), bytes);
const hostA = '2001:0db8 0000 0000 0000 0000 0000 00aa'.replaceAll(':', '');
const linkOption = (type: string): string => `${type} 01 020000000001`;

const FRAMES: Readonly<Record<string, readonly Uint8Array[]>> = {
  ARP: [
    ethernet(0x0806, arp('0001', '020000000001', 'c0000201', '000000000000', 'c0000202')),
    ethernet(0x0806, arp('0001', '020000000001', 'c0000201', 'ffffffffffff', 'c0000202')),
    ethernet(0x0806, arp('0002', '020000000001', 'c0000201', '020000000002', 'c0000202')),
    ethernet(0x0806, arp('0001', '020000000001', 'c0000201', '000000000000', 'c0000201')),
    ethernet(0x0806, arp('0001', '020000000001', '00000000', '000000000000', 'c0000201')),
    ethernet(0x8035, arp('0003', '020000000001', '00000000', '020000000001', '00000000')),
    ethernet(0x8035, arp('0004', '020000000001', '00000000', '020000000001', 'c0000209')),
    ethernet(0x0806, arp('0008', '020000000001', 'c0000201', '020000000002', '00000000')),
    ethernet(0x0806, arp('0009', '020000000001', 'c0000201', '020000000002', 'c0000202')),
  ],
  IPv4: [
    ipv4(6, tcp({}), { typeOfService: 0x02, isDontFragment: true, identification: 77 }),
    ipv4(6, tcp({}), { typeOfService: 0x01, timeToLive: 1 }),
    ipv4(17, udp(4000, 4001, DATA), { hasMoreFragments: true, identification: 9 }),
    ipv4(17, DATA, { fragmentOffset: 1480, identification: 9 }),
    ipv4(99, DATA),
    ipv4(6, tcp({})).with(24, 0), // a wrong header checksum
    ipv4(6, tcp({})).with(17, 200), // a total length beyond the frame
    ipv4(6, tcp({})).with(16, 0).with(17, 0), // 0: a segment that the interface was to split
    ipv4(6, tcp({})).with(16, 0).with(17, 18), // less than the header
    ipv4(6, tcp({})).with(14, 0x44),
    ipv4(6, tcp({})).with(14, 0x65),
    ipv4(6, tcp({})).with(14, 0x75),
  ],
  IPv6: [
    ipv6(6, tcp({}, 6), { trafficClass: 0xb8, flowLabel: 0x12345 }),
    ipv6(99, DATA),
    ipv6(59, new Uint8Array(0)),
    ipv6(0, joinBytes(fromHex('11 00 0104 00000000'), udp(4000, 4001, DATA, 6))),
    ipv6(60, joinBytes(fromHex('06 00 0502 00000100'), tcp({}, 6))),
    ipv6(44, joinBytes(fromHex('11 00 0001 00000abc'), udp(4000, 4001, DATA, 6))),
    ipv6(44, joinBytes(fromHex('11 00 0580 00000abc'), DATA)),
    ipv6(6, tcp({}, 6)).with(14, 0x45),
  ],
  TCP: [
    ipv4(6, tcp({ flags: 0x02, options: fromHex('020405b4 0402 080a 00000001 00000000 01 030307') })),
    ipv4(6, tcp({ flags: 0x12, sequence: 5000, acknowledgment: 1001, sourcePort: 9999, destinationPort: 40_000 })),
    ipv4(6, tcp({ flags: 0x10, sequence: 1001, acknowledgment: 5001 })),
    ipv4(6, tcp({ flags: 0x18, sequence: 1001, acknowledgment: 5001, payload: DATA })),
    ipv4(
      6,
      tcp({ flags: 0x10, sequence: 1020, acknowledgment: 5001, options: fromHex('0101 050a 00001389 0000138a') }),
    ),
    ipv4(6, tcp({ flags: 0x11, sequence: 1020, acknowledgment: 5001 })),
    ipv4(6, tcp({ flags: 0x14, sequence: 1021, acknowledgment: 5001 })),
    ipv4(6, tcp({ flags: 0xe2 })),
    ipv4(6, tcp({ flags: 0x30, urgentPointer: 7, payload: DATA })),
    ipv4(6, tcp({ flags: 0x00 })),
    ipv4(6, tcp({ flags: 0x04, payload: DATA })),
    ipv4(6, tcp({ options: fromHex('1c 04 8001 00000000'), destinationPort: 9001 })),
    ipv4(6, tcp({ options: fromHex('fd 06 f989 0102 0000'), destinationPort: 9002 })),
    ipv4(6, tcp({ options: fromHex('22 02 0101'), destinationPort: 9003 })),
    ipv4(6, tcp({ options: fromHex('22 0a 0102030405060708 0101'), destinationPort: 9004 })),
    ipv4(6, tcp({ options: fromHex('63 04 abcd'), destinationPort: 9005 })),
    ipv4(6, tcp({ payload: DATA })).with(46, 0x40),
    ipv4(6, tcp({}, 4)).with(50, 0xff), // a wrong checksum
  ],
  UDP: [
    ipv4(17, udp(4000, 4001, DATA)),
    ipv4(17, udp(4000, 4001, new Uint8Array(0))),
    ipv4(17, udp(4000, 4001, DATA))
      .with(40, 0)
      .with(41, 0),
    ipv4(17, udp(4000, 4001, DATA)).with(40, 1),
    ipv4(17, udp(4000, 4001, DATA)).with(39, 4),
    ipv4(17, udp(4000, 4001, DATA)).with(39, 200),
    ipv4(17, udp(4000, 4001, DATA)).with(39, 12),
    ipv4(17, udp(4000, 4001, DATA).slice(0, 6)),
    ipv6(17, udp(4000, 4001, DATA, 6)),
    ipv6(17, udp(4000, 4001, DATA, 6)).with(60, 9),
  ],
  ICMP: [
    icmp4(8, 0, joinBytes(fromHex('1234 0007'), DATA)),
    icmp4(0, 0, joinBytes(fromHex('1234 0007'), DATA)),
    ...[0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16].map((code) => icmp4(3, code, unused(quote))),
    icmp4(3, 3, unused(quoteTcp)),
    icmp4(3, 3, unused(quoteOther)),
    icmp4(3, 4, unused(quote)),
    icmp4(3, 4, unused(quote, '000005dc')),
    icmp4(4, 0, unused(quote)),
    ...[0, 1, 2, 3, 4].map((code) => icmp4(5, code, unused(quote, 'c00002fe'))),
    ...[0, 1, 2].map((code) => icmp4(11, code, unused(quote))),
    icmp4(12, 0, unused(quote, '14000000')),
    icmp4(12, 1, unused(quote)),
    icmp4(13, 0, '1234 0007 01020304 00000000 00000000'),
    icmp4(14, 0, '1234 0007 01020304 01020305 01020306'),
    icmp4(14, 0, '1234 0007 81020304 01020305 01020306'),
    icmp4(17, 0, '1234 0007 00000000'),
    icmp4(18, 0, '1234 0007 ffffff00'),
    icmp4(10, 0, zero),
    icmp4(99, 1, zero),
    icmp4(8, 0, joinBytes(fromHex('1234 0007'), DATA)).with(36, 9),
  ],
  ICMPv6: [
    icmp6(128, 0, joinBytes(fromHex('1234 0007'), DATA)),
    icmp6(129, 0, joinBytes(fromHex('1234 0007'), DATA)),
    ...[0, 1, 2, 3, 5].map((code) => icmp6(1, code, unused(quote6))),
    icmp6(1, 4, unused(quote6)),
    icmp6(1, 4, unused(quoteTcp6)),
    icmp6(1, 4, unused(quoteOther6)),
    icmp6(2, 0, unused(quote6, '00000500')),
    ...[0, 1, 2].map((code) => icmp6(3, code, unused(quote6))),
    ...[0, 1, 2, 3].map((code) => icmp6(4, code, unused(quote6, '00000006'))),
    icmp6(133, 0, `${zero} ${linkOption('01')}`),
    icmp6(134, 0, `40 c8 0708 00000001 00000002 ${linkOption('01')}`),
    icmp6(135, 0, `${zero} ${hostA} ${linkOption('01')}`),
    icmp6(136, 0, `e0000000 ${hostA} ${linkOption('02')}`),
    icmp6(136, 0, `00000000 ${hostA}`),
    icmp6(137, 0, `${zero} ${hostA} ${hostA} ${linkOption('02')}`),
    icmp6(130, 0, `2710 0000 ${'00'.repeat(16)}`),
    icmp6(131, 0, `0000 0000 ${hostA}`),
    icmp6(132, 0, `0000 0000 ${hostA}`),
    icmp6(143, 0, `0000 0002 04 00 0000 ${hostA} 01 00 0001 ${hostA} ${hostA}`),
    icmp6(200, 0, zero),
    icmp6(128, 0, joinBytes(fromHex('1234 0007'), DATA)).with(56, 9),
  ],
  IGMP: [
    igmp('11640000 00000000'),
    igmp('11000000 00000000'),
    igmp('11140000 ef010203'),
    igmp('12000000 ef010203'),
    igmp('16000000 ef010203'),
    igmp('17000000 ef010203'),
    igmp('22000000 00000001 04000000 ef010203'),
    igmp('22000000 00000002 04000000 ef010203 01000001 ef010204 c0000205'),
    igmp('99000000 00000000'),
  ],
  'tags and labels': [
    ethernet(0x8100, joinBytes(fromHex('3064 0800'), ipv4(6, tcp({})).slice(14))),
    ethernet(0x88a8, joinBytes(fromHex('00c8 8100 a07d 86dd'), ipv6(6, tcp({}, 6)).slice(14))),
    ethernet(0x8847, joinBytes(fromHex('00010040 00064140'), ipv4(6, tcp({})).slice(14))),
    ethernet(0x8847, joinBytes(fromHex('00064140'), ipv6(6, tcp({}, 6)).slice(14))),
    ethernet(0x8864, joinBytes(fromHex('11 00 0017 002a 0021'), ipv4(6, tcp({})).slice(14))),
    ethernet(0x8864, joinBytes(fromHex('11 00 0017 003e 0057'), ipv6(6, tcp({}, 6)).slice(14))),
  ],
  tunnels: [
    ipv4(47, joinBytes(fromHex('0000 0800'), ipv4(6, tcp({})).slice(14))),
    ipv4(47, joinBytes(fromHex('3000 86dd 0000000a 00000007'), ipv6(6, tcp({}, 6)).slice(14))),
    ipv4(47, joinBytes(fromHex('0000 6558'), ipv4(6, tcp({})))),
    ipv4(47, joinBytes(fromHex('0000 1234'), DATA)),
    ipv4(4, ipv4(6, tcp({})).slice(14)),
    ipv4(41, ipv6(6, tcp({}, 6)).slice(14)),
    ipv6(4, ipv4(6, tcp({})).slice(14)),
    ipv4(50, fromHex('00000100 00000001 0102030405060708')),
    ipv4(51, joinBytes(fromHex('06 04 0000 00000100 00000001 0102030405060708090a0b0c'), tcp({}))),
  ],
};

/** Lines that differ on purpose, by group and index, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'IPv4 7': 'length 0 is a segment for the interface to split (TSO): tapline decodes it, tcpdump 4.99.3 prints bad-len',
  'TCP 11': 'tcpdump takes the granularity of a user timeout from the wrong bit (RFC 5482, 2)',
  'TCP 10-v': 'tcpdump also prints the text in a reset',
  'TCP 10-vv': 'tcpdump also prints the text in a reset',
  'TCP 10-e -v -S': 'tcpdump also prints the text in a reset',
  'TCP 10-v -K': 'tcpdump also prints the text in a reset',
  'ICMPv6 6': 'for an unknown code tcpdump dumps the bytes',
  'ICMPv6 9': 'for a protocol without ports tcpdump prints [|icmp6], tapline the protocol',
  'ICMPv6 28': 'for a type that it does not decode tcpdump dumps the bytes',
};

const MODES: readonly (readonly [options: string, print: PacketPrintOptions])[] = [
  ['', {}],
  ['-e', { linkHeader: true }],
  ['-q', { quiet: true }],
  ['-v', { verbosity: 1 }],
  ['-vv', { verbosity: 2 }],
  ['-e -v -S', { linkHeader: true, verbosity: 1, absoluteSequence: true }],
  ['-v -K', { verbosity: 1, skipChecksums: true }],
  ['-x', { dump: { form: 'hex' } }],
  ['-A', { dump: { form: 'text' } }],
  ['-XX', { dump: { form: 'hexAndText', withLinkHeader: true } }],
];

describe('lines as tcpdump prints them', () => {
  const tcpdump = requirePeer('tcpdump');
  describe.skipIf(tcpdump === undefined).each(MODES)('with %s', (options, print) => {
    test.each(Object.keys(FRAMES))('%s', (group) => {
      const frames = FRAMES[group] ?? [];
      const printer = new PacketPrinter({ ...print, time: 'none', numeric: true });
      const ours = frames.map((frame) => printer.format(lentFrame(frame), 1));
      const theirs = tcpdumpTexts(
        tcpdump ?? '',
        frames,
        1,
        options.split(' ').filter((option) => option !== ''),
      );
      const known = (texts: readonly string[]): string[] =>
        texts.map((text, index) =>
          `${group} ${index}${options}` in EXCEPTIONS || `${group} ${index}` in EXCEPTIONS ? '' : text,
        );
      expect(known(ours)).toEqual(known(theirs));
    });
  });

  test('the addresses of the frames are valid', () => {
    expect(address('192.0.2.1').length).toBe(4);
  });
});
