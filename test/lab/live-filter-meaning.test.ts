/** Filters with `vlan` on real frames between two kernels: in the kernel, in both engines, in tcpdump, and on the file. @module */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import type { EngineName } from '../../src/bpf/engine/create-engine.ts';
import { openLive } from '../../src/capture/live.ts';
import { createLab, type Lab, sendFrames, twoHosts } from '../../src/lab/index.ts';
import { createPcapWriter } from '../../src/pcap/file-writer.ts';
import { record } from '../../src/session/record.ts';
import { readPackets, TestFolder } from '../support/capture-lab.ts';
import { fromHex } from '../support/hex.ts';
import { LabProcess } from '../support/lab-process.ts';
import { requirePeer } from '../support/peers.ts';

/** No interface of the lab has this address, so that `ether src` excludes what the kernels send on their own. */
const SOURCE = '025a00000001';
const MACS = `020000000002 ${SOURCE}`;
const UDP = '0fa0 0009 0008 0000';
const IPV4 = `0800 4500 001c 0001 0000 4011 0000 0a010101 0a010102 ${UDP}`;
const IPV6 = `86dd 6000 0000 0008 11 40 fd01${'00'.repeat(13)}01 fd01${'00'.repeat(13)}02 ${UDP}`;
const ARP = '0806 0001 0800 06 04 0001 025a00000001 0a010101 000000000000 0a010102';
/** EtherTypes and headers as in RFC 894, RFC 826, RFC 2464 and IEEE 802.1Q; the kernel removes the first tag but 0x9100. */
const FRAMES = [
  IPV4,
  IPV6,
  ARP,
  `8100 6064 ${IPV4}`,
  `8100 0005 ${ARP}`,
  `8100 0005 ${IPV6}`,
  `88a8 0005 8100 0064 ${IPV4}`,
  `9100 0064 ${IPV4}`,
].map((rest) => fromHex(`${MACS} ${rest}`));

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Records as many frames as match on `right`. Returns their bytes. */
async function recordLive(
  path: string,
  filter: string,
  engine: EngineName,
  limit: number,
): Promise<() => Promise<string[]>> {
  const source = lab.host('right').run(() => openLive('eth0', { blockTimeout: 10, filter, engine }));
  const writer = createPcapWriter(path, { linkType: source.linkType, snapLength: source.snapLength });
  const done = record(source, writer, { limit }).finally(() => writer.close());
  return async () => {
    await done;
    await source.close();
    return (await readPackets(path)).map(({ bytes }) => hex(bytes));
  };
}

async function tcpdumpLive(path: string, filter: string, limit: number): Promise<() => Promise<string[]>> {
  const tcpdump = requirePeer('tcpdump');
  if (tcpdump === undefined) return async () => [];
  const words = ['-i', 'eth0', '-w', path, '-U', '-Z', 'root', '--immediate-mode', '-c', `${limit}`, filter];
  const started = new LabProcess(lab.host('right'), tcpdump, words);
  await started.printed('listening on');
  return async () => {
    await started.exit();
    return (await readPackets(path)).map(({ bytes }) => hex(bytes));
  };
}

test.each([
  'not vlan and ip',
  'vlan or ip6',
  'vlan and ip or arp',
  'not vlan and not ip',
  'vlan 5 and (arp or ip6)',
  'vlan and vlan 100 and udp port 9',
  'not (vlan 100 and udp)',
])('what matches live is what matches in the file: %s', async (expression) => {
  using folder = new TestFolder();
  const filter = `ether src ${SOURCE.replace(/..(?!$)/g, '$&:')} and (${expression})`;
  const { match } = compileFilter(filter, { linkType: LinkType.ethernet });
  const expected = FRAMES.filter((frame) => match(frame) > 0);
  expect(expected.length).toBeGreaterThan(0);
  expect(expected.length).toBeLessThan(FRAMES.length);
  const engines: readonly EngineName[] = ['kernel', 'wasm', 'interpreter'];
  const running = await Promise.all([
    ...engines.map((engine) => recordLive(folder.file(`${engine}.pcap`), filter, engine, expected.length)),
    tcpdumpLive(folder.file('tcpdump.pcap'), filter, expected.length),
  ]);
  // A frame that matches comes last, so that frames which only a wrong program matches come before the limit.
  const last = expected.at(-1) as Uint8Array;
  const sent = [...FRAMES.filter((frame) => frame !== last), last];
  sendFrames(lab.host('left'), 'eth0', sent);
  const recorded = await Promise.all(running.map((finish) => finish()));
  const wanted = sent.filter((frame) => expected.includes(frame)).map(hex);
  for (const [index, frames] of recorded.entries()) {
    if (index < engines.length || frames.length > 0) expect(frames, engines[index] ?? 'tcpdump').toEqual(wanted);
  }
});
