/** `tapline netstat` and `tapline diagnostic network` on real kernels. @module */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/base/address.ts';
import type { FlushResult } from '../../src/inspect/flush.ts';
import { listInterfaceCounters } from '../../src/inspect/interface-counters.ts';
import { readNeighbours } from '../../src/inspect/neighbours.ts';
import { listRoutes } from '../../src/inspect/routes.ts';
import type { InterfaceTraffic } from '../../src/inspect/traffic.ts';
import {
  CHAIN_TARGET,
  connectTcp,
  createLab,
  type Lab,
  type LabHost,
  pingAddress,
  routerChain,
  twoHosts,
} from '../../src/lab/index.ts';
import { createPlainLink, deleteLink } from '../../src/netlink/link.ts';
import { addNeighbour, deleteNeighbour, NeighbourState } from '../../src/netlink/neighbour.ts';
import { addRoute } from '../../src/netlink/route-request.ts';
import { tapline } from '../support/cli-lab.ts';
import { eventually } from '../support/eventually.ts';
import type { LabProcess } from '../support/lab-process.ts';
import { requirePeer } from '../support/peers.ts';

function address(text: string): Uint8Array {
  return parseAddress(text) ?? expect.fail(text);
}

interface Ended {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

async function run(host: LabHost, ...words: string[]): Promise<Ended> {
  await using process = tapline(host, ...words);
  const status = await process.exit();
  return { status, output: process.standardOutput.toString(), errors: process.standardError };
}

/** Resolves when the standard output contains `text`. */
async function printed(process: LabProcess, text: string): Promise<void> {
  await eventually(() => expect(process.standardOutput.toString()).toContain(text));
}

describe('flush', () => {
  let lab: Lab;
  let host: LabHost;
  beforeAll(async () => {
    lab = await createLab(routerChain({ routers: 2, lastMtu: 1300 }));
    host = lab.host('source');
    const interfaceIndex = host.interfaces[0]?.index ?? expect.fail('no interface');
    const add = (text: string, state: number) =>
      host.netlink.execute(
        addNeighbour({ interfaceIndex, address: address(text), linkAddress: Uint8Array.of(2, 0, 0, 0, 9, 9), state }),
      );
    await add('10.1.1.20', NeighbourState.permanent);
    await add('10.1.1.21', NeighbourState.stale);
    await add('10.1.1.22', NeighbourState.noArp);
    await add('fd00:1:1::20', NeighbourState.permanent);
    await add('fd00:1:1::21', NeighbourState.stale);
    for (const target of [CHAIN_TARGET.ipv4, CHAIN_TARGET.ipv6]) {
      // The first of these packets is too big for the last wire: the kernel learns a path MTU.
      await pingAddress(host, target, { count: 2, payloadLength: 1400, timeout: 500 }).catch(() => 0);
      await using connection = await connectTcp(host, lab.host('target'), { address: target });
      const closed = new Promise((resolve) => {
        connection.client.once('close', resolve);
      });
      connection.server.end();
      connection.client.end();
      connection.client.resume();
      connection.server.resume();
      await closed;
    }
  });
  afterAll(() => lab.close());

  test('a dry run counts, and changes nothing', async () => {
    const { status, output } = await run(host, 'diagnostic', 'network', 'flush', '--dry-run', '--json');
    expect(status).toBe(0);
    const results = JSON.parse(output) as FlushResult[];
    expect(results.map(({ cache }) => cache)).toEqual([
      'ARP cache',
      'NDP cache',
      'IPv4 route exceptions',
      'IPv6 route exceptions',
      'TCP metrics',
    ]);
    for (const { before, kept } of results) expect(before).toBeGreaterThan(kept);
    const again = await run(host, 'diagnostic', 'network', 'flush', '--dry-run', '--json');
    expect(again.output).toBe(output);
  });

  test('-I limits it to the neighbours of an interface', async () => {
    const { output } = await run(host, 'diagnostic', 'network', 'flush', '-I', 'lo', '--json');
    expect(JSON.parse(output)).toMatchObject([{ cache: 'ARP cache' }, { cache: 'NDP cache' }]);
    expect((await readNeighbours(host.netlink, 4)).entries.length).toBeGreaterThan(1);
  });

  test('without privilege it fails and changes nothing', async () => {
    const before = (await readNeighbours(host.netlink, 4)).entries.length;
    const setpriv = requirePeer('setpriv');
    if (setpriv === undefined) return;
    const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;
    const words = ['--bounding-set=-net_admin', '--inh-caps=-net_admin', process.execPath, main];
    const ended = host.run(() =>
      spawnSync(setpriv, [...words, 'diagnostic', 'network', 'flush'], { encoding: 'utf8' }),
    );
    expect(ended.status).toBe(3);
    expect(ended.stderr).toBe(
      'tapline: cannot flush the ARP cache: netlink: EPERM; run as root, or with CAP_NET_ADMIN\n',
    );
    expect((await readNeighbours(host.netlink, 4)).entries).toHaveLength(before);
  });

  test('every cache is empty afterwards, except for permanent entries', async () => {
    const { status, output } = await run(host, 'diagnostic', 'network', 'flush', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(output)).toMatchObject([
      { cache: 'ARP cache', kept: 1, after: 1 },
      { cache: 'NDP cache', kept: 1, after: 1 },
      { cache: 'IPv4 route exceptions', kept: 0, after: 0 },
      { cache: 'IPv6 route exceptions', kept: 0, after: 0 },
      { cache: 'TCP metrics', kept: 0, after: 0 },
    ]);
    const left = (await readNeighbours(host.netlink, 4)).entries;
    expect(left.map((entry) => `${entry.address} ${entry.state}`)).toEqual(['10.1.1.20 permanent']);
    const ip = requirePeer('ip');
    if (ip === undefined) return;
    const noArp = host.run(() => spawnSync(ip, ['neigh', 'show', 'nud', 'noarp'], { encoding: 'utf8' })).stdout;
    expect(noArp).toContain('10.1.1.22 ');
  });
});

describe('two hosts', () => {
  let lab: Lab;
  let host: LabHost;
  let interfaceIndex: number;
  beforeAll(async () => {
    lab = await createLab(twoHosts({ staticNeighbours: true }));
    host = lab.host('left');
    interfaceIndex = host.interface('eth0').index;
    // Multicast listener reports (RFC 3810) would be counted, too.
    for (const one of lab.hosts) one.setKernelParameter('ipv6/conf/all/disable_ipv6', '1');
  });
  afterAll(() => lab.close());

  test('traffic: the intervals add up to the counters; Ctrl-C ends it with status 0', async () => {
    const before = await countersOf(host);
    await using process = tapline(host, 'netstat', '5', '-I', 'eth0', '-w', '0.1', '--json');
    await printed(process, '\n');
    await pingAddress(host, '10.1.1.2', { count: 20 });
    const lines = () => process.standardOutput.toString().split('\n').filter(Boolean);
    const { length } = lines();
    await eventually(() => expect(lines().length).toBeGreaterThan(length + 1));
    process.signal('SIGINT');
    expect(await process.exit()).toBe(0);
    const reports = lines().map((line) => JSON.parse(line) as { interfaces: readonly InterfaceTraffic[] });
    const sum = (field: 'inputPackets' | 'inputBytes' | 'outputPackets' | 'outputBytes'): number =>
      reports.reduce((total, { interfaces }) => total + (interfaces[0]?.[field] ?? Number.NaN), 0);
    const after = await countersOf(host);
    expect([sum('inputPackets'), sum('outputPackets')]).toEqual([20, 20]);
    expect(sum('inputBytes')).toBe(after.rxBytes - before.rxBytes);
    expect(sum('outputBytes')).toBe(after.txBytes - before.txBytes);
  });

  test('traffic: titles every 21 lines, CSV titles once', async () => {
    const { output } = await run(host, 'netstat', '-w', '0.01', '-c', '43');
    const titles = output.split('\n').flatMap((line, at) => (line.includes('(Total)') ? at : []));
    expect(titles).toEqual([0, 23, 46]);
    const csv = await run(host, 'netstat', 'traffic', '-w', '0.01', '-c', '30', '--csv', '-I', 'eth0');
    expect(csv.output.split('\n').filter((line) => line.startsWith('time,'))).toHaveLength(1);
    expect(csv.output.split('\n')).toHaveLength(32);
  });

  test('traffic: the interface is removed', async () => {
    await host.netlink.execute(createPlainLink({ name: 'br0' }, 'bridge'));
    await using process = tapline(host, 'netstat', '5', '-I', 'br0', '-w', '0.05');
    await printed(process, 'br0');
    await host.netlink.execute(deleteLink((await host.link('br0')).index));
    expect(await process.exit()).toBe(4);
    expect(process.standardError).toBe('tapline: the interface br0 was removed\n');
  });

  test('--watch repeats a view; JSON has a line with its time each', async () => {
    const { output } = await run(host, 'netstat', '2', '--watch', '0.1', '-c', '2', '--json');
    const reports = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { time: number; interfaces: object[] });
    expect(reports.map(({ interfaces }) => interfaces.length)).toEqual([2, 2]);
    expect(reports[1]?.time).toBeGreaterThan(reports[0]?.time ?? Number.NaN);
    const routes = await run(host, 'netstat', '3', '-n', '--watch', '0.1', '-c', '3');
    expect(routes.output.match(/^Routing tables$/gm)).toHaveLength(3);
  });

  test('arpshow --watch prints the cache, then changes', async () => {
    const entry = { interfaceIndex, address: address('10.1.1.30'), linkAddress: Uint8Array.of(2, 0, 0, 0, 0, 0x30) };
    await using process = tapline(host, 'diagnostic', 'network', 'arpshow', '--watch', '-n', '-c', '2');
    await printed(process, 'known: ? (10.1.1.2) at 02:00:00:00:00:02 on eth0 permanent [ethernet]\n');
    await host.netlink.execute(addNeighbour(entry));
    await printed(process, 'changed: ? (10.1.1.30) at 02:00:00:00:00:30 on eth0 permanent [ethernet]\n');
    await host.netlink.execute(deleteNeighbour(entry));
    expect(await process.exit()).toBe(0);
    expect(process.standardOutput.toString()).toMatch(/(changed|deleted): \? \(10\.1\.1\.30\) at \(incomplete\)/);
  });

  test('warnings about entries are on standard error', async () => {
    const entry = { interfaceIndex, address: address('10.1.1.31'), linkAddress: Uint8Array.of(3, 0xbf, 10, 1, 1, 31) };
    await host.netlink.execute(addNeighbour(entry));
    const { output, errors } = await run(host, 'diagnostic', 'network', 'arpshow', '-n');
    await host.netlink.execute(deleteNeighbour(entry));
    expect(output).toContain('? (10.1.1.31) at 03:bf:0a:01:01:1f on eth0 permanent [ethernet]\n');
    expect(errors).toBe(
      'tapline: 10.1.1.31 on eth0 has the multicast MAC address 03:bf:0a:01:01:1f; RFC 1812, 3.3.2, forbids it\n',
    );
  });

  test('hostile interface names are visible in every form', async () => {
    await host.netlink.execute(createPlainLink({ name: 'e\u001b[2J"' }, 'bridge'));
    for (const words of [['2'], ['2', '--style', 'linux'], ['2', '--csv'], ['2', '--json'], ['2', '--where']]) {
      const { output, status } = await run(host, 'netstat', ...words);
      expect(status).toBe(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
      expect(output.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      expect(output).toMatch(/e(\^\[|\\u001b)\[2J/);
    }
    await host.netlink.execute(deleteLink((await host.link('e\u001b[2J"')).index));
  });

  test('--netns looks into the namespace of a process', async () => {
    await using other = tapline(host, 'netstat', '5', '-w', '60');
    const outside = lab.host('right');
    const { output } = await run(outside, 'netstat', '2', '--netns', String(other.pid), '--json');
    const { interfaces } = JSON.parse(output) as { interfaces: { name: string; mac: string }[] };
    expect(interfaces.find(({ name }) => name === 'eth0')?.mac).toBe('02:00:00:00:00:01');
  });

  test('a support bundle holds what the views show; without a terminal it needs --yes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tapline-bundle-'));
    const path = join(folder, 'bundle.tar.gz');
    try {
      const log = join(folder, '.x y.log');
      writeFileSync(log, `${'x'.repeat(2 << 20)}\npassword=hunter2\n`);
      const refused = await run(host, 'support-bundle', '-o', path);
      expect(refused).toMatchObject({ status: 2, output: '' });
      expect(refused.errors).toContain('--yes');
      const { status, output } = await run(host, 'support-bundle', '--yes', '-o', path, '--log', log, '--log', log);
      expect(status).toBe(0);
      expect(output).toMatch(/^neighbours\.txt +[\d,]+ {2}ARP and NDP caches$/m);
      expect(output).toContain('Removed from logs: 2 passwords, tokens or keys.\n');
      expect(output).toContain(`wrote ${path}\n`);
      const tar = requirePeer('tar');
      if (tar === undefined) return;
      const extract = (name: string): string =>
        spawnSync(tar, ['-xOzf', path, '--wildcards', `*/${name}`], { encoding: 'utf8' }).stdout;
      expect(extract('neighbours.txt')).toContain('? (10.1.1.2) at 02:00:00:00:00:02 on eth0 permanent [ethernet]\n');
      expect(extract('interfaces.json')).toContain('"mac": "02:00:00:00:00:01"');
      expect(extract('routes.txt')).toContain('32766:\tfrom all lookup main\n');
      expect(extract('logs/_x_y.log-2').slice(-20)).toBe('\npassword=[removed]\n');
      expect((await run(host, 'support-bundle', '--yes', '-o', path)).errors).toContain('exists; remove it');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('10,000 routes and 10,000 neighbours: every one', async () => {
    const gateway = address('10.1.1.2');
    for (let number = 0; number < 10_000; number += 1) {
      const [high, low] = [number >>> 8, number & 0xff];
      const destination = Uint8Array.of(20 + (high >>> 4), high, low, 0);
      await host.netlink.execute(addRoute({ destination, prefixLength: 24, nextHops: [{ gateway }] }));
      const linkAddress = Uint8Array.of(2, 0, 0, 1, high, low);
      await host.netlink.execute(
        addNeighbour({ interfaceIndex, address: Uint8Array.of(30, 0, high, low), linkAddress }),
      );
    }
    const routes = (await listRoutes(host.netlink, 4)).routes.filter(({ destination }) => /^[23]/.test(destination));
    expect(new Set(routes.map(({ destination }) => destination)).size).toBe(10_000);
    const { output } = await run(host, 'netstat', '3', '-n', '-4');
    expect(output.split('\n').filter((line) => / 10\.1\.1\.2 +UGS +eth0$/.test(line))).toHaveLength(10_000);
    const arp = await run(host, 'diagnostic', 'network', 'arpshow', '-n');
    const entries = arp.output.split('\n').filter((line) => line.startsWith('? (30.0.'));
    expect(new Set(entries).size).toBe(10_000);
    expect(entries).toContain('? (30.0.39.15) at 02:00:00:01:27:0f on eth0 permanent [ethernet]');
    const flushed = await run(host, 'diagnostic', 'network', 'flush', '--json');
    expect(JSON.parse(flushed.output)).toMatchObject([{ before: 10_001, kept: 10_001, after: 10_001 }, {}, {}, {}, {}]);
  });
});

async function countersOf(host: LabHost) {
  const eth0 = (await listInterfaceCounters(host.netlink)).find(({ name }) => name === 'eth0');
  return eth0?.statistics ?? expect.fail('no eth0');
}
