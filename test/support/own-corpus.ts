/**
 * A small corpus of captures and filters, used when the shared corpus does not exist. This module builds the captures;
 * `test/data/filters.jsonl` holds the filters with the verdicts of libpcap 1.10.3. @module
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LinkType } from '../../src/base/link-type.ts';
import { buildBlock, buildPcap, joinBytes, packFields } from './capture-file.ts';
import { fromHex } from './hex.ts';
import { ethernet, icmp4, icmp6, igmp, ipv4, ipv6, quoteOf, tcp, udp } from './made-frames.ts';
import { randomPacket } from './random-packet.ts';
import { RandomSource } from './random-source.ts';

const FILTERS = fileURLToPath(new URL('../data/filters.jsonl', import.meta.url));
const SEED = 20_261_124;
const FIRST_SECOND = 1_700_000_000;
const NANOSECOND_MAGIC = 0xa1b23c4d;
const DATA = new TextEncoder().encode('hello, here is data');

interface MadeCapture {
  readonly name: string;
  readonly dlt: string;
  readonly packets: number;
  readonly packetsOfLibpcap: number;
  readonly bytes: Uint8Array;
}

/** Writes the corpus into a temporary folder, deleted when the process exits. @returns the folder */
export function makeOwnCorpus(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tapline-corpus-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'pcaps'));
  cpSync(FILTERS, join(folder, 'filters.jsonl'));
  const captures = makeCaptures();
  for (const { name, bytes } of captures) writeFileSync(join(folder, 'pcaps', name), bytes);
  const columns = ['file', 'link_type', 'packets', 'covers', 'format', 'bytes', 'packets_libpcap'];
  const lines = captures.map(({ name, dlt, packets, packetsOfLibpcap, bytes }) =>
    [name, dlt, packets, '', '', bytes.length, packetsOfLibpcap].join('\t'),
  );
  writeFileSync(join(folder, 'pcaps', 'MANIFEST.tsv'), `${[columns.join('\t'), ...lines].join('\n')}\n`);
  return folder;
}

function makeCaptures(): MadeCapture[] {
  const random = new RandomSource(SEED);
  const draw = (count: number, linkType: LinkType): Uint8Array[] =>
    Array.from({ length: count }, () => randomPacket(random, linkType));
  const made = madeFrames();
  const cut = pcap(made.slice(0, 5), 1);
  return [
    whole('own-ethernet.pcap', 'EN10MB', made, 1),
    whole('own-random.pcap', 'EN10MB', draw(200, LinkType.ethernet), 1, {
      littleEndian: false,
      magic: NANOSECOND_MAGIC,
    }),
    whole('own-sll2.pcap', 'LINUX_SLL2', draw(60, LinkType.linuxSll2), 276),
    whole('own-raw.pcap', 'RAW', draw(60, LinkType.raw), 101),
    whole('own-null.pcap', 'NULL', draw(60, LinkType.null), 0),
    whole('own-empty.pcap', 'EN10MB', [], 1),
    { name: 'own-cut.pcap', dlt: 'EN10MB', packets: 4, packetsOfLibpcap: 4, bytes: cut.subarray(0, -7) },
    // libpcap only reads files with one link type.
    {
      name: 'own-mixed.pcapng',
      dlt: 'EN10MB,RAW',
      packets: 2,
      packetsOfLibpcap: 1,
      bytes: mixedPcapng(made[0], made[1]),
    },
  ];
}

function whole(
  name: string,
  dlt: string,
  frames: readonly Uint8Array[],
  linkType: number,
  format: { readonly littleEndian?: boolean; readonly magic?: number } = {},
): MadeCapture {
  const { length } = frames;
  return { name, dlt, packets: length, packetsOfLibpcap: length, bytes: pcap(frames, linkType, format) };
}

function pcap(frames: readonly Uint8Array[], linkType: number, format = {}): Uint8Array {
  const records = frames.map(
    (frame, index) => [FIRST_SECOND + index, index * 1000, frame.length, frame.length, frame] as const,
  );
  return buildPcap({ linkType, snapLength: 262_144, records, ...format });
}

/** Returns a file with an Ethernet frame and a frame without link header (draft-ietf-opsawg-pcapng, 4.1 to 4.3). */
function mixedPcapng(first: Uint8Array = DATA, second: Uint8Array = DATA): Uint8Array {
  const section = packFields([
    [4, 0x1a2b3c4d],
    [2, 1],
    [2, 0],
    [4, 0xffff_ffff],
    [4, 0xffff_ffff],
  ]);
  const description = (linkType: number): Uint8Array =>
    packFields([
      [2, linkType],
      [2, 0],
      [4, 0],
    ]);
  const packet = (interfaceNumber: number, bytes: Uint8Array): Uint8Array => {
    const microseconds = BigInt(FIRST_SECOND + interfaceNumber) * 1_000_000n;
    const [high, low] = [Number(microseconds >> 32n), Number(microseconds & 0xffff_ffffn)];
    const head = packFields([
      [4, interfaceNumber],
      [4, high],
      [4, low],
      [4, bytes.length],
      [4, bytes.length],
    ]);
    return joinBytes(head, bytes);
  };
  return joinBytes(
    buildBlock(0x0a0d0d0a, section),
    buildBlock(1, description(1)),
    buildBlock(1, description(101)),
    buildBlock(6, packet(0, first)),
    buildBlock(6, packet(1, second.subarray(14))),
  );
}

/** Returns frames of different protocols, all of which the printer supports. */
function madeFrames(): Uint8Array[] {
  const arp = '0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000202';
  const tagged = (frame: Uint8Array, tag: string): Uint8Array =>
    joinBytes(frame.subarray(0, 12), fromHex(tag), frame.subarray(12));
  const dropped = quoteOf(ipv4(17, udp(4000, 4001, DATA)));
  return [
    ipv4(6, tcp({})),
    ipv4(6, tcp({ destinationPort: 22, flags: 0x10, payload: DATA })),
    ethernet(0x0806, joinBytes(fromHex(arp), new Uint8Array(18))),
    ipv4(17, udp(4000, 4001, DATA)),
    ipv4(17, udp(4000, 4001, DATA), { hasMoreFragments: true, identification: 9 }),
    ipv4(17, DATA, { fragmentOffset: 1480, identification: 9 }),
    ipv4(99, DATA),
    icmp4(8, 0, '004d 0001 00000000'),
    icmp4(0, 0, '004d 0001 00000000'),
    icmp4(3, 3, joinBytes(fromHex('00000000'), dropped)),
    icmp4(11, 0, joinBytes(fromHex('00000000'), dropped)),
    igmp('16000000e0000016'),
    ipv6(6, tcp({}, 6)),
    ipv6(6, tcp({ destinationPort: 80, flags: 0x11 }, 6), { trafficClass: 0xb8, flowLabel: 0x12345 }),
    ipv6(17, udp(4000, 4001, DATA, 6)),
    ipv6(44, joinBytes(fromHex('11 00 0001 00000abc'), udp(4000, 4001, DATA, 6))),
    icmp6(128, 0, '004d 0001 00000000'),
    icmp6(129, 0, '004d 0001 00000000'),
    tagged(ipv4(6, tcp({ destinationPort: 80 })), '8100 0064'),
    tagged(tagged(ipv4(17, udp(4000, 4001, DATA)), '8100 0005'), '88a8 0064'),
  ];
}
