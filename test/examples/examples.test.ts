/** The functions of the examples that need no privilege. @module */
import { expect, test } from 'vitest';
import { countBySize } from '../../examples/03-count-by-size.ts';
import { explainFilter, matches } from '../../examples/04-compile-a-filter.ts';
import { countAtOnce, countOneByOne } from '../../examples/05-filter-engines.ts';
import { createPcapWriter, LinkType } from '../../src/index.ts';
import { TestFolder } from '../support/capture-lab.ts';

/** Returns an Ethernet frame of `length` bytes with IPv4 from 10.1.1.1 to 10.1.1.2. */
function ipv4Frame(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([0x08, 0x00, 0x45], 12);
  bytes.set([10, 1, 1, 1, 10, 1, 1, 2], 26);
  return bytes;
}

test('counts frames by size', async () => {
  using folder = new TestFolder();
  const path = folder.file('sizes.pcap');
  const writer = createPcapWriter(path, { linkType: LinkType.ethernet });
  for (const length of [60, 128, 129, 512, 1518, 1519, 9000]) {
    const data = ipv4Frame(length);
    const frame = { data, offset: 0, length, wireLength: length, seconds: 1, nanoseconds: 0, interfaceIndex: 0 };
    writer.add(frame, length);
  }
  await writer.close();
  expect(await countBySize(path, 'ip host 10.1.1.2')).toEqual([2, 2, 1, 2]);
  expect(await countBySize(path, 'ip6')).toEqual([0, 0, 0, 0]);
});

test('explains a filter, and the error in one', () => {
  // As `tcpdump -d -y EN10MB ip` prints it.
  expect(explainFilter('ip')).toBe(
    '(000) ldh      [12]\n(001) jeq      #0x800           jt 2\tjf 3\n(002) ret      #262144\n(003) ret      #0\n',
  );
  expect(explainFilter('tpc')).toContain('\n  tpc\n  ^^^');
});

test('matches a frame', () => {
  expect(matches('ip host 10.1.1.1 or ip host 10.1.1.2', ipv4Frame(60))).toBe(true);
  expect(matches('arp', ipv4Frame(60))).toBe(false);
});

test('counts frames one by one and in one call', () => {
  const frames = [
    ipv4Frame(60),
    new Uint8Array(60),
    ipv4Frame(34),
    ipv4Frame(60).subarray(0, 20),
    new Uint8Array(0),
    ipv4Frame(9000),
  ];
  for (const [expression, expected] of [
    ['ip', 4],
    ['ip host 10.1.1.1', 3],
    ['greater 1000', 1],
    ['arp', 0],
  ] as const) {
    expect(countOneByOne(expression, frames)).toBe(expected);
    expect(countAtOnce(expression, frames)).toBe(expected);
  }
});
