import { describe, expect, test } from 'vitest';
import { createRewriteSink } from '../../src/cli/rewrite-sink.ts';
import { createPcapngWriter, LinkType, openFile } from '../../src/index.ts';
import { TestFolder } from '../support/capture-lab.ts';

const frame = (byte: number) => {
  const data = new Uint8Array(60).fill(byte);
  return { data, offset: 0, length: 60, wireLength: 60, seconds: 1, nanoseconds: byte, interfaceIndex: 0 };
};

/** A PCAPNG file with interfaces of two link types: frames 1 and 3 of one, 2 of the other. */
async function writeMixed(path: string): Promise<void> {
  const writer = createPcapngWriter(path);
  const ethernet = writer.addInterface({ linkType: LinkType.ethernet, name: 'eth0' });
  const raw = writer.addInterface({ linkType: LinkType.raw, name: 'tun0', snapLength: 1000 });
  writer.addTo(ethernet, frame(1), 60);
  writer.addTo(raw, frame(2), 60);
  writer.addTo(ethernet, frame(3), 60);
  await writer.close();
}

async function rewrite(from: string, to: string): Promise<void> {
  await using source = await openFile(from);
  const sink = createRewriteSink(to, source, 'nano');
  try {
    for await (const batch of source.batches()) {
      batch.forEach((one) => {
        sink.add(one, one.length);
      });
    }
  } finally {
    await sink.close();
  }
}

describe('a file rewritten', () => {
  test('as PCAPNG keeps interfaces, link types and times', async () => {
    using folder = new TestFolder();
    await writeMixed(folder.file('mixed.pcapng'));
    await rewrite(folder.file('mixed.pcapng'), folder.file('copy.pcapng'));
    await using copy = await openFile(folder.file('copy.pcapng'));
    const frames: string[] = [];
    for await (const { bytes, interfaceIndex, timestamp } of copy.packets()) {
      frames.push(`${copy.interfaces[interfaceIndex]?.name} ${bytes[0]} ${timestamp}`);
    }
    expect(frames).toEqual(['eth0 1 1000000001', 'tun0 2 1000000002', 'eth0 3 1000000003']);
    expect(copy.interfaces.map(({ linkType, snapLength }) => [linkType, snapLength])).toEqual([
      [LinkType.ethernet, 262_144],
      [LinkType.raw, 1000],
    ]);
  });

  test('as PCAP refuses a frame of another link type, after those before it', async () => {
    using folder = new TestFolder();
    await writeMixed(folder.file('mixed.pcapng'));
    const path = folder.file('copy.pcap');
    await expect(rewrite(folder.file('mixed.pcapng'), path)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'a PCAP file of EN10MB frames cannot hold one of RAW: write to a name that ends in .pcapng',
    });
    await using copy = await openFile(path);
    for await (const { bytes } of copy.packets()) expect(bytes[0]).toBe(1);
  });
});
