/** A capture that is stopped for two seconds while frames come: a ring that is large enough, and one that is not. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readU32 } from '../../src/base/bytes.ts';
import { createLab, type Lab, openFrameSender, twoHosts } from '../../src/lab/index.ts';
import { readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { tapline } from '../support/cli-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import type { LabProcess } from '../support/lab-process.ts';

const SECONDS = 2;
const [BEFORE, STOPPED, AFTER] = [500, 10_000, 500];
const SENT = BEFORE + STOPPED + AFTER;
/** Ethernet, IPv4 and UDP headers. */
const PAYLOAD = 42;

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

test('nothing is lost and all is in order where the ring has room; where it has not, captured and dropped are what was sent', async () => {
  using folder = new TestFolder();
  const start = (name: string, mebibytes: string): LabProcess => {
    const words = ['-i', 'eth0', '-w', folder.file(name), '-B', mebibytes, 'udp port 9'];
    return tapline(lab.host('right'), 'capture', ...words);
  };
  await using large = start('large.pcap', '64');
  await using small = start('small.pcap', '2');
  const programs = [large, small];
  for (const program of programs) await program.printed('listening on');

  using sender = openFrameSender(lab.host('left'), 'eth0');
  const frame = taggedFrame([], 1000 - PAYLOAD);
  let number = 0;
  const send = (count: number): void => {
    for (let sent = 0; sent < count; sent += 1) {
      frame.set([0, 0, number >> 8, number & 0xff], PAYLOAD);
      sender.send(frame);
      number += 1;
    }
  };
  send(BEFORE);
  for (const program of programs) await program.counted(BEFORE);
  for (const program of programs) program.signal('SIGSTOP');
  const pieces = SECONDS * 10;
  for (let piece = 0; piece < pieces; piece += 1) {
    send(STOPPED / pieces);
    await sleep(100);
  }
  for (const program of programs) program.signal('SIGCONT');
  for (const program of programs) await program.counted(BEFORE + STOPPED);
  send(AFTER);
  await framesDelivered();
  for (const program of programs) program.signal('SIGINT');
  for (const program of programs) expect(await program.exit()).toBe(0);

  const read = async (name: string): Promise<number[]> => {
    const packets = await readPackets(folder.file(name));
    const times = packets.map(({ timestamp }) => timestamp);
    expect(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0n))).toBe(true);
    return packets.map(({ bytes }) => readU32(bytes, PAYLOAD));
  };
  expect(await read('large.pcap')).toEqual(Array.from({ length: SENT }, (_, index) => index));
  expect(large.standardError).toContain(
    `${SENT} packets captured\n${SENT} packets received by filter\n0 packets dropped`,
  );

  const kept = await read('small.pcap');
  const dropped = small.counters.dropped;
  expect(dropped).toBeGreaterThan(STOPPED / 2);
  expect(small.counters.captured).toBe(kept.length);
  expect(small.counters.captured + dropped).toBe(SENT);
  expect(kept).toEqual([...new Set(kept)].sort((one, other) => one - other));
  expect(small.standardError).toContain('tapline: frames were dropped');
});
