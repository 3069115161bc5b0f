/** Facts about capture files: those of capinfos for the corpus, and those of a file with blocks of every kind. @module */
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { captureInfo } from '../../../src/session/info/capture-info.ts';
import { TestFolder } from '../../support/capture-lab.ts';
import { corpusFolder, requirePeer } from '../../support/peers.ts';
import { richFile } from '../../support/rich-pcapng.ts';

/** Times that libpcap and Wireshark compute differently (docs/files.md). */
const OVERFLOW = 'made-usec-overflow.pcap';

describe('the corpus, as capinfos reports it', () => {
  const folder = join(corpusFolder(), 'pcaps');
  test.each(readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name) && name !== OVERFLOW))(
    '%s',
    async (name) => {
      const capinfos = requirePeer('capinfos');
      if (capinfos === undefined) return;
      const path = join(folder, name);
      const words = ['-T', '-m', '-M', '-S', '-c', '-s', '-d', '-u', '-a', '-e', '-o', '-r', path];
      const { stdout, stderr } = spawnSync(capinfos, words, { encoding: 'utf8' });
      const info = await captureInfo(path);
      const damaged = /after reading (\d+) packets/.exec(stderr)?.[1];
      expect(info.damage === undefined).toBe(damaged === undefined);
      if (damaged !== undefined) expect(info.frames).toBe(Number(damaged));
      if (stdout.trim() === '') return; // capinfos reports nothing else about some damaged files
      const [, count, size, bytes, duration = '', first = '', last = '', order] = stdout.trim().split(',');
      expect([info.frames, info.size, info.bytes].map(String)).toEqual([count, size, bytes]);
      if (Number.isNaN(Number(duration))) return; // frames without a time, or none
      const micro = (epoch: string | undefined): string | undefined => epoch?.slice(0, first.length);
      expect([micro(info.first?.epoch), micro(info.last?.epoch)]).toEqual([first, last]);
      expect(info.duration).toBeCloseTo(Number(duration), 5);
      expect(info.inOrder).toBe(order === 'True');
    },
  );
});

test('sections, interfaces, counters and comments of a PCAPNG file', async () => {
  using folder = new TestFolder();
  writeFileSync(folder.file('in.pcapng'), richFile());
  const info = await captureInfo(folder.file('in.pcapng'));
  expect(info).toMatchObject({
    format: 'pcapng',
    frames: 12,
    bytes: 762,
    inOrder: false,
    duration: 2,
    framesPerSecond: 6,
    bytesPerSecond: 381,
    first: { epoch: '1700000000.000000000', utc: '2023-11-14T22:13:20.000000000Z' },
    last: { epoch: '1700000002.000000000' },
    sections: [
      { byteOrder: 'little-endian', hardware: 'a machine', comments: ['section remark'] },
      { byteOrder: 'big-endian', operatingSystem: 'an operating system', application: 'a test' },
    ],
    commentCount: 6,
    dropsBetweenFrames: 32,
    nameBlocks: 2,
    secretBlocks: 2,
    customBlocks: 4,
    unknownBlocks: 2,
  });
  expect(info.comments.map(({ frame }) => frame)).toEqual([1, 1, 5, 7, 7, 11]);
  expect(info.interfaces[2]).toMatchObject({
    name: 'eth0',
    addresses: ['192.0.2.99'],
    resolution: '10^-6 s',
    filter: 'host 192.0.2.99',
    comments: ['interface remark'],
    statistics: { received: 100, dropped: 3 },
    frames: 4,
    bytes: 253,
  });
  expect(info.interfaces[1]).toMatchObject({ name: 'eth1', resolution: '10^-9 s', frames: 2 });
  expect(info.damage).toBeUndefined();
});
