/** The examples do what they say: those that capture. @module */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { printPackets } from '../../examples/01-print-packets.ts';
import { recordToFile } from '../../examples/02-record-to-file.ts';
import { recordBoth } from '../../examples/09-several-interfaces.ts';
import { replayAs } from '../../examples/10-replay.ts';
import { recordAround } from '../../examples/11-flight-recorder.ts';
import { recordForEver } from '../../examples/12-rotate-files.ts';
import { readU8, readU16 } from '../../src/base/bytes.ts';
import type { Packet } from '../../src/base/frame.ts';
import { createPcapWriter } from '../../src/index.ts';
import { createLab, exchangeTcp, type Lab, pingAddress, sendUdp, twoHosts } from '../../src/lab/index.ts';
import { lentFrame } from '../support/capture-file.ts';
import { readPackets, TestFolder } from '../support/capture-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { fromHex } from '../support/hex.ts';
import { ipv4 } from '../support/made-frames.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

const isIcmp = ({ bytes }: Packet): boolean => readU16(bytes, 12) === 0x0800 && readU8(bytes, 23) === 1;

/** Begins in the lab's right host; only what is synchronous, opening the interface, happens there. */
function begin<T>(work: () => Promise<T>): Promise<T> {
  let begun: Promise<T> | undefined;
  lab.host('right').run(() => {
    begun = work();
  });
  return begun ?? work();
}

test('packets printed', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const printing = begin(() => printPackets('eth0', 'icmp', 2));
  await pingAddress(lab.host('left'), '10.1.1.2');
  await printing;
  expect(log.mock.calls.flat()).toEqual([
    expect.stringMatching(/^IP 10\.1\.1\.1 > 10\.1\.1\.2: ICMP echo request/),
    expect.stringMatching(/^IP 10\.1\.1\.2 > 10\.1\.1\.1: ICMP echo reply/),
  ]);
  log.mockRestore();
});

test('packets recorded for ever', async () => {
  using folder = new TestFolder();
  const stop = new AbortController();
  const finished: string[] = [];
  const recording = begin(() => recordForEver('eth0', folder.file('ever'), stop.signal, (path) => finished.push(path)));
  await pingAddress(lab.host('left'), '10.1.1.2');
  await framesDelivered();
  stop.abort();
  const { frames, reason } = await recording;
  expect(reason).toBe('signal');
  expect(finished).toEqual([expect.stringMatching(/ever-\d{8}T\d{6}-00001\.pcap\.gz$/)]);
  const packets = await readPackets(finished[0] ?? '');
  expect(packets).toHaveLength(frames);
  expect(packets.filter(isIcmp)).toHaveLength(2); // the kernels' neighbour discovery is in the file as well
});

test('packets recorded', async () => {
  using folder = new TestFolder();
  const stop = new AbortController();
  const path = folder.file('example.pcap');
  const recording = begin(() => recordToFile('eth0', 'icmp', path, stop.signal));
  await pingAddress(lab.host('left'), '10.1.1.2', { payloadLength: 1000 });
  await framesDelivered();
  stop.abort();
  expect(await recording).toMatchObject({ frames: 2, reason: 'signal' });
  const packets = await readPackets(path);
  expect(packets.map(({ bytes, wireLength }) => [bytes.length, wireLength])).toEqual([
    [256, 1042],
    [256, 1042],
  ]);
});

test('two interfaces recorded into one file', async () => {
  using folder = new TestFolder();
  const stop = new AbortController();
  const path = folder.file('example.pcapng');
  const recording = begin(() => recordBoth('eth0', 'any', path, stop.signal));
  const [left, right] = [lab.host('left'), lab.host('right')];
  await exchangeTcp(left, right, { port: 25, request: Uint8Array.of(1), reply: Uint8Array.of(2) });
  await sendUdp(left, right, Uint8Array.of(3), { port: 53 });
  await framesDelivered();
  stop.abort();
  const { frames } = await recording;
  const packets = await readPackets(path);
  expect(packets).toHaveLength(frames);
  expect(packets.filter(({ interfaceIndex }) => interfaceIndex === 1)).toHaveLength(1);
  expect(frames).toBeGreaterThan(8);
});

test('a recording sent again', async () => {
  using folder = new TestFolder();
  const path = folder.file('ping.pcap');
  const packet = ipv4(1, fromHex('0800f7fd00010001'));
  const writer = createPcapWriter(path, { linkType: 1 });
  for (let frame = 0; frame < 3; frame += 1) writer.add(lentFrame(packet), packet.length);
  await writer.close();
  const again = folder.file('again.pcap');
  const stop = new AbortController();
  const recording = begin(() => recordToFile('eth0', 'src 203.0.113.9', again, stop.signal));
  expect(await begin(() => replayAs(path, 'eth0', '192.0.2.1', '203.0.113.9'))).toMatchObject({ sent: 3 });
  await framesDelivered();
  stop.abort();
  expect(await recording).toMatchObject({ frames: 3 });
});

test('what came before and after', async () => {
  using folder = new TestFolder();
  const path = folder.file('around.pcapng');
  const recording = begin(() => recordAround('eth0', 'udp port 514', path));
  await pingAddress(lab.host('left'), '10.1.1.2');
  await sendUdp(lab.host('left'), lab.host('right'), new Uint8Array(4), { port: 514 });
  expect(await recording).toMatchObject({ triggers: 1, windows: 1, evictedEarly: 0 });
  const [name = ''] = readdirSync(folder.path);
  expect((await readPackets(folder.file(name))).length).toBeGreaterThanOrEqual(3);
});
