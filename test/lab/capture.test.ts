/** Live captures of real frames between two kernels, beside tcpdump on the same interface at the same time. @module */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Packet } from '../../src/base/frame.ts';
import { openLive } from '../../src/capture/live.ts';
import type { LiveOptions, LiveSource } from '../../src/capture/live-source.ts';
import { createLab, type Lab, pingAddress, sendFrames, twoHosts } from '../../src/lab/index.ts';
import { deleteLink, setLink } from '../../src/netlink/link.ts';
import { createPcapngWriter, createPcapWriter } from '../../src/pcap/file-writer.ts';
import { type RecordOptions, type RecordSummary, record } from '../../src/session/record.ts';
import {
  carrierUp,
  frameTexts,
  makeMixedTraffic,
  readPackets,
  TestFolder,
  taggedFrame,
} from '../support/capture-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { eventually } from '../support/eventually.ts';
import { LabProcess } from '../support/lab-process.ts';
import { requirePeer } from '../support/peers.ts';
import { caughtUp } from '../support/tcpdump.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts({ mtu: 9000, staticNeighbours: true })); // no ARP or NDP of the kernels' own
});
afterAll(() => lab.close());

/** A recording under way: `finish` ends it in good order and says what was recorded. */
class Recording implements AsyncDisposable {
  readonly source: LiveSource;
  readonly path: string;
  readonly #stop = new AbortController();
  readonly #done: Promise<RecordSummary>;

  constructor(
    path: string,
    interfaceName: string,
    live: LiveOptions = {},
    options: RecordOptions = {},
    host = 'right',
  ) {
    this.path = path;
    this.source = lab.host(host).run(() => openLive(interfaceName, { blockTimeout: 10, ...live }));
    const { linkType, snapLength } = this.source;
    const writer = createPcapWriter(path, { linkType, snapLength, timestampPrecision: 'nano' });
    this.#done = record(this.source, writer, { signal: this.#stop.signal, ...options }).finally(() => writer.close());
    this.#done.catch(() => {}); // looked at in `end`
  }

  /** Resolves when the recording has ended by itself. */
  end(): Promise<RecordSummary> {
    return this.#done;
  }

  async finish(): Promise<RecordSummary> {
    this.#stop.abort();
    return this.#done;
  }

  packets(): Promise<Packet[]> {
    return readPackets(this.path);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    return this.source.close();
  }
}

/** tcpdump in the same host, from `listening` on; ends with SIGINT. */
async function startTcpdump(interfaceName: string, path: string, filter: string): Promise<LabProcess | undefined> {
  const tcpdump = requirePeer('tcpdump');
  if (tcpdump === undefined) return undefined;
  // In immediate mode a slot of its ring takes the snap length: 2 MiB, its default, would hold eight frames.
  const words = [
    '-i',
    interfaceName,
    '-w',
    path,
    '-U',
    '--nano',
    '-Z',
    'root',
    '--immediate-mode',
    '-B',
    '65536',
    filter,
  ];
  const started = new LabProcess(lab.host('right'), tcpdump, words);
  await started.printed('listening on');
  return started;
}

/** A kernel reports its multicast groups (MLDv2, to 33:33:00:00:00:16) when it likes, also between two captures' starts. */
function withoutReports(packets: readonly Packet[]): Packet[] {
  return packets.filter(({ bytes }) => !Buffer.from(bytes).subarray(0, 6).equals(Buffer.from('333300000016', 'hex')));
}

describe('beside tcpdump, with the same filter, the same frames byte for byte', () => {
  test.each([
    ['eth0', '', 40],
    ['eth0', 'ip host 10.1.1.1 or ip host 10.1.1.2', 20],
    ['eth0', 'ip6', 10],
    ['eth0', 'not tcp', 10],
    ['eth0', 'udp port 5000 or udp port 53', 2],
    ['any', 'ip host 10.1.1.1 and not udp', 10],
    ['any', 'src net 10.1.1.0/24 and tcp', 10],
  ])('%s %j', async (interfaceName, filter, atLeast) => {
    using folder = new TestFolder();
    await using theirs = await startTcpdump(interfaceName, folder.file('theirs.pcap'), filter);
    if (theirs === undefined) return;
    await using ours = new Recording(folder.file('ours.pcap'), interfaceName, { filter });
    await makeMixedTraffic(lab);
    await framesDelivered();
    const summary = await ours.finish();
    await caughtUp(theirs, summary.frames); // it began before us, and goes on after us
    theirs.signal('SIGINT');
    await theirs.exit();
    expect(theirs.standardError).toContain('0 packets dropped by kernel');

    const packets = withoutReports(await ours.packets());
    const expected = withoutReports(await readPackets(folder.file('theirs.pcap')));
    expect(expected.length).toBeGreaterThanOrEqual(atLeast);
    expect(frameTexts(packets)).toEqual(frameTexts(expected));
    // The kernel stamps an outgoing frame anew for each socket, microseconds apart.
    for (const [index, { timestamp }] of packets.entries()) {
      const theirTime = expected[index]?.timestamp ?? 0n;
      expect(Math.abs(Number(timestamp - theirTime))).toBeLessThan(100_000_000);
    }
    expect(summary.frames).toBeGreaterThanOrEqual(packets.length);
    expect(summary.statistics.received).toBe(summary.frames);
    expect(summary.statistics.dropped).toBe(0);
  });

  test('our file is read by tcpdump and tshark without a word of warning', async () => {
    using folder = new TestFolder();
    await using ours = new Recording(folder.file('ours.pcap'), 'eth0');
    await makeMixedTraffic(lab);
    await framesDelivered();
    const { frames } = await ours.finish();
    const read = (name: string, words: readonly string[]): string => {
      const peer = requirePeer(name);
      if (peer === undefined) return '';
      const { stdout, stderr, status } = spawnSync(peer, words, { encoding: 'utf8' });
      expect(status).toBe(0);
      expect(stderr.replace(/^reading from file .*\n|^Running as user "root".*\n/gm, '')).toBe('');
      return stdout;
    };
    expect(read('tcpdump', ['--count', '-r', ours.path])).toMatch(new RegExp(`^(${frames} packets\n)?$`));
    const numbers = read('tshark', ['-nr', ours.path, '-T', 'fields', '-e', 'frame.number']).trim().split('\n');
    expect([1, frames]).toContain(numbers.length);
    expect(['', String(frames)]).toContain(numbers.at(-1));
  });
});

describe('one meaning', () => {
  test.each([undefined, 'udp', 'vlan', 'vlan 100', 'ip and not vlan', 'inbound'])(
    'interpreter, WebAssembly and lent frames record the same: %s',
    async (expression) => {
      using folder = new TestFolder();
      const filter = expression === undefined ? {} : { filter: expression };
      await using byPump = new Recording(folder.file('pump.pcap'), 'eth0', { ...filter, engine: 'wasm' });
      await using byWalk = new Recording(folder.file('walk.pcap'), 'eth0', { ...filter, engine: 'interpreter' });
      const lent: Packet[] = [];
      await using source = lab.host('right').run(() => openLive('eth0', { ...filter, blockTimeout: 10 }));
      const stop = new AbortController();
      const reading = (async () => {
        for await (const packet of source.packets({ signal: stop.signal })) lent.push(packet);
      })();
      await makeMixedTraffic(lab);
      await framesDelivered();
      await Promise.all([byPump.finish(), byWalk.finish()]);
      stop.abort();
      await reading;
      const frames = frameTexts(withoutReports(await byPump.packets()));
      expect(frames.length).toBeGreaterThan(0);
      expect(frameTexts(withoutReports(await byWalk.packets()))).toEqual(frames);
      expect(frameTexts(withoutReports(lent))).toEqual(frames);
    },
  );

  test('a tag that the kernel took out is back in its place, in the frame and in a cooked one', async () => {
    using folder = new TestFolder();
    await using plain = new Recording(folder.file('plain.pcap'), 'eth0', { filter: 'vlan 100' });
    await using cooked = new Recording(folder.file('cooked.pcap'), 'any', { filter: 'udp port 9' });
    const frame = taggedFrame([[0x8100, 0x6064]], 50);
    sendFrames(lab.host('left'), 'eth0', [frame]);
    await framesDelivered();
    await Promise.all([plain.finish(), cooked.finish()]);
    expect(frameTexts(await plain.packets())).toEqual([`${frame.length} ${Buffer.from(frame).toString('hex')}`]);
    const [packet] = await cooked.packets();
    const bytes = Buffer.from(packet?.bytes ?? []);
    expect(bytes.subarray(0, 2).toString('hex')).toBe('8100'); // the protocol of the cooked header
    expect(bytes.subarray(20).toString('hex')).toBe(Buffer.from(frame.subarray(14)).toString('hex'));
  });
});

test('tags behind tags: the one that the kernel took out is back, the others are where they were', async () => {
  using folder = new TestFolder();
  await using ours = new Recording(folder.file('ours.pcap'), 'eth0', { filter: 'vlan' });
  const tags: [number, number][] = [
    [0x88a8, 5],
    [0x8100, 7],
    [0x8100, 8],
  ];
  const frames = [tags, tags.slice(0, 2), [[0x8100, 0] as const, ...tags.slice(1)]].map((some) =>
    taggedFrame(some, 60),
  );
  sendFrames(lab.host('left'), 'eth0', frames);
  await framesDelivered();
  await ours.finish();
  expect(frameTexts(await ours.packets())).toEqual(
    frames.map((frame) => `${frame.length} ${Buffer.from(frame).toString('hex')}`),
  );
});

describe('any: tags are what they were on the wire', () => {
  const stacks: [number, number][][] = [
    [],
    [[0x8100, 5]],
    [[0x88a8, 5]],
    [
      [0x8100, 5],
      [0x8100, 6],
    ],
    [
      [0x88a8, 5],
      [0x8100, 6],
    ],
    [
      [0x88a8, 5],
      [0x88a8, 0x6006],
      [0x8100, 7],
    ],
  ];
  const frames = stacks.map((tags) => taggedFrame(tags, 60));

  /** What `any` made of them, received in one host and sent by the other. */
  async function capture(options: LiveOptions, folder: TestFolder): Promise<readonly Recording[]> {
    const recordings = ['left', 'right'].map(
      (host) => new Recording(folder.file(`${host}.pcap`), 'any', options, {}, host),
    );
    sendFrames(lab.host('left'), 'eth0', frames);
    await framesDelivered();
    for (const recording of recordings) await recording.finish();
    return recordings;
  }

  const isOurs = ({ bytes }: Packet): boolean => Buffer.from(bytes).includes('5a5a5a5a', 0, 'hex');

  test.each<LiveOptions>([
    {},
    { engine: 'interpreter' },
    { filter: 'not ip6' },
    { filter: 'not ip6', engine: 'wasm' },
    { filter: 'not ip6', engine: 'interpreter' },
  ])('with %j, the protocol and all behind it, as sent and as received', async (options) => {
    using folder = new TestFolder();
    for (const recording of await capture(options, folder)) {
      const packets = (await recording.packets()).filter(isOurs);
      const wire = packets.map(({ bytes }) =>
        Buffer.concat([bytes.subarray(0, 2), bytes.subarray(20)]).toString('hex'),
      );
      expect(wire).toEqual(frames.map((frame) => Buffer.from(frame.subarray(12)).toString('hex')));
      expect(packets.map(({ wireLength }) => wireLength)).toEqual(frames.map(({ length }) => length + 6));
    }
  });

  test('tshark reads the same tags and the same innermost protocol as from the frames themselves', async () => {
    const tshark = requirePeer('tshark');
    if (tshark === undefined) return;
    using folder = new TestFolder();
    const fields = ['vlan.id', 'vlan.priority', 'ieee8021ad.id', 'ieee8021ad.svid', 'ieee8021ad.cvid', 'udp.length'];
    const read = (path: string): string => {
      const words = fields.flatMap((field) => ['-e', field]);
      return spawnSync(tshark, ['-nr', path, '-Y', 'udp.dstport==9', '-T', 'fields', ...words], { encoding: 'utf8' })
        .stdout;
    };
    const path = folder.file('frames.pcap');
    const writer = createPcapWriter(path, { linkType: 1 });
    for (const data of frames) {
      const { length } = data;
      writer.add(
        { data, offset: 0, length, wireLength: length, seconds: 1, nanoseconds: 0, interfaceIndex: 0 },
        length,
      );
    }
    await writer.close();
    const expected = read(path);
    expect(expected.match(/\t68\n/g)).toHaveLength(frames.length);
    for (const recording of await capture({ filter: 'not ip6' }, folder)) expect(read(recording.path)).toBe(expected);
  });

  test('a filter judges tagged frames alike in the kernel and here', async () => {
    using folder = new TestFolder();
    for (const filter of ['udp port 9', 'ip host 10.1.1.1', 'not ip', 'link[0:2] = 0x8100']) {
      const seen: string[][] = [];
      for (const engine of ['kernel', 'wasm', 'interpreter'] as const) {
        const recordings = await capture({ filter, engine }, folder);
        const packets = await Promise.all(recordings.map((recording) => recording.packets()));
        seen.push(packets.map((list) => frameTexts(list.filter(isOurs)).join('\n')));
      }
      expect(seen[1], filter).toEqual(seen[0]);
      expect(seen[2], filter).toEqual(seen[0]);
      expect(seen[0]?.join('')).not.toBe('');
    }
  });

  test.each([1, 19, 20, 21, 26])(
    'cut to %i bytes; and a frame that has nothing behind its header',
    async (snapLength) => {
      using folder = new TestFolder();
      await using pumped = new Recording(folder.file('pump.pcap'), 'any', { snapLength });
      await using walked = new Recording(folder.file('walk.pcap'), 'any', { snapLength, engine: 'interpreter' });
      sendFrames(lab.host('left'), 'eth0', [Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5)]);
      await framesDelivered();
      await Promise.all([pumped.finish(), walked.finish()]);
      const packets = (await pumped.packets()).filter(({ wireLength }) => wireLength === 20);
      expect(packets.map(({ bytes }) => bytes.length)).toEqual([Math.min(snapLength, 20)]);
      expect(frameTexts((await walked.packets()).filter(({ wireLength }) => wireLength === 20))).toEqual(
        frameTexts(packets),
      );
    },
  );
});

test('a live source into a PCAPNG writer: blocks of the interface that was described', async () => {
  using folder = new TestFolder();
  await using source = lab.host('right').run(() => openLive('eth0', { filter: 'icmp', blockTimeout: 10 }));
  const writer = createPcapngWriter(folder.file('ours.pcapng'));
  for (const described of source.interfaces) writer.addInterface(described);
  const recording = record(source, writer, { limit: 2 });
  await pingAddress(lab.host('left'), '10.1.1.2');
  await recording;
  await writer.close();
  expect(await readPackets(folder.file('ours.pcapng'))).toHaveLength(2);
});

describe('ends and limits', () => {
  test('after so many frames', async () => {
    using folder = new TestFolder();
    await using ours = new Recording(folder.file('ours.pcap'), 'eth0', { filter: 'icmp' }, { limit: 3 });
    await pingAddress(lab.host('left'), '10.1.1.2', { count: 4 });
    expect(await ours.end()).toMatchObject({ frames: 3, reason: 'limit' });
    expect(await ours.packets()).toHaveLength(3);
  });

  test('after a time', async () => {
    using folder = new TestFolder();
    await using ours = new Recording(folder.file('ours.pcap'), 'eth0', { filter: 'icmp' }, { duration: 50 });
    expect(await ours.end()).toMatchObject({ frames: 0, reason: 'duration' });
  });

  test('what the ring holds when it is stopped is still recorded', async () => {
    using folder = new TestFolder();
    await using ours = new Recording(folder.file('ours.pcap'), 'eth0', { filter: 'icmp', blockTimeout: 2000 });
    await pingAddress(lab.host('left'), '10.1.1.2', { count: 5 });
    expect(await ours.finish()).toMatchObject({ frames: 10, reason: 'signal' });
  });

  test('frames are cut to the snap length, and say how long they were', async () => {
    using folder = new TestFolder();
    await using ours = new Recording(folder.file('ours.pcap'), 'eth0', { filter: 'icmp', snapLength: 40 });
    await pingAddress(lab.host('left'), '10.1.1.2', { payloadLength: 1000 });
    await ours.finish();
    const packets = await ours.packets();
    expect(packets.map(({ bytes, wireLength }) => [bytes.length, wireLength])).toEqual([
      [40, 1042],
      [40, 1042],
    ]);
  });

  test('closing at any moment ends a reader, and twice is once', async () => {
    const source = lab.host('right').run(() => openLive('eth0', { blockTimeout: 10 }));
    const reading = (async () => {
      for await (const batch of source.batches()) batch.forEach(() => {});
    })();
    await pingAddress(lab.host('left'), '10.1.1.2');
    await source.close();
    await source.close();
    await reading;
    expect(source.statistics().received).toBeGreaterThan(0);
  });

  test('two readers at once are refused', async () => {
    await using source = lab.host('right').run(() => openLive('eth0'));
    const first = source.batches()[Symbol.asyncIterator]();
    const waiting = first.next();
    await expect(source.packets()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'BUSY' });
    await source.close();
    await waiting;
  });
});

describe('trouble', () => {
  test('no such interface', () => {
    expect(() => openLive('nosuch0')).toThrowError(
      expect.objectContaining({ code: 'NO_INTERFACE', message: expect.stringContaining('tapline interfaces') }),
    );
    expect(() => openLive('')).toThrowError(expect.objectContaining({ code: 'NO_INTERFACE' }));
  });

  test('an interface that goes down is outlived, with a warning', async () => {
    using folder = new TestFolder();
    const warnings: string[] = [];
    const down = 'eth0 went down; capturing continues when it comes up';
    const onWarning = (message: string): number => warnings.push(message);
    await using ours = new Recording(folder.file('ours.pcap'), 'eth0', { filter: 'icmp', onWarning });
    const right = lab.host('right');
    const { index } = right.interface('eth0');
    await pingAddress(lab.host('left'), '10.1.1.2');
    await right.netlink.execute(setLink(index, { up: false }), { wanted: 'take eth0 down' });
    await eventually(() => expect(warnings).toEqual([down]));
    await right.netlink.execute(setLink(index, { up: true }), { wanted: 'bring eth0 up' });
    await eventually(() => expect(warnings).toEqual([down, 'eth0 came up; capturing continues']));
    await carrierUp(lab, 'eth0');
    await pingAddress(lab.host('left'), '10.1.1.2');
    expect(await ours.finish()).toMatchObject({ frames: 4 });
    expect(warnings).toHaveLength(2);
  });

  test('an interface that goes away ends the recording; what came before is in the file', async () => {
    await using other = await createLab(twoHosts());
    using folder = new TestFolder();
    const right = other.host('right');
    await using source = right.run(() => openLive('eth0', { filter: 'icmp', blockTimeout: 300 }));
    const writer = createPcapWriter(folder.file('ours.pcap'), { linkType: source.linkType });
    const recording = record(source, writer);
    const ended = expect(recording).rejects.toMatchObject({ code: 'INTERFACE_GONE' });
    await pingAddress(other.host('left'), '10.1.1.2', { count: 2 });
    await right.netlink.execute(deleteLink(right.interface('eth0').index), { wanted: 'delete eth0' });
    await ended;
    await writer.close();
    expect(await readPackets(folder.file('ours.pcap'))).toHaveLength(4);
  });
});
