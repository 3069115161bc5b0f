import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { FrameBatch } from '../../src/base/frame.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { createPcapngWriter, createPcapWriter } from '../../src/pcap/file-writer.ts';
import { buildPcap, lentFrame, type PlainFrame, plainFrame } from '../support/capture-file.ts';
import { requirePeer } from '../support/peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'tapline-pcap-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const DATA = new Uint8Array(60).fill(0x45);

async function readAll(path: string): Promise<{ readonly frames: PlainFrame[]; readonly code: string | undefined }> {
  const source = await openFile(path);
  const frames: PlainFrame[] = [];
  try {
    for await (const batch of source.batches()) {
      batch.forEach((frame) => {
        frames.push(plainFrame(frame));
      });
    }
    return { frames, code: undefined };
  } catch (error) {
    return { frames, code: (error as { code?: string }).code };
  } finally {
    await source.close();
    await source.close();
  }
}

describe('files', () => {
  test('tcpdump and capinfos read what we write', async () => {
    const [tcpdump, capinfos] = [requirePeer('tcpdump'), requirePeer('capinfos')];
    if (tcpdump === undefined || capinfos === undefined) return;
    const plain = createPcapWriter(at('peer.pcap'), { linkType: 101, timestampPrecision: 'nano' });
    const blocks = createPcapngWriter(at('peer.pcapng'), { comment: 'made by a test' });
    blocks.addInterface({ linkType: 101, name: 'tun0', filter: 'ip', snapLength: 1000 });
    for (let second = 0; second < 5; second += 1) {
      plain.add(lentFrame(DATA, { seconds: second }), 60);
      blocks.add(lentFrame(DATA, { seconds: second }), 60, second === 2 ? 'the third' : undefined);
    }
    blocks.addStatistics(0, { received: 5, dropped: 2, wallTime: 1_700_000_000_000 });
    await plain.close();
    await blocks.close();
    for (const name of ['peer.pcap', 'peer.pcapng']) {
      const run = spawnSync(tcpdump, ['-n', '-tt', '--nano', '-r', at(name)], { encoding: 'utf8' });
      expect(run.stderr).not.toMatch(/tcpdump:/);
      expect(run.stdout.split('\n').filter((line) => /^\d\.123456789 /.test(line)).length, name).toBe(5);
    }
    const infos = spawnSync(capinfos, ['-M', at('peer.pcapng')], { encoding: 'utf8' }).stdout;
    expect(infos).toMatch(/Number of packets: {3}5/);
    expect(infos).toMatch(/Name = tun0/);
    expect(infos).toMatch(/Capture comment: .*made by a test/);
    expect(infos).toMatch(/Capture length = 1000/);
  });

  test('a new file is for its owner alone unless told otherwise', async () => {
    await createPcapWriter(at('private.pcap'), { linkType: 1 }).close();
    await createPcapWriter(at('shared.pcap'), { linkType: 1, mode: 0o640 }).close();
    const mode = (name: string): number => statSync(at(name)).mode & 0o777;
    expect([mode('private.pcap'), mode('shared.pcap')]).toEqual([0o600, 0o640]);
  });

  test('plain, gzip, and gzip cut short', async () => {
    const records = Array.from({ length: 3000 }, (_, index) => [index, 0, 60, 60, DATA] as const);
    const file = buildPcap({ records });
    writeFileSync(at('a.pcap'), file);
    writeFileSync(at('a.pcap.gz'), gzipSync(file));
    const packed = gzipSync(new Uint8Array(file), { level: 0 });
    writeFileSync(at('cut.pcap.gz'), packed.subarray(0, packed.length - 1000));
    const plain = await readAll(at('a.pcap'));
    expect([plain.frames.length, plain.code]).toEqual([3000, undefined]);
    expect(await readAll(at('a.pcap.gz'))).toEqual(plain);
    const cut = await readAll(at('cut.pcap.gz'));
    expect(cut.code).toBe('FILE_TRUNCATED');
    expect(cut.frames.length).toBeGreaterThan(2000);
  });

  test('owned packets outlive their batch', async () => {
    writeFileSync(
      at('own.pcap'),
      buildPcap({
        records: [
          [1, 2, 60, 99, DATA],
          [2, 3, 60, 99, DATA.with(0, 1)],
        ],
      }),
    );
    await using source = await openFile(at('own.pcap'));
    const packets = [];
    for await (const packet of source.packets()) packets.push(packet);
    expect(packets.map((packet) => [packet.bytes[0], packet.wireLength, packet.timestamp])).toEqual([
      [0x45, 99, 1_000_002_000n],
      [1, 99, 2_000_003_000n],
    ]);
    expect(source.statistics()).toEqual({ received: 2, accepted: 2, dropped: 0, freezes: 0 });
    expect([source.linkType, source.snapLength, source.interfaces.length]).toEqual([1, 65_535, 1]);
  });

  test('an aborted signal and a closed source end the loop without an error', async () => {
    const records = Array.from({ length: 10_000 }, () => [0, 0, 60, 60, DATA] as const);
    writeFileSync(at('long.pcap'), buildPcap({ records }));
    const controller = new AbortController();
    const source = await openFile(at('long.pcap'));
    const sizes: number[] = [];
    for await (const batch of source.batches({ signal: controller.signal })) {
      sizes.push((batch as FrameBatch).size);
      controller.abort();
    }
    expect(sizes.length).toBe(1);
    await source.close();
    for await (const _ of source.batches()) throw new Error('closed');
  });

  test('what cannot be opened, created or understood says so', async () => {
    await expect(openFile(at('absent.pcap'))).rejects.toMatchObject({ code: 'FILE_OPEN' });
    await expect(openFile(folder)).rejects.toMatchObject({ code: 'FILE_READ' });
    writeFileSync(at('text'), 'no capture at all, really');
    await expect(openFile(at('text'))).rejects.toMatchObject({ code: 'FILE_FORMAT' });
    writeFileSync(at('empty'), '');
    await expect(openFile(at('empty'))).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
    writeFileSync(at('bad.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]));
    await expect(openFile(at('bad.gz'))).rejects.toMatchObject({ code: expect.stringMatching(/^FILE_/) });
    expect(() => createPcapWriter(join(folder, 'no', 'such'), { linkType: 1 })).toThrow(/cannot create/);
    symlinkSync(at('circle'), at('circle'));
    expect(() => createPcapWriter(at('circle'), { linkType: 1 })).toThrow(/cannot create/);
  });

  test('a device that is always full (full(4))', () => {
    if (!existsSync('/dev/full')) return;
    expect(() => createPcapWriter('/dev/full', { linkType: 1 })).toThrow(/disk is full/);
  });
});

describe('descriptors', () => {
  test('a pipe whose reader goes: an error with a code, and no way to take back', async () => {
    expect(spawnSync('mkfifo', [at('pipe')]).status).toBe(0);
    const reader = spawn('head', ['-c', '100', at('pipe')], { stdio: ['ignore', 'pipe', 'ignore'] });
    const received = buffer(reader.stdout); // Node throws away what nobody reads by the time that the program ends
    const writer = createPcapWriter(at('pipe'), { linkType: 1, packetBuffered: true });
    const keepWriting = (): void => {
      for (let count = 0; count < 100_000; count += 1) writer.add(lentFrame(DATA), 60);
    };
    expect(keepWriting).toThrow(expect.objectContaining({ code: 'OUTPUT_CLOSED' }));
    await writer.close();
    expect(await received).toHaveLength(100);
  });
});
