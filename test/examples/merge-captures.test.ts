/** The example that merges captures, with files of different link types. @module */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mergeCaptures } from '../../examples/06-merge-captures.ts';
import { buildPcap, parseAll } from '../support/capture-file.ts';
import { ipv4, tcp } from '../support/made-frames.ts';
import { requirePeer } from '../support/peers.ts';

test('merges two files into one with two interfaces, which tshark reads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tapline-merge-'));
  try {
    const frame = ipv4(6, tcp({}));
    const packet = frame.slice(14);
    const [ethernet, raw, merged] = ['ethernet.pcap', 'raw.pcap', 'merged.pcapng'].map((name) => join(folder, name));
    if (ethernet === undefined || raw === undefined || merged === undefined) throw new Error('three names');
    const record = [1, 2, frame.length, frame.length, frame] as const;
    writeFileSync(ethernet, buildPcap({ records: [record, record] }));
    writeFileSync(raw, buildPcap({ linkType: 101, records: [[3, 4, packet.length, packet.length, packet]] }));
    expect(await mergeCaptures([ethernet, raw], merged)).toBe(3);
    const { frames, parser } = parseAll(readFileSync(merged));
    expect(parser.interfaces.map((described) => [described.linkType, described.description])).toEqual([
      [1, ethernet],
      [101, raw],
    ]);
    expect(frames.map(({ interfaceIndex, seconds, nanoseconds }) => [interfaceIndex, seconds, nanoseconds])).toEqual([
      [0, 1, 2000],
      [0, 1, 2000],
      [1, 3, 4000],
    ]);
    const tshark = requirePeer('tshark');
    if (tshark === undefined) return;
    const run = spawnSync(tshark, ['-r', merged, '-T', 'fields', '-e', 'tcp.dstport'], { encoding: 'utf8' });
    expect(run.stdout.trim().split('\n')).toEqual(['9999', '9999', '9999']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
