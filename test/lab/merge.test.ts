/** Several interfaces in one capture, on real frames at load: none lost, and time never runs back. @module */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { LinkType } from '../../src/base/link-type.ts';
import { openLiveMany } from '../../src/capture/live.ts';
import {
  createLab,
  exchangeTcp,
  type Lab,
  type LabHost,
  type LabPlan,
  pingAddress,
  sendFrames,
  sendUdp,
} from '../../src/lab/index.ts';
import { deleteLink, setLink } from '../../src/netlink/link.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { createPcapngWriter } from '../../src/pcap/file-writer.ts';
import { record } from '../../src/session/record.ts';
import { carrierUp, readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { eventually } from '../support/eventually.ts';
import { generate } from '../support/generate.ts';
import { LabProcess } from '../support/lab-process.ts';
import { statisticsBlocks } from '../support/pcapng-blocks.ts';
import { requirePeer } from '../support/peers.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** `left` and `right` on two wires. */
const PLAN: LabPlan = {
  hosts: [{ name: 'left' }, { name: 'right' }],
  wires: ['eth0', 'eth1'].map((name, wire) => ({
    ends: [
      { host: 'left', interface: name, addresses: [`10.1.${wire + 1}.1/24`] },
      { host: 'right', interface: name, addresses: [`10.1.${wire + 1}.2/24`] },
    ],
  })),
};

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(PLAN);
});
afterAll(() => lab.close());

/** Frames on both wires at once. */
async function generateOnBoth(
  trafgen: string,
  folder: TestFolder,
  traffic: { readonly frames: number; readonly frameLength: number },
): Promise<void> {
  await Promise.all(
    ['eth0', 'eth1'].map((interfaceName) => generate(trafgen, lab, folder, { interfaceName, ...traffic })),
  );
}

test('interfaces on which nothing happens are not looked at', async () => {
  let looks = 0;
  const clock: Clock = {
    ...systemClock,
    sleep(milliseconds, signal) {
      looks += 1;
      return systemClock.sleep(milliseconds, signal);
    },
  };
  const interfaces = ['eth0', 'eth1'].map((interfaceName) => ({ interfaceName, filter: 'udp port 9' }));
  await using source = lab.host('right').run(() => openLiveMany(interfaces, { clock }));
  const stop = new AbortController();
  const packets: number[] = [];
  const reading = (async () => {
    for await (const { bytes } of source.packets({ signal: stop.signal })) packets.push(bytes.length);
  })();
  await sleep(300);
  expect(looks).toBe(0);
  const frame = taggedFrame([], 100);
  sendFrames(lab.host('left'), 'eth0', [frame]);
  await eventually(() => expect(packets).toEqual([frame.length]));
  expect(looks).toBeGreaterThan(0); // for what may come late
  stop.abort();
  await reading;
});

test('two interfaces at full load: every frame, in the order of time, as our reader, capinfos and tshark see it', async () => {
  const trafgen = requirePeer('trafgen');
  if (trafgen === undefined) return;
  using folder = new TestFolder();
  const path = folder.file('both.pcapng');
  const frames = 300_000;
  await using source = lab.host('right').run(() =>
    openLiveMany([
      { interfaceName: 'eth0', filter: 'udp port 9', bufferSize: 64 << 20 },
      { interfaceName: 'eth1', filter: 'udp port 9', snapLength: 96, bufferSize: 64 << 20 },
    ]),
  );
  const writer = createPcapngWriter(path);
  for (const described of source.interfaces) writer.addInterface(described);
  const stop = new AbortController();
  const recording = record(source, writer, { signal: stop.signal });
  await generateOnBoth(trafgen, folder, { frames, frameLength: 100 });
  await framesDelivered();
  stop.abort();
  const summary = await recording;
  await writer.close();
  const counted = { received: frames, accepted: frames, dropped: 0, freezes: 0, vlanTags: 0 };
  expect(summary.statistics).toEqual({ ...counted, received: 2 * frames, accepted: 2 * frames, truncated: frames });
  expect(source.interfaceStatistics()).toEqual([
    { ...counted, truncated: 0 },
    { ...counted, truncated: frames },
  ]);
  expect(summary.frames).toBe(2 * frames);
  expect(source.late).toBe(0);

  await using file = await openFile(path);
  const seen = [0, 0];
  let last = 0n;
  let backwards = 0;
  for await (const { timestamp, interfaceIndex, bytes } of file.packets()) {
    seen[interfaceIndex] = (seen[interfaceIndex] ?? 0) + 1;
    if (timestamp < last) backwards += 1;
    last = timestamp;
    if (bytes.length !== (interfaceIndex === 0 ? 100 : 96)) throw new Error(`${bytes.length} bytes`);
  }
  expect(seen).toEqual([frames, frames]);
  expect(backwards).toBe(0);
  expect(file.interfaces).toMatchObject([
    { name: 'eth0', linkType: 1, filter: 'udp port 9', snapLength: 262_144 },
    { name: 'eth1', linkType: 1, filter: 'udp port 9', snapLength: 96 },
  ]);
  const capinfos = requirePeer('capinfos');
  if (capinfos === undefined) return;
  const { stdout } = spawnSync(capinfos, ['-o', '-c', '-M', path], { encoding: 'utf8' });
  expect(stdout).toMatch(/Strict time order:\s+True/);
  expect(stdout).toMatch(new RegExp(`Number of packets:\\s+${2 * frames}`));
});

test('short snap lengths at load: more than one area of records goes to the disk directly', async () => {
  const trafgen = requirePeer('trafgen');
  if (trafgen === undefined) return;
  using folder = new TestFolder();
  const frames = 60_000;
  const path = folder.file('both.pcapng');
  await using program = await startCapture(lab.host('right'), [
    '-i',
    'eth0/97',
    '-i',
    'eth1/97',
    '-B',
    '64',
    '-w',
    path,
  ]);
  await generateOnBoth(trafgen, folder, { frames, frameLength: 200 });
  await framesDelivered();
  program.signal('SIGINT');
  expect(await program.exit()).toBe(0);
  expect(program.standardError).toContain('\n0 packets dropped by kernel');
  expect(statSync(path).size).toBeGreaterThan(2 * (4 << 20));
  expect((await readPackets(path)).filter(({ wireLength }) => wireLength === 200)).toHaveLength(2 * frames);
});

test('the same into a series of files that the disk takes directly, each of them whole by itself', async () => {
  const trafgen = requirePeer('trafgen');
  if (trafgen === undefined) return;
  using folder = new TestFolder();
  const frames = 200_000;
  const words = ['-i', 'eth0', '-i', 'eth1/96', '-B', '64', '-C', '20', '-w', folder.file('both.pcapng'), 'udp port 9'];
  await using program = await startCapture(lab.host('right'), words);
  await generateOnBoth(trafgen, folder, { frames, frameLength: 200 });
  await framesDelivered();
  program.signal('SIGINT');
  expect(await program.exit()).toBe(0);
  expect(program.standardError).toContain(`${2 * frames} packets captured`);
  expect(program.standardError).toContain('\n0 packets dropped by kernel');
  const names = readdirSync(folder.path)
    .filter((name) => name.endsWith('.pcapng'))
    .sort();
  expect(names.length).toBeGreaterThan(2);
  const seen = [0, 0];
  let last = 0n;
  for (const name of names) {
    await using file = await openFile(folder.file(name));
    for await (const { timestamp, interfaceIndex, bytes } of file.packets()) {
      seen[interfaceIndex] = (seen[interfaceIndex] ?? 0) + 1;
      if (timestamp < last) throw new Error(`time runs back in ${name}`);
      last = timestamp;
      if (bytes.length !== (interfaceIndex === 0 ? 200 : 96)) throw new Error(`${bytes.length} bytes`);
    }
    expect(file.interfaces.map((described) => described.name)).toEqual(['eth0', 'eth1']);
  }
  expect(seen).toEqual([frames, frames]);
});

/** tapline in the lab's right host, once it captures on all interfaces. */
async function startCapture(host: LabHost, words: readonly string[], listens = 2): Promise<LabProcess> {
  const program = new LabProcess(host, process.execPath, [MAIN, 'capture', ...words]);
  await eventually(() => expect(program.standardError.match(/listening on/g) ?? []).toHaveLength(listens));
  return program;
}

describe('tapline capture -i … -i …', () => {
  test('one PCAPNG file with an interface each: its own filter and snap length, which tshark reads', async () => {
    using folder = new TestFolder();
    const path = folder.file('both.pcapng');
    const words = ['-i', 'eth0/60 udp', '-i', 'eth1', '-i', 'any icmp', '-w', path, 'icmp', 'and', 'ip'];
    await using program = await startCapture(lab.host('right'), words, 3);
    await pingAddress(lab.host('left'), '10.1.1.2');
    await pingAddress(lab.host('left'), '10.1.2.2');
    await sendUdp(lab.host('left'), lab.host('right'), new Uint8Array(500), { port: 9, address: '10.1.1.2' });
    await framesDelivered();
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
    await using file = await openFile(path);
    const seen: string[] = [];
    for await (const { interfaceIndex, bytes, wireLength } of file.packets()) {
      seen.push(`${file.interfaces[interfaceIndex]?.name} ${bytes.length} ${wireLength}`);
    }
    expect(file.interfaces).toMatchObject([
      { name: 'eth0', linkType: LinkType.ethernet, snapLength: 60, filter: 'udp' },
      { name: 'eth1', linkType: LinkType.ethernet, snapLength: 262_144, filter: 'icmp and ip' },
      { name: 'any', linkType: LinkType.linuxSll2, filter: 'icmp' },
    ]);
    // An echo and its reply on each wire, both seen by `any` too; on eth1 by itself, the other wire's filter wants UDP.
    expect([...seen].sort()).toEqual(
      ['any 104 104', 'any 104 104', 'any 104 104', 'any 104 104', 'eth0 60 542', 'eth1 98 98', 'eth1 98 98'].sort(),
    );
    const tshark = requirePeer('tshark');
    if (tshark === undefined) return;
    const fields = ['-e', 'frame.interface_name', '-e', 'frame.time_epoch'];
    const { stdout } = spawnSync(tshark, ['-nr', path, '-T', 'fields', ...fields], { encoding: 'utf8' });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(lines.map(([name]) => name)).toEqual(seen.map((text) => text.split(' ')[0]));
    const stamps = lines.map(([, time = '']) => time);
    expect(stamps).toEqual([...stamps].sort());
  });

  test('on the screen each line says which interface', async () => {
    await using program = await startCapture(lab.host('right'), [
      '-i',
      'eth0',
      '-i',
      'eth1',
      '-n',
      '-t',
      '-c',
      '4',
      'icmp',
    ]);
    await pingAddress(lab.host('left'), '10.1.1.2');
    await pingAddress(lab.host('left'), '10.1.2.2');
    expect(await program.exit()).toBe(0);
    expect(program.standardOutput.toString()).toMatch(
      /^eth0 {2}IP 10\.1\.1\.1 > .*request.*\neth0 {2}IP 10\.1\.1\.2 > .*reply.*\neth1 {2}IP 10\.1\.2\.1 > .*request.*\neth1 {2}IP 10\.1\.2\.2 > .*reply.*\n$/,
    );
  });

  test('a PCAP file takes interfaces of one link type, in order, and refuses two', async () => {
    using folder = new TestFolder();
    const path = folder.file('both.pcap');
    await using program = await startCapture(lab.host('right'), [
      '-i',
      'eth0',
      '-i',
      'eth1',
      '-w',
      path,
      '-c',
      '4',
      'icmp',
    ]);
    await pingAddress(lab.host('left'), '10.1.2.2');
    await pingAddress(lab.host('left'), '10.1.1.2');
    expect(await program.exit()).toBe(0);
    const stamps = (await readPackets(path)).map(({ timestamp }) => timestamp);
    expect(stamps).toHaveLength(4);
    expect(stamps).toEqual([...stamps].sort((a, b) => Number(a - b)));
    await using refused = await startCapture(lab.host('right'), ['-i', 'eth0', '-i', 'any', '-w', path], 0);
    expect(await refused.exit()).toBe(2);
    expect(refused.standardError).toContain(
      'a PCAP file has a single link type, but eth0 has EN10MB and any LINUX_SLL2',
    );
  });

  test.each([
    ['the same one twice', ['-i', 'eth0', '-i', 'eth0/96'], 'given twice', 2],
    ['a length that is none', ['-i', 'eth0/x'], '-i eth0/', 2],
    ['a filter that is none', ['-i', 'eth0', '-i', 'eth1 hots 10.1.1.1'], 'did you mean "host"?', 2],
    ['one that is not there', ['-i', 'eth0', '-i', 'nosuch0'], 'no interface "nosuch0"', 4],
  ])('%s is refused', async (_case, words, says, status) => {
    await using program = await startCapture(lab.host('right'), words, 0);
    expect(await program.exit()).toBe(status);
    expect(program.standardError).toContain(says);
  });
});

describe('counters', () => {
  test('of each interface: in the file, where capinfos finds them, and as JSON', async () => {
    using folder = new TestFolder();
    const [path, stats] = [folder.file('both.pcapng'), folder.file('stats.json')];
    const words = ['-i', 'eth0/60 udp port 9', '-i', 'eth1 vlan', '-w', path, '--stats', stats];
    await using program = await startCapture(lab.host('right'), words);
    sendFrames(lab.host('left'), 'eth0', Array(30).fill(taggedFrame([], 100)));
    sendFrames(lab.host('left'), 'eth0', Array(5).fill(taggedFrame([], 18)));
    sendFrames(lab.host('left'), 'eth1', Array(7).fill(taggedFrame([[0x8100, 5]], 100)));
    await sleep(1200);
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
    const counted = JSON.parse(readFileSync(stats, 'utf8'));
    expect(counted).toMatchObject({
      captured: 42,
      bytes: 35 * 60 + 7 * 146,
      late: 0,
      received: 42,
      accepted: 42,
      dropped: 0,
      freezes: 0,
      truncated: 30,
      vlanTags: 7,
      interfaces: [
        {
          name: 'eth0',
          linkType: 'EN10MB',
          snapLength: 60,
          filter: 'udp port 9',
          received: 35,
          truncated: 30,
          vlanTags: 0,
        },
        { name: 'eth1', linkType: 'EN10MB', filter: 'vlan', received: 7, truncated: 0, vlanTags: 7 },
      ],
    });
    const sum = (name: string): number => counted.seconds.reduce((all: number, second: never) => all + second[name], 0);
    expect([sum('received'), sum('frames'), sum('dropped')]).toEqual([42, 42, 0]);
    expect(Date.parse(counted.end) - Date.parse(counted.start)).toBeGreaterThan(1000);
    expect(statisticsBlocks(readFileSync(path))).toMatchObject([
      { interface: 0n, 4: 35n, 5: 0n, 6: 35n, 7: 0n, 8: 35n },
      { interface: 1n, 4: 7n, 5: 0n, 6: 7n, 7: 0n, 8: 7n },
    ]);
    const capinfos = requirePeer('capinfos');
    if (capinfos === undefined) return;
    const { stdout } = spawnSync(capinfos, ['-I', path], { encoding: 'utf8' });
    expect(stdout.match(/Number of stat entries = 1/g)).toHaveLength(2);
  });
});

describe('trouble', () => {
  test('an interface goes down and up, one goes away, then the last: the rest goes on, then it ends', async () => {
    await using other = await createLab(PLAN);
    using folder = new TestFolder();
    const [left, right] = [other.host('left'), other.host('right')];
    const path = folder.file('both.pcapng');
    await using program = await startCapture(right, ['-i', 'eth0', '-i', 'eth1', '-w', path, 'icmp']);
    const remove = (name: string): Promise<unknown> =>
      right.netlink.execute(deleteLink(right.interface(name).index), { wanted: `delete ${name}` });
    await pingAddress(left, '10.1.1.2');
    await right.netlink.execute(setLink(right.interface('eth0').index, { up: false }), { wanted: 'take eth0 down' });
    await program.printed('eth0 went down; capturing continues when it comes up');
    await right.netlink.execute(setLink(right.interface('eth0').index, { up: true }), { wanted: 'bring eth0 up' });
    await program.printed('eth0 came up; capturing continues');
    await carrierUp(other, 'eth0');
    await pingAddress(left, '10.1.1.2');
    await pingAddress(left, '10.1.2.2');
    await remove('eth0');
    await program.printed('interface eth0 was removed; the capture continues on the others');
    await pingAddress(left, '10.1.2.2');
    await remove('eth1');
    expect(await program.exit()).toBe(4);
    expect(program.standardError).toContain('all interfaces were removed during the capture');
    await using file = await openFile(path);
    const seen: number[] = [];
    for await (const { interfaceIndex } of file.packets()) seen.push(interfaceIndex);
    expect(seen).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  test('frames of 14 bytes, a snap length below the header, and 64 KiB frames beside them', async () => {
    const wires = PLAN.wires.map((wire) => ({ ...wire, offload: true }));
    await using other = await createLab({ ...PLAN, wires });
    const [left, right] = [other.host('left'), other.host('right')];
    await using source = right.run(() =>
      openLiveMany([
        { interfaceName: 'eth0', filter: 'tcp' },
        { interfaceName: 'eth1', filter: 'ether proto 0x88b5', snapLength: 10 },
      ]),
    );
    const tiny = Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5);
    const stop = new AbortController();
    const seen: [number, number, number][] = [];
    let last = 0n;
    const reading = (async () => {
      for await (const { bytes, wireLength, interfaceIndex, timestamp } of source.packets({ signal: stop.signal })) {
        seen.push([interfaceIndex, bytes.length, wireLength]);
        if (timestamp < last) throw new Error('time runs back');
        last = timestamp;
      }
    })();
    const exchange = exchangeTcp(left, right, { request: new Uint8Array(2_000_000), reply: Uint8Array.of(1) });
    for (let sent = 0; sent < 50; sent += 1) {
      sendFrames(left, 'eth1', [tiny]);
      await sleep(1);
    }
    await exchange;
    await framesDelivered();
    stop.abort();
    await reading;
    expect(seen.filter(([from]) => from === 1)).toEqual(Array(50).fill([1, 10, 14]));
    expect(Math.max(...seen.map(([, length]) => length))).toBeGreaterThan(40_000);
    expect(source.statistics()).toMatchObject({ received: seen.length, dropped: 0 });
    expect(source.late).toBe(0);
  });

  test('frames of one interface come while the other is silent', async () => {
    const names = ['eth0', 'eth1'];
    await using source = lab
      .host('right')
      .run(() => openLiveMany(names.map((interfaceName) => ({ interfaceName, filter: 'icmp' }))));
    await pingAddress(lab.host('left'), '10.1.1.2');
    const seen: number[] = [];
    for await (const { interfaceIndex } of source.packets()) {
      seen.push(interfaceIndex);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([0, 0]);
  });
});
