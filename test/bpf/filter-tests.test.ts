/** Which tests of a filter decide about a frame, with what values (RFC 791, 826, 8200, 9293), and how many frames they match. @module */
import { describe, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter, type FilterOptions } from '../../src/bpf/compile-filter.ts';
import { FilterTests } from '../../src/bpf/filter-tests.ts';
import { fromHex } from '../support/hex.ts';
import { randomFilter } from '../support/random-filter.ts';
import { randomPacket } from '../support/random-packet.ts';
import { RandomSource } from '../support/random-source.ts';

const MACS = '001122334455 020000000001';
const TCP = 'abbe 0050 00000000 00000000 5012 0000 0000 0000';
const SEGMENT = fromHex(`${MACS} 0800 4500 0028 0000 0000 4006 0000 0a000001 0a010002 ${TCP}`);
const IPV6_SEGMENT = fromHex(
  `${MACS} 86dd 60000000 0014 06 40 20010db8${'00'.repeat(11)}01 20010db8${'00'.repeat(11)}02 ${TCP}`,
);
const LATER_FRAGMENT = fromHex(`${MACS} 0800 4500 0028 0000 00b9 4011 0000 0a000001 0a010002 ${'00'.repeat(20)}`);
const ARP = fromHex(`${MACS} 0806 0001 0800 0604 0001 020000000001 0a000001 000000000000 0a000002`);
const TAGGED = fromHex(`${MACS} 8100 0064 0800 4500 0028 0000 0000 4006 0000 0a000001 0a010002 ${TCP}`);

/** What decided, a line for each test. */
function decide(expression: string, frame: Uint8Array, options: FilterOptions = {}): readonly string[] {
  const { matches, tests } = new FilterTests(expression, options).decide(frame);
  const lines = tests.map(({ text, matches: is, because }) => {
    return `${is === undefined ? 'cut' : is ? 'yes' : 'no'} ${text}: ${because.map(({ field, value }) => `${field} is ${value}`).join(', ')}`;
  });
  return [matches ? 'matches' : 'does not match', ...lines];
}

describe('what decided', () => {
  test('a port that is another one', () => {
    expect(decide('tcp and port 99 and not host 10.9.9.9', SEGMENT)).toEqual([
      'does not match',
      'no port 99: tcp source port is 43966, tcp destination port is 80',
    ]);
    expect(decide('port 99', IPV6_SEGMENT)).toEqual([
      'does not match',
      'no port 99: tcp source port is 43966, tcp destination port is 80',
    ]);
    expect(decide('port 99', LATER_FRAGMENT)).toEqual(['does not match', 'no port 99: ip fragment offset is 1480']);
    expect(decide('port 99', ARP)).toEqual(['does not match', 'no port 99: ether type is arp']);
    expect(decide('udp port 99', SEGMENT)).toEqual(['does not match', 'no udp port 99: ip protocol is tcp']);
  });

  test('all that had to match, in a frame that matches', () => {
    expect(
      decide('tcp and dst port 80 and net 10.1.0.0/16 and tcp[tcpflags] & tcp-syn != 0 and less 100', SEGMENT),
    ).toEqual([
      'matches',
      'yes tcp: ip protocol is tcp',
      'yes dst port 80: tcp destination port is 80',
      'yes net 10.1.0.0/16: ip destination address is 10.1.0.2',
      'yes tcp[tcpflags] & tcp-syn != 0: tcp flags is tcp-syn|tcp-ack',
      'yes less 100: len is 54',
    ]);
  });

  test('one alternative, or all of them', () => {
    expect(decide('udp or (arp or tcp) or ip', SEGMENT)).toEqual(['matches', 'yes tcp: ip protocol is tcp']);
    expect(decide('not (udp or arp)', SEGMENT)).toEqual([
      'matches',
      'no udp: ip protocol is tcp',
      'no arp: ether type is ip',
    ]);
    expect(decide('host 10.0.0.9 or 10.0.0.8 and tcp', SEGMENT)).toEqual([
      'does not match',
      'no host 10.0.0.9: ip source address is 10.0.0.1, ip destination address is 10.1.0.2',
      'no host 10.0.0.8: ip source address is 10.0.0.1, ip destination address is 10.1.0.2',
    ]);
  });

  test('addresses, tags and arithmetic', () => {
    expect(decide('ether src 02:00:00:00:00:02', SEGMENT)[1]).toBe(
      'no ether src 02:00:00:00:00:02: ether source is 02:00:00:00:00:01',
    );
    expect(decide('ip6 src host 2001:db8::9', IPV6_SEGMENT)[1]).toBe(
      'no ip6 src host 2001:db8::9: ip6 source address is 2001:db8::1',
    );
    expect(decide('arp host 10.0.0.3', ARP)[1]).toBe(
      'no arp host 10.0.0.3: arp sender address is 10.0.0.1, arp target address is 10.0.0.2',
    );
    expect(decide('vlan 101', TAGGED)[1]).toBe('no vlan 101: vlan is 100');
    expect(decide('vlan 100 and dst port 81', TAGGED)[1]).toBe('no dst port 81: tcp destination port is 80');
    expect(decide('ip[8] + 1 = 9', SEGMENT)[1]).toBe('no ip[8] + 1 = 9: (ip time to live + 1) is 65');
    expect(decide('ip[8] > ip[9]', SEGMENT)[1]).toBe('yes ip[8] > ip[9]: ip time to live is 64, ip protocol is 6');
    expect(decide('ether[60] = 1', SEGMENT)[1]).toBe('cut ether[60] = 1: byte 60 is missing (the frame has 54 bytes)');
    expect(decide('ip protochain 17', SEGMENT)[1]).toBe(
      'no ip protochain 17: protocol 17 in the header chain is not reached',
    );
  });

  test('other link layers', () => {
    const packet = SEGMENT.subarray(14);
    expect(decide('udp', packet, { linkType: LinkType.raw })[1]).toBe('no udp: ip protocol is tcp');
    expect(decide('dst port 81', packet, { linkType: LinkType.ipv4 })[1]).toBe(
      'no dst port 81: tcp destination port is 80',
    );
    const loopback = Uint8Array.of(2, 0, 0, 0, ...packet);
    expect(decide('host 10.9.9.9', loopback, { linkType: LinkType.null })[1]).toContain(
      'ip source address is 10.0.0.1',
    );
  });

  test('a filter without words', () => {
    expect(decide('geneve or ip', SEGMENT)).toEqual([
      'does not match',
      'no geneve: ip protocol is tcp',
      'no ip: tunnel found is 0',
    ]);
    // The kernel's metadata is read before the first test of the text, and a file has none.
    expect(decide('ip or vlan and arp', SEGMENT, { live: true })).toEqual([
      'does not match',
      "cut vlan: vlan tag present in the kernel's metadata is missing (the frame has 54 bytes)",
    ]);
    expect(decide('ip or vlan', SEGMENT, { live: true })).toEqual(['matches', 'yes ip: ether type is ip']);
    expect(decide('', SEGMENT)).toEqual(['matches']);
  });

  test('the verdict is that of the program, for random filters and packets', () => {
    const random = new RandomSource(20_280);
    let pairs = 0;
    let matched = 0;
    for (const linkType of [LinkType.ethernet, LinkType.ethernet, LinkType.linuxSll2, LinkType.raw, LinkType.null]) {
      const packets = Array.from({ length: 150 }, () => randomPacket(random, linkType));
      for (let count = 0; count < 120; count += 1) {
        const expression = randomFilter(random);
        const filter = filterOrNot(expression, linkType);
        if (filter === undefined) continue;
        const { program } = filter;
        for (const packet of packets) {
          const { matches } = filter.decide(packet);
          pairs += 1;
          if (matches) matched += 1;
          if (matches !== program.match(packet) > 0)
            expect({ expression, packet: Buffer.from(packet).toString('hex') }).toEqual({});
        }
      }
    }
    expect(pairs).toBeGreaterThan(30_000);
    expect(matched).toBeGreaterThan(3_000);
  });
});

function filterOrNot(expression: string, linkType: LinkType): FilterTests | undefined {
  try {
    return new FilterTests(expression, { linkType, optimize: false });
  } catch {
    return undefined;
  }
}

describe('what each test matches', () => {
  const frames = [SEGMENT, IPV6_SEGMENT, LATER_FRAGMENT, ARP, TAGGED];
  const counts = (expression: string): readonly (readonly [string, number])[] => {
    const filter = new FilterTests(expression);
    const all = frames.map((frame) => filter.matching(frame));
    return filter.tests.map(({ text }, index) => [text, all.filter((each) => each[index]).length]);
  };

  test('alone, also where the tests before it do not match', () => {
    expect(counts('tcp port 80 or 443 and not (host 10.0.0.1 and arp)')).toEqual([
      ['tcp port 80', 2],
      ['tcp port 443', 0],
      ['host 10.0.0.1', 3],
      ['arp', 1],
    ]);
  });

  test('inside of the layers before it', () => {
    expect(counts('vlan and tcp')).toEqual([
      ['vlan', 1],
      ['tcp', 1],
    ]);
    expect(counts('geneve and tcp')).toEqual([
      ['geneve', 0],
      ['tcp', 0],
    ]);
    expect(counts('@anyvlan and tcp')).toEqual([
      ['@anyvlan', 5],
      ['tcp', 3],
    ]);
  });

  test('as a filter with that test alone', () => {
    const random = new RandomSource(20_290);
    const packets = Array.from({ length: 400 }, () => randomPacket(random, LinkType.ethernet));
    const filter = new FilterTests(
      'tcp or udp or (ip6 and not host 10.0.0.1) or portrange 22-80 or arp or multicast or less 60',
    );
    const found = packets.map((packet) => filter.matching(packet));
    for (const [index, { text }] of filter.tests.entries()) {
      const { match } = compileFilter(text, { optimize: false });
      const alone = packets.filter((packet) => match(packet) > 0).length;
      expect(found.filter((each) => each[index]).length, text).toBe(alone);
    }
  });
});
