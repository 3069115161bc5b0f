/** Sanitized frames: nothing of the original is left, checksums are right, conversations remain. @module */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyFrame, FrameCursor } from '../../../src/base/frame-columns.ts';
import { dissect } from '../../../src/dissect/dissect.ts';
import { openFile } from '../../../src/pcap/file-reader.ts';
import { record } from '../../../src/session/record.ts';
import { copyBlocks } from '../../../src/session/rewrite/copied-blocks.ts';
import { EditedSource } from '../../../src/session/rewrite/edited-source.ts';
import { FrameSanitizer, type PayloadRemoval } from '../../../src/session/sanitize/frame-sanitizer.ts';
import { GrowingFiles } from '../../../src/session/series/growing-files.ts';
import { joinBytes, lentFrame } from '../../support/capture-file.ts';
import { TestFolder } from '../../support/capture-lab.ts';
import { fromHex } from '../../support/hex.ts';
import { ethernet, icmp4, icmp6, igmp, ipv4, ipv6, quoteOf, tcp, udp } from '../../support/made-frames.ts';
import { corpusFolder, requirePeer } from '../../support/peers.ts';
import { RandomSource } from '../../support/random-source.ts';
import { richFile, SECRET_TEXTS } from '../../support/rich-pcapng.ts';

const SECRET = new TextEncoder().encode('a key of a test');
const PAYLOAD = new TextEncoder().encode('PAYLOAD-OF-THE-CUSTOMER');
/** Deriving the keys takes about 50 ms each. */
const SANITIZERS = {
  cut: new FrameSanitizer({ secret: SECRET }),
  zero: new FrameSanitizer({ secret: SECRET, payload: 'zero' }),
};
const MODES: readonly PayloadRemoval[] = ['cut', 'zero'];

/** Addresses of made-frames.ts and of the messages below, in hexadecimal digits. */
const ADDRESSES = [
  'c0000201',
  'c6336402',
  '20010db8000000000000',
  '020000000001',
  '020000000002',
  'cb007107',
  'fe80000000000000aabbccddeeff0011',
  'aabbccddeeff',
  'efaabbcc',
];

const sixAddress = '20010db8000000000000000000000077';
const linkLocal = 'fe80000000000000aabbccddeeff0011';

/** Frames with addresses and payloads in every place that the sanitizer knows, and in places that it does not know. */
const FRAMES: Readonly<Record<string, Uint8Array>> = {
  'TCP with a payload': ipv4(6, tcp({ payload: PAYLOAD })),
  'TCP with an unknown option': ipv4(
    6,
    tcp({
      options: joinBytes(
        fromHex('020405b4 1e 0c cb007107'),
        PAYLOAD.subarray(0, 6),
        fromHex('0101 080a 00000001 00000002'),
      ),
    }),
  ),
  UDP: ipv4(17, udp(4000, 53, PAYLOAD)),
  'UDP over IPv6': ipv6(17, udp(4000, 53, PAYLOAD, 6)),
  'a trailer': joinBytes(ipv4(17, udp(4000, 4001, PAYLOAD)), PAYLOAD),
  'a fragment': ipv4(17, PAYLOAD, { fragmentOffset: 1480 }),
  'a first fragment': ipv4(17, udp(4000, 4001, PAYLOAD), { hasMoreFragments: true }),
  'an unknown protocol': ipv4(99, PAYLOAD),
  'an unknown EtherType': ethernet(0x88b5, PAYLOAD),
  'a length instead of an EtherType': ethernet(PAYLOAD.length, PAYLOAD),
  ARP: ethernet(0x0806, fromHex('0001 0800 06 04 0001 020000000001 c0000201 000000000000 c6336402')),
  echo: icmp4(8, 0, joinBytes(fromHex('004d 0001'), PAYLOAD)),
  'an ICMP error': icmp4(3, 3, joinBytes(fromHex('00000000'), quoteOf(ipv4(17, udp(4000, 4001, PAYLOAD)), 50))),
  'an ICMP redirect': icmp4(5, 1, joinBytes(fromHex('cb007107'), quoteOf(ipv4(6, tcp({ payload: PAYLOAD })), 60))),
  'an ICMPv6 error': icmp6(1, 4, joinBytes(fromHex('00000000'), ipv6(17, udp(4000, 4001, PAYLOAD, 6)).slice(14))),
  'neighbour solicitation': icmp6(135, 0, `00000000 ${linkLocal} 0101 aabbccddeeff`),
  'neighbour advertisement': icmp6(136, 0, `60000000 ${sixAddress} 0201 aabbccddeeff`),
  'router advertisement': icmp6(
    134,
    0,
    `40000708 00000000 00000000 0101 aabbccddeeff 0304 40c0 00000e10 00000e10 00000000 ${sixAddress} 1903 0000 00000e10 ${sixAddress}`,
  ),
  'ICMPv6 redirect': icmp6(137, 0, `00000000 ${linkLocal} ${sixAddress} 0201 aabbccddeeff`),
  'an unknown ICMPv6 message': icmp6(200, 0, joinBytes(fromHex('00000000'), PAYLOAD)),
  MLDv2: icmp6(143, 0, `00000001 04000001 ff0e000000000000000000aabbccddee ${sixAddress}`),
  IGMP: igmp('16000000efaabbcc'),
  IGMPv3: igmp('220000000000000106000001efaabbcccb007107'),
  GRE: ipv4(47, joinBytes(fromHex('0000 0800'), ipv4(6, tcp({ payload: PAYLOAD })).slice(14))),
  'IP in IP': ipv4(4, ipv4(17, udp(1, 2, PAYLOAD)).slice(14)),
  'a VLAN': joinBytes(ethernet(0x8100, fromHex('0005 0800')), ipv4(17, udp(1, 2, PAYLOAD)).slice(14)),
  'destination options': ipv6(60, joinBytes(fromHex(`11 02 c9 10 ${sixAddress} 0102 0000`), udp(1, 2, PAYLOAD, 6))),
  'a routing header': ipv6(43, joinBytes(fromHex(`11 02 00 00 00000000 ${sixAddress}`), udp(1, 2, PAYLOAD, 6))),
};

function sanitize(frame: Uint8Array, payload: PayloadRemoval, linkType = 1): Uint8Array {
  const bytes = frame.slice();
  const cursor = copyFrame(lentFrame(bytes), new FrameCursor());
  expect(SANITIZERS[payload].edit(cursor, linkType)).toBe(true);
  return bytes.slice(cursor.offset, cursor.offset + cursor.length);
}

/** Windows of the payload, and all addresses: hexadecimal digits that must not be found. */
function leftovers(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes).toString('hex');
  const windows = Array.from({ length: PAYLOAD.length - 3 }, (_, at) =>
    Buffer.from(PAYLOAD.subarray(at, at + 4)).toString('hex'),
  );
  return [...windows, ...ADDRESSES].filter((digits) => text.includes(digits));
}

describe.each(Object.keys(FRAMES))('%s', (name) => {
  const frame = FRAMES[name] ?? new Uint8Array(0);

  test.each(MODES)('%s: nothing of the original is left', (payload) => {
    expect(leftovers(frame)).not.toEqual([]);
    const bytes = sanitize(frame, payload);
    expect(leftovers(bytes)).toEqual([]);
    expect(bytes.length).toBeLessThanOrEqual(frame.length);
    if (payload === 'zero') expect(bytes.length).toBe(frame.length);
  });

  test('cut short at any length, nothing of the original is left', () => {
    for (let length = 0; length < frame.length; length += 1) {
      for (const payload of MODES)
        expect(leftovers(sanitize(frame.subarray(0, length), payload)), `${length}`).toEqual([]);
    }
  });

  test('checksums are right', () => {
    const { layers } = dissect(lentFrame(sanitize(frame, 'zero')), 1, { checksums: true });
    const isFragment = name.includes('fragment');
    for (const layer of layers) {
      const { checksum } = layer as { checksum?: { status?: string } };
      if (!isFragment) expect(JSON.stringify({ kind: layer.kind, checksum })).not.toMatch(/bad|incorrect|false/);
    }
  });
});

test.each([
  ['cooked', 113, '0000 0001 0006 020000000001 0000 0800'],
  ['cooked, version 2', 276, '0800 0000 00000002 0001 00 06 020000000001 0000'],
  ['loopback', 0, '02000000'],
  ['raw', 101, ''],
])('a %s frame', (_, linkType, header) => {
  const frame = joinBytes(fromHex(header), ipv4(6, tcp({ payload: PAYLOAD })).slice(14));
  for (const payload of MODES) {
    const bytes = sanitize(frame, payload, linkType);
    expect(leftovers(bytes)).toEqual([]);
    const { layers } = dissect(lentFrame(bytes), linkType);
    expect(layers.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['ipv4', 'tcp']));
  }
});

test('bytes of any kind, read as any link type, do not fail', () => {
  const random = new RandomSource(20_261_124);
  for (let run = 0; run < 5000; run += 1) {
    const frames = Object.values(FRAMES);
    const frame = (frames[run % frames.length] ?? PAYLOAD).slice();
    for (let change = 0; change < 4; change += 1) frame[random.below(frame.length)] = random.below(256);
    const linkType = [0, 1, 101, 108, 113, 228, 276][run % 7] ?? 1;
    expect(sanitize(frame, 'zero', linkType)).toHaveLength(frame.length);
  }
});

test('a frame of an unknown link type is emptied', () => {
  expect(sanitize(PAYLOAD, 'cut', 105)).toHaveLength(0);
  expect(sanitize(PAYLOAD, 'zero', 105)).toEqual(new Uint8Array(PAYLOAD.length));
});

/** Sanitizes a file to PCAPNG. */
async function sanitizeFile(from: string, to: string, payload: PayloadRemoval): Promise<void> {
  await using source = await openFile(from, { blocks: true });
  const editor = SANITIZERS[payload];
  const edited = new EditedSource(source, editor);
  const target =
    source.format === 'pcap'
      ? { source: edited, output: new GrowingFiles(to, edited, { series: { isLive: false } }) }
      : copyBlocks(source, to, { isSelective: true, stripping: 'identity', editor });
  await record(target.source, target.output).catch(() => {}); // damaged files: the frames before the damage
  await target.output.close();
}

test('names, comments, keys and unknown blocks of a PCAPNG file are removed', async () => {
  using folder = new TestFolder();
  writeFileSync(folder.file('in.pcapng'), richFile());
  await sanitizeFile(folder.file('in.pcapng'), folder.file('out.pcapng'), 'cut');
  const out = readFileSync(folder.file('out.pcapng'));
  for (const text of [...SECRET_TEXTS, 'eth0', 'eth1', 'a machine', 'an operating system'])
    expect(out.includes(text), text).toBe(false);
  expect(out.toString('hex')).not.toContain('02deadbeef'); // the hash of a frame
});

describe('the corpus', () => {
  const folder = join(corpusFolder(), 'pcaps');
  const all = readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name));
  const chosen = process.env['TAPLINE_LONG'] === '1' ? all : all.filter((_, index) => index % 6 === 0);
  const ADDRESS_FIELDS = ['eth.addr', 'ip.addr', 'ipv6.addr', 'arp.src.proto_ipv4', 'arp.dst.proto_ipv4'];
  const PAIR_FIELDS = ['ip.src', 'ip.dst', 'tcp.srcport', 'tcp.dstport'];
  const FIELDS = ['_ws.malformed', ...PAIR_FIELDS, ...ADDRESS_FIELDS];

  /** Returns the fields of each frame. */
  const read = (tshark: string, path: string): string[][] => {
    const words = ['-n', '-r', path, '-T', 'fields', ...FIELDS.flatMap((field) => ['-e', field])];
    const { stdout } = spawnSync(tshark, words, { encoding: 'utf8', maxBuffer: 1 << 26 });
    return stdout.split('\n').map((line) => line.split('\t'));
  };
  const isFixed = (address: string): boolean =>
    /^$|^(0|127)\.|^224\.0\.0\.|^255\.255|^::1?$|^ff0.::[\da-f]{1,4}$|^(ff:ff|01:00:0c|01:80|33:33:00:00|01:00:5e:00:00|00:00:00:00:00:00)/.test(
      address,
    );
  const addressesOf = (frames: readonly string[][]): Set<string> =>
    new Set(frames.flatMap((cells) => cells.slice(1 + PAIR_FIELDS.length).flatMap((cell) => cell.split(','))));
  const pairsOf = (frames: readonly string[][]): Set<string> =>
    new Set(
      frames.map((cells) =>
        cells
          .slice(1, 1 + PAIR_FIELDS.length)
          .map((cell) => cell.split(',')[0])
          .join(' '),
      ),
    );

  test.each(chosen)('%s: as many conversations, no address of before, nothing malformed that was not', async (name) => {
    const tshark = requirePeer('tshark');
    if (tshark === undefined) return;
    using out = new TestFolder();
    await sanitizeFile(join(folder, name), out.file('out.pcapng'), 'cut');
    const [before, after] = [read(tshark, join(folder, name)), read(tshark, out.file('out.pcapng'))];
    const known = addressesOf(before);
    expect([...addressesOf(after)].filter((address) => known.has(address) && !isFixed(address))).toEqual([]);
    expect(pairsOf(after).size).toBe(pairsOf(before).size);
    const isMalformed = (cells: readonly string[] | undefined): boolean => (cells?.[0] ?? '') !== '';
    expect(after.flatMap((cells, index) => (isMalformed(cells) && !isMalformed(before[index]) ? [index] : []))).toEqual(
      [],
    );
  });
});
