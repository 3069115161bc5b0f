/** Blocks of the ring that become blocks of the file: real frames, and what we and the peers read of them. @module */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LinkType } from '../../src/base/link-type.ts';
import { openLive } from '../../src/capture/live.ts';
import type { LiveOptions } from '../../src/capture/live-source.ts';
import { createLab, type Lab, openFrameSender, twoHosts } from '../../src/lab/index.ts';
import { pcapngFileFormat } from '../../src/pcap/file-format.ts';
import { BlockType } from '../../src/pcap/format.ts';
import { record } from '../../src/session/record.ts';
import { FileSeries } from '../../src/session/series/file-series.ts';
import { frameTexts, readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { countBlocks } from '../support/pcapng-blocks.ts';
import { requirePeer } from '../support/peers.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

/** Frames that fill blocks, with every length modulo 4, some tagged; then short ones that are gathered; then long again. */
function makeFrames(): Uint8Array[] {
  const lengths = [...Array(6000).keys()].map((index) => 1200 + (index % 200));
  lengths.push(...Array(8000).fill(100), ...Array(3000).fill(1458));
  return lengths.map((length, index) => {
    const frame = taggedFrame(index % 5 === 0 ? [[0x8100, index & 0xfff]] : [], length);
    frame.fill(index & 0xff, frame.length - 40);
    return frame;
  });
}

/** Records what `left` sends to the host `right`. */
async function recordFrames(path: string, frames: readonly Uint8Array[], live: LiveOptions): Promise<number> {
  // Long enough for blocks to be full, however slow the machine is.
  await using source = lab.host('right').run(() => openLive('eth0', { blockTimeout: 60_000, ...live }));
  const linkType: LinkType = source.linkType;
  const file = new FileSeries(path, pcapngFileFormat({ linkType, snapLength: source.snapLength }));
  const stop = new AbortController();
  const recording = record(source, file, { signal: stop.signal });
  using sender = openFrameSender(lab.host('left'), 'eth0');
  for (const [index, frame] of frames.entries()) {
    sender.send(frame);
    if (index % 64 === 0) await new Promise(setImmediate); // the recording is in the same thread
  }
  await framesDelivered();
  stop.abort();
  const { frames: recorded, statistics } = await recording;
  await file.close();
  expect(statistics.dropped).toBe(0);
  return recorded;
}

test('every frame is in the file, whole and in order, and nothing else for any reader', async () => {
  using folder = new TestFolder();
  const path = folder.file('in-place.pcapng');
  const frames = makeFrames();
  expect(await recordFrames(path, frames, { filter: 'udp or vlan' })).toBe(frames.length);
  const sent = frames.map((frame) => `${frame.length} ${Buffer.from(frame).toString('hex')}`);
  expect(frameTexts(await readPackets(path))).toEqual(sent);
  expect(countBlocks(path, BlockType.filler)).toBeGreaterThan(5000);

  const tcpdump = requirePeer('tcpdump');
  const tshark = requirePeer('tshark');
  if (tcpdump === undefined || tshark === undefined) return;
  const bySize = { maxBuffer: 1 << 28, encoding: 'utf8' } as const;
  const theirs = spawnSync(tcpdump, ['-r', path, '-nn', '-w', folder.file('theirs.pcap')], bySize);
  expect(theirs.status).toBe(0);
  expect(frameTexts(await readPackets(folder.file('theirs.pcap')))).toEqual(sent);
  const shown = spawnSync(tshark, ['-r', path, '-T', 'fields', '-e', 'frame.len', '-e', 'frame.cap_len'], bySize);
  expect(shown.stdout.trim().split('\n')).toEqual(frames.map(({ length }) => `${length}\t${length}`));
});

test('frames that are judged or cut in user space are gathered: the file has nothing of what was refused', async () => {
  using folder = new TestFolder();
  const frames = makeFrames().slice(0, 3000);
  const judged = folder.file('judged.pcapng');
  await recordFrames(judged, frames, { filter: 'udp or vlan', engine: 'wasm' });
  expect(countBlocks(judged, BlockType.filler)).toBe(0);
  const cut = folder.file('cut.pcapng');
  await recordFrames(cut, frames, { snapLength: 1000 });
  expect(countBlocks(cut, BlockType.filler)).toBe(0);
  expect((await readPackets(cut)).every(({ bytes }) => bytes.length === 1000)).toBe(true);
});
