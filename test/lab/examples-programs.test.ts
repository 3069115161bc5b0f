/** The examples that capture or send frames, run as programs. @module */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readU8, readU16 } from '../../src/base/bytes.ts';
import type { Packet } from '../../src/base/frame.ts';
import { createPcapWriter } from '../../src/index.ts';
import { createLab, exchangeTcp, type Lab, pingAddress, sendUdp, twoHosts } from '../../src/lab/index.ts';
import { lentFrame } from '../support/capture-file.ts';
import { readPackets, TestFolder } from '../support/capture-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { eventually } from '../support/eventually.ts';
import { fromHex } from '../support/hex.ts';
import { LabProcess } from '../support/lab-process.ts';
import { ipv4 } from '../support/made-frames.ts';
import { compileExample } from '../support/run-example.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

const isIcmp = ({ bytes }: Packet): boolean => readU16(bytes, 12) === 0x0800 && readU8(bytes, 23) === 1;

/** Starts an example in the right host. */
async function start(name: string, ...words: string[]): Promise<LabProcess> {
  return new LabProcess(lab.host('right'), process.execPath, [await compileExample(name), ...words]);
}

/** Starts an example that captures, and resolves once `sockets` packet sockets receive frames. */
async function startCapture(sockets: number, name: string, ...words: string[]): Promise<LabProcess> {
  const program = await start(name, ...words);
  await eventually(() => {
    // Columns of /proc/net/packet (net/packet/af_packet.c, packet_seq_show): the sixth is 1 while the socket receives.
    const rows = readFileSync(`/proc/${program.pid}/net/packet`, 'utf8').trim().split('\n').slice(1);
    if (program.hasEnded) throw new Error(`ended early: ${program.standardError}`);
    expect(rows.filter((row) => row.trim().split(/\s+/)[5] === '1')).toHaveLength(sockets);
  });
  return program;
}

async function output(program: LabProcess): Promise<string> {
  expect([await program.exit(), program.standardError]).toEqual([0, '']);
  return program.standardOutput.toString();
}

/** Interrupts a recording that has received its frames. */
async function interrupt(program: LabProcess): Promise<string> {
  await framesDelivered();
  program.signal('SIGINT');
  return await output(program);
}

test('01-print-packets prints a line per packet', async () => {
  await using program = await startCapture(1, '01-print-packets', 'eth0', 'icmp', '2');
  await pingAddress(lab.host('left'), '10.1.1.2');
  const lines = (await output(program)).trimEnd().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/^IP 10\.1\.1\.1 > 10\.1\.1\.2: ICMP echo request/),
    expect.stringMatching(/^IP 10\.1\.1\.2 > 10\.1\.1\.1: ICMP echo reply/),
  ]);
});

test('02-record-to-file records until SIGINT', async () => {
  using folder = new TestFolder();
  const path = folder.file('packets.pcap');
  await using program = await startCapture(1, '02-record-to-file', 'eth0', 'icmp', path);
  await pingAddress(lab.host('left'), '10.1.1.2');
  expect(await interrupt(program)).toBe(`2 frames written to ${path}\n`);
  expect((await readPackets(path)).map(isIcmp)).toEqual([true, true]);
});

test('09-several-interfaces records two interfaces until SIGINT', async () => {
  using folder = new TestFolder();
  const path = folder.file('packets.pcapng');
  await using program = await startCapture(2, '09-several-interfaces', 'eth0', 'any', path);
  const [left, right] = [lab.host('left'), lab.host('right')];
  await exchangeTcp(left, right, { port: 25, request: Uint8Array.of(1), reply: Uint8Array.of(2) });
  await sendUdp(left, right, Uint8Array.of(3), { port: 53 });
  const printed = await interrupt(program);
  const packets = await readPackets(path);
  expect(printed).toBe(`${packets.length} frames written to ${path}\n`);
  expect(new Set(packets.map(({ interfaceIndex }) => interfaceIndex))).toEqual(new Set([0, 1]));
});

test('10-replay sends a file with another address', async () => {
  using folder = new TestFolder();
  const [path, sent] = [folder.file('packets.pcap'), folder.file('sent.pcap')];
  const packet = ipv4(1, fromHex('0800f7fd00010001'));
  const writer = createPcapWriter(path, { linkType: 1 });
  for (let frame = 0; frame < 3; frame += 1) writer.add(lentFrame(packet), packet.length);
  await writer.close();
  await using recorder = await startCapture(1, '02-record-to-file', 'eth0', 'src 203.0.113.9', sent);
  await using program = await start('10-replay', path, 'eth0', '192.0.2.1', '203.0.113.9');
  expect(await output(program)).toBe('3 frames sent on eth0\n');
  expect(await interrupt(recorder)).toBe(`3 frames written to ${sent}\n`);
});

test('10-replay without arguments ends with an error', async () => {
  await using program = await start('10-replay');
  expect(await program.exit()).toBe(1);
  expect(program.standardError).toContain('TypeError: four arguments are needed');
});

test('11-flight-recorder ends after the first trigger', async () => {
  using folder = new TestFolder();
  await using program = await startCapture(
    1,
    '11-flight-recorder',
    'eth0',
    'udp port 514',
    folder.file('packets.pcapng'),
  );
  await pingAddress(lab.host('left'), '10.1.1.2');
  await sendUdp(lab.host('left'), lab.host('right'), new Uint8Array(4), { port: 514 });
  expect(await output(program)).toBe('windows written: 1\n');
  const [name = ''] = readdirSync(folder.path);
  expect((await readPackets(folder.file(name))).filter(isIcmp)).toHaveLength(2);
});

test('12-rotate-files prints the name of each file', async () => {
  using folder = new TestFolder();
  await using program = await startCapture(1, '12-rotate-files', 'eth0', folder.file('packets'));
  await pingAddress(lab.host('left'), '10.1.1.2');
  const path = (await interrupt(program)).trimEnd();
  expect(path).toMatch(/packets-\d{8}T\d{6}-00001\.pcap\.gz$/);
  expect((await readPackets(path)).filter(isIcmp)).toHaveLength(2);
});
