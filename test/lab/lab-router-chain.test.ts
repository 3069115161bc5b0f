/** A path of routers, as traceroute(8) and the kernels see it. @module */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CHAIN_SOURCE,
  CHAIN_TARGET,
  createLab,
  exchangeTcp,
  type Lab,
  type LabHost,
  pingAddress,
  routerChain,
  sendUdp,
} from '../../src/lab/index.ts';
import { eventually } from '../support/eventually.ts';
import { requirePeer } from '../support/peers.ts';
import { startTcpdump } from '../support/tcpdump.ts';

const traceroute = requirePeer('traceroute');
const tcpdump = requirePeer('tcpdump');

/** Answering addresses hop by hop, with traceroute's mark of an error. @param wait seconds for each answer */
function trace(host: LabHost, target: string, wait = 20): string[] {
  const words = ['-n', '-q', '1', '-N', '1', '-w', String(wait), '-m', '6', target];
  const { stdout } = host.run(() => spawnSync(traceroute ?? '', words, { encoding: 'utf8' }));
  const hops = stdout.split('\n').slice(1, -1);
  return hops.map((line) =>
    line
      .replace(/^ *\d+ +/, '')
      .replace(/ +[\d.]+ ms/, '')
      .trim(),
  );
}

describe('three routers and a narrow last wire', () => {
  let lab: Lab;
  let source: LabHost;
  beforeAll(async () => {
    lab = await createLab(routerChain({ lastMtu: 1400 }));
    source = lab.host('source');
  });
  afterAll(() => lab.close());

  test.skipIf(traceroute === undefined)('traceroute sees each router and the target', () => {
    expect(trace(source, CHAIN_TARGET.ipv4)).toEqual(['10.1.1.254', '10.0.1.10', '10.0.1.14', '10.1.2.2']);
    expect(trace(source, CHAIN_TARGET.ipv6)).toEqual(['fd00:1:1::fe', 'fd00:0:1:2::2', 'fd00:0:1:3::2', 'fd00:1:2::2']);
  });

  test.skipIf(traceroute === undefined)(
    'networks that are dropped, each in its way (traceroute(8): !H, !X, !N)',
    () => {
      const last = (target: string) => trace(source, target).at(-1);
      expect(last('10.66.2.1')).toBe('10.0.1.14 !H');
      expect(last('10.66.3.1')).toBe('10.0.1.14 !X');
      expect(last('10.99.9.9')).toBe('10.0.1.14 !N');
      expect(last('fd00:66:3::1')).toBe('fd00:0:1:3::2 !X');
      expect(last('fd00:66:2::1')).toBe('fd00:0:1:3::2 !N');
      expect(trace(source, '10.66.1.1', 1).slice(1)).toEqual(['10.0.1.10', '*', '*', '*', '*']);
    },
  );

  test.each([CHAIN_TARGET.ipv4, CHAIN_TARGET.ipv6])('ping and UDP reach %s', async (address) => {
    expect(await pingAddress(source, address, { count: 2 })).toBe(2);
    const payload = new Uint8Array(1000).fill(7);
    expect(Buffer.compare(await sendUdp(source, lab.host('target'), payload, { address }), payload)).toBe(0);
  });

  test.skipIf(tcpdump === undefined).each([
    [CHAIN_TARGET.ipv4, 'icmp[icmptype] == icmp-unreach and icmp[icmpcode] == 4', /need to frag \(mtu 1400\)/],
    [CHAIN_TARGET.ipv6, 'icmp6[icmp6type] == 2', /packet too big, mtu 1400/],
  ])('the kernel learns the narrow wire to %s from the router before it', async (address, filter, words) => {
    const witness = await startTcpdump(tcpdump ?? '', source, 'right', [filter]);
    // The first one fills the first wire's MTU and is refused; the second is sent in fragments.
    expect(await pingAddress(source, address, { payloadLength: 1452, timeout: 200 })).toBe(0);
    await eventually(async () =>
      expect(await pingAddress(source, address, { payloadLength: 1452, timeout: 200 })).toBe(1),
    );
    expect((await witness.finish(1)).join('\n')).toMatch(words);
  });

  test.each([CHAIN_TARGET.ipv4, CHAIN_TARGET.ipv6])('TCP to %s', async (address) => {
    const request = new Uint8Array(100_000).fill(1);
    const reply = new Uint8Array(50_000).fill(2);
    const exchange = await exchangeTcp(source, lab.host('target'), { request, reply, address });
    expect([exchange.atServer.length, exchange.atClient.length]).toEqual([100_000, 50_000]);
  });
});

describe('two ways', () => {
  /** Packets that came in by an interface (proc(5), /proc/net/dev). */
  function received(host: LabHost, name: string): number {
    const text = host.run(() => readFileSync('/proc/thread-self/net/dev', 'latin1'));
    return Number(new RegExp(`${name}: *\\d+ +(\\d+)`).exec(text)?.[1]);
  }

  test('flows spread over both, and each keeps to its own', async () => {
    await using lab = await createLab(routerChain({ routers: 4, ways: 2 }));
    const [source, target] = [lab.host('source'), lab.host('target')];
    const middle = [lab.host('router2-1'), lab.host('router2-2')];
    const counts = () => middle.map((host) => received(host, 'left'));
    const payload = new Uint8Array(10);
    /** What each way carried of datagrams from these ports; ARP and the like may add a few. */
    const carried = async (ports: readonly number[]) => {
      const before = counts();
      for (const sourcePort of ports) {
        await sendUdp(source, target, payload, { address: CHAIN_TARGET.ipv4, port: 9, sourcePort });
      }
      return counts().map((count, way) => count - (before[way] ?? 0));
    };
    const spread = await carried(Array.from({ length: 64 }, (_, index) => 2000 + index));
    expect(Math.min(...spread)).toBeGreaterThan(10);
    const [less = 0, more = 0] = (await carried(Array<number>(40).fill(3000))).sort((left, right) => left - right);
    expect(more).toBeGreaterThanOrEqual(40);
    expect(less).toBeLessThan(10);
    expect(await pingAddress(target, CHAIN_SOURCE.ipv6, { count: 4 })).toBe(4);
  });
});

test('60 routers, the most there may be', async () => {
  await using lab = await createLab(routerChain({ routers: 60 }));
  expect(await pingAddress(lab.host('source'), CHAIN_TARGET.ipv4)).toBe(1);
  expect(lab.hosts).toHaveLength(62);
});

test.each([{ routers: 1 }, { routers: 61 }, { routers: 2, ways: 2 }, { ways: 0 }, { ways: 9 }, { routers: 2.5 }])(
  '%o is refused',
  (options) => {
    expect(() => routerChain(options)).toThrow(RangeError);
  },
);
