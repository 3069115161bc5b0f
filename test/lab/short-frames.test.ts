/** Frames with nothing in them, and next to nothing kept of them: snap lengths within the headers, programs that keep less. @module */
import { spawnSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readU16 } from '../../src/base/bytes.ts';
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { openLive, openLiveMany } from '../../src/capture/live.ts';
import type { LiveOptions } from '../../src/capture/live-source.ts';
import { createLab, type Lab, sendFrames } from '../../src/lab/index.ts';
import { createPcapngWriter } from '../../src/pcap/file-writer.ts';
import { record } from '../../src/session/record.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { tapline } from '../support/cli-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { requirePeer } from '../support/peers.ts';
import { TunDevice } from '../support/tun.ts';

/** ARPHRD_IPGRE (linux/if_arp.h): of such frames we do not read the link header. */
const COOKED_TYPE = 778;
const PACKET_HOST = 0;
/** Within and around the Ethernet header, a tag and the cooked header. `TAPLINE_LONG=1` takes all of them. */
const SNAP_LENGTHS = Array.from({ length: 26 }, (_, index) => index + 1).filter(
  (length) =>
    process.env['TAPLINE_LONG'] === '1' || [1, 2, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 26].includes(length),
);
const MACS = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
/** Nothing behind the header, next to nothing behind a tag that the kernel takes out, then one byte more each. */
const FRAMES = [
  [0x88, 0xb5],
  [0x81, 0, 0, 5, 0x88, 0xb5, 1, 2],
  ...Array.from({ length: 12 }, (_, length) => rest(length)),
].map((behind) => Uint8Array.of(...MACS, ...behind));
/** IPv4 as far as it goes. */
const PACKETS = Array.from({ length: 21 }, (_, length) => Uint8Array.of(0x45, ...new Uint8Array(length).fill(length)));

function rest(length: number): number[] {
  return [0x88, 0xb5, ...new Uint8Array(length).fill(length)];
}

/** What they say of any file that is a whole one: of SLL2, of who they are. */
const PLAIN_WORDS = /^reading from file|^Warning: interface names might be incorrect|^Running as user "root"|^$/;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

let lab: Lab;
let raw: TunDevice;
let rawIndex: number;
beforeAll(async () => {
  const wires = ['eth0', 'eth1'].map((name, wire) => ({
    ends: [
      { host: 'left', interface: name, addresses: [`10.1.${wire + 1}.1/24`] },
      { host: 'right', interface: name, addresses: [`10.1.${wire + 1}.2/24`] },
    ] as const,
  }));
  lab = await createLab({ hosts: [{ name: 'left' }, { name: 'right' }], wires });
  raw = await TunDevice.open(lab.host('right'), '10.77.0.1/24', () => []);
  rawIndex = (await lab.host('right').link('tun0')).index;
});
afterAll(async () => {
  raw[Symbol.dispose]();
  await lab.close();
});

/** On `left`, which has no other use here. */
function openCooked(): Promise<TunDevice> {
  return TunDevice.open(lab.host('left'), '10.78.0.1/24', () => [], COOKED_TYPE);
}

/** `struct sll2_header` and what follows it, for a frame that came in on the right host's interface. */
function cooked(
  index: number,
  hardwareType: number,
  protocol: number,
  address: number[],
  behind: Uint8Array,
): Uint8Array {
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  view.setUint16(0, protocol);
  view.setUint32(4, index);
  header.set([hardwareType >> 8, hardwareType & 0xff, PACKET_HOST, address.length, ...address], 8);
  return Uint8Array.of(...header, ...behind);
}

/** What comes in, by the interface that it is captured on. */
function sent(name: 'eth0' | 'eth1' | 'tun0' | 'any'): readonly Uint8Array[] {
  if (name === 'eth0') return FRAMES;
  if (name === 'eth1') return [];
  if (name === 'tun0') return PACKETS;
  const right = lab.host('right');
  return [
    ...FRAMES.map((frame) =>
      cooked(right.interface('eth0').index, 1, readU16(frame, 12), MACS.slice(6), frame.subarray(14)),
    ),
    ...PACKETS.map((packet) => cooked(rawIndex, 0xfffe, 0x800, [], packet)),
  ];
}

/** Whether a peer reads the file without a word of complaint. */
function expectReadable(name: 'tcpdump' | 'tshark', path: string): void {
  const peer = requirePeer(name);
  if (peer === undefined) return;
  const { status, stderr } = spawnSync(peer, ['-nr', path], { encoding: 'utf8' });
  const said = stderr.split('\n').filter((line) => !PLAIN_WORDS.test(line));
  expect([status, said], `${name} ${path}`).toEqual([0, []]);
}

/** Of each frame as much as is kept, and how long it was. */
function cut(frames: readonly Uint8Array[], snapLength: number): string[] {
  return frames.map((frame) => `${frame.length} ${hex(frame.subarray(0, snapLength))}`);
}

/** What is in a file, without what the kernel itself sends now and then. */
async function shortTexts(path: string): Promise<string[]> {
  const packets = await readPackets(path);
  return packets
    .filter(({ wireLength }) => wireLength < 48)
    .map(({ bytes, wireLength }) => `${wireLength} ${hex(bytes)}`);
}

describe.each<LiveOptions>([{}, { filter: '' }, { engine: 'interpreter' }])(
  'snap lengths from 1 to 26 with %j',
  (options) => {
    test.each([
      ['eth0', ['eth0'], ['tcpdump', 'tshark']],
      ['packets without a link header', ['tun0'], ['tcpdump', 'tshark']],
      ['any', ['any'], ['tcpdump', 'tshark']],
      ['two merged', ['eth0', 'eth1'], ['tcpdump', 'tshark']],
      ['three of different link types merged', ['eth0', 'any', 'tun0'], ['tshark']],
    ] as const)('%s, as PCAPNG', async (_case, names, peers) => {
      using folder = new TestFolder();
      const stop = new AbortController();
      setMaxListeners(0, stop.signal);
      const recordings = SNAP_LENGTHS.map(async (snapLength) => {
        const live = { blockTimeout: 10, bufferSize: 1 << 19, snapLength, ...options };
        await using source = lab.host('right').run(() => {
          const [only, ...others] = names;
          if (others.length === 0) return openLive(only, live);
          return openLiveMany(names.map((interfaceName) => ({ interfaceName, ...live })));
        });
        const writer = createPcapngWriter(folder.file(`${snapLength}.pcapng`));
        for (const described of source.interfaces) writer.addInterface(described);
        await record(source, writer, { signal: stop.signal });
        await writer.close();
      });
      sendFrames(lab.host('left'), 'eth0', FRAMES);
      for (const packet of PACKETS) raw.send(packet);
      await framesDelivered();
      stop.abort();
      await Promise.all(recordings);
      for (const snapLength of SNAP_LENGTHS) {
        const path = folder.file(`${snapLength}.pcapng`);
        const expected = names.flatMap((name) => cut(sent(name), snapLength));
        const seen = await shortTexts(path);
        if (names.length > 1) for (const texts of [seen, expected]) texts.sort(); // by time, whoever comes first
        expect(seen).toEqual(expected);
        if (Object.keys(options).length > 0) continue; // frames as without options: one look at the file is enough
        for (const peer of peers) if (peer === 'tcpdump' || [1, 20].includes(snapLength)) expectReadable(peer, path);
      }
    });
  },
);

test.each([
  ['pcap', []],
  ['pcapng', []],
  ['pcapng', ['--merge']],
] as const)('snap lengths within the headers by two threads, as %s, %j', async (ending, words) => {
  using folder = new TestFolder();
  const snapLengths = [1, 14, 20, 26];
  const programs = snapLengths.map((snapLength) => {
    const path = folder.file(`${snapLength}.${ending}`);
    const options = ['-i', 'eth0', '-s', String(snapLength), '--threads', '2', ...words, '-w', path];
    return tapline(lab.host('right'), 'capture', ...options);
  });
  for (const program of programs) await program.printed('listening on');
  sendFrames(lab.host('left'), 'eth0', FRAMES);
  await framesDelivered();
  for (const program of programs) program.signal('SIGINT');
  for (const program of programs) expect(await program.exit(), program.standardError).toBe(0);
  for (const snapLength of snapLengths) {
    const parts = words.length === 0 ? [0, 1].map((thread) => `${snapLength}-${thread}`) : [`${snapLength}`];
    const paths = parts.map((part) => folder.file(`${part}.${ending}`));
    const texts = await Promise.all(paths.map((path) => shortTexts(path)));
    expect(texts.flat().sort()).toEqual(cut(FRAMES, snapLength).sort());
    for (const path of paths) {
      expectReadable('tcpdump', path);
      expectReadable('tshark', path);
    }
  }
});

describe('a ready-made program that keeps less than the snap length', () => {
  const KEPT = [1, 11, 12, 13, 19, 20, 21, 26, 47, 200];
  const ENGINES = ['kernel', 'wasm', 'interpreter'] as const;

  /** What each program kept, by each engine in turn, of a frame of 82 bytes. @param filter is true of it */
  async function keep(
    interfaceName: string,
    linkType: LinkType,
    filter: string,
    send: () => void,
  ): Promise<string[][]> {
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    const reading = KEPT.flatMap((snapLength) => {
      const program = compileFilter(filter, { linkType, snapLength, live: true }).instructions;
      return ENGINES.map(async (engine) => {
        const live = { filter: program, engine, bufferSize: 1 << 19 };
        await using source = lab.host('left').run(() => openLive(interfaceName, live));
        const seen: string[] = [];
        for await (const { bytes, wireLength } of source.packets({ signal: stop.signal })) {
          if (wireLength === 82) seen.push(`${wireLength} ${hex(bytes)}`);
        }
        return seen;
      });
    });
    send();
    await framesDelivered();
    stop.abort();
    return Promise.all(reading);
  }

  /** The same of each engine. */
  function expected(whole: string): string[][] {
    return KEPT.flatMap((kept) => ENGINES.map(() => [whole.slice(0, 3 + 2 * kept)]));
  }

  test('where a cooked header is put in front of it', async () => {
    using device = await openCooked();
    const packet = taggedFrame([], 34).subarray(14);
    const seen = await keep('tun0', LinkType.linuxSll2, 'udp', () => device.send(packet));
    const [whole = ''] = seen.at(-1) ?? [];
    expect(whole).toMatch(new RegExp(`^82 0800.{36}${hex(packet)}$`));
    expect(seen).toEqual(expected(whole));
  });

  test('where a tag is put back', async () => {
    const frame = taggedFrame([[0x8100, 5]], 36);
    const seen = await keep('eth0', LinkType.ethernet, 'less 200', () =>
      sendFrames(lab.host('right'), 'eth0', [frame]),
    );
    expect(seen).toEqual(expected(`82 ${hex(frame)}`));
  });

  test('of some frames less than of others: judged here, which is said', async () => {
    const program = [
      { code: 0x80, jt: 0, jf: 0, k: 0 }, // ld len
      { code: 0x25, jt: 0, jf: 1, k: 60 }, // jgt 60
      { code: 0x06, jt: 0, jf: 0, k: 30 },
      { code: 0x06, jt: 0, jf: 0, k: 50 },
    ];
    const warnings: string[] = [];
    const onWarning = (message: string): number => warnings.push(message);
    const open = (engine: 'auto' | 'kernel') =>
      lab.host('left').run(() => openLive('eth0', { filter: program, engine, onWarning }));
    expect(() => open('kernel')).toThrowError(expect.objectContaining({ code: 'FILTER_KERNEL' }));
    await using source = open('auto');
    expect(warnings).toEqual([expect.stringContaining('filtering in user space')]);
    sendFrames(lab.host('right'), 'eth0', [taggedFrame([[0x8100, 5]], 36), taggedFrame([], 12)]);
    const seen: number[][] = [];
    for await (const { bytes, wireLength } of source.packets()) {
      if (wireLength === 82 || wireLength === 54) seen.push([bytes.length, wireLength]);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([
      [30, 82],
      [50, 54],
    ]);
  });
});
