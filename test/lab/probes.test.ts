/** Pings and traceroutes over routers that are kernels: raw and unprivileged, both families, beside the peers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/base/address.ts';
import { CHAIN_DROPS, CHAIN_SOURCE, CHAIN_TARGET, createLab, type Lab, routerChain } from '../../src/lab/index.ts';
import { formatTracerouteEvent } from '../../src/report/probe/traceroute-text.ts';
import { probePing, probeTraceroute } from '../support/probe-lab.ts';

const PROTOCOLS = ['udp', 'icmp', 'tcp'] as const;
const FAMILIES = [4, 6] as const;

const ROUTERS = {
  4: ['10.1.1.254', '10.0.1.10', '10.0.1.14'],
  6: ['fd00:1:1::fe', 'fd00:0:1:2::2', 'fd00:0:1:3::2'],
} as const;
const TARGET = { 4: CHAIN_TARGET.ipv4, 6: CHAIN_TARGET.ipv6 } as const;

function sourcesOf(hops: Awaited<ReturnType<typeof probeTraceroute>>['hops']): (string | undefined)[][] {
  return hops.map((hop) => [...new Set(hop.probes.map((probe) => probe.answer?.source))]);
}

describe('a chain of three routers', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab(routerChain({ lastMtu: 1400 }));
  });
  afterAll(() => lab.close());

  test.each(FAMILIES)('ping over IPv%i: kernel times at both ends, the hop limit of the way', async (family) => {
    const run = await probePing(lab.host('source'), TARGET[family], { count: 20, interval: 2 });
    expect(run.summary).toMatchObject({ transmitted: 20, received: 20, duplicates: 0, strangers: 0 });
    for (const reply of run.replies) {
      expect(reply).toMatchObject({
        hopLimit: 61,
        timestampSource: 'kernel-both',
        damage: undefined,
        wrongLength: undefined,
      });
      expect(reply.time).toBeGreaterThan(0);
      expect(reply.time).toBeLessThan(1_000);
    }
  });

  test.each(FAMILIES)('a hop limit of 2 over IPv%i: the second router says so', async (family) => {
    const run = await probePing(lab.host('source'), TARGET[family], { count: 1, hopLimit: 2, wait: 5_000 });
    expect(run.events.find((event) => event.type === 'error')).toMatchObject({
      kind: 'time-exceeded',
      source: ROUTERS[family][1],
      sequence: 0,
    });
  });

  test('packets too long for the last wire: the router names its MTU, then this machine does', async () => {
    const options = { count: 2, interval: 1000, wait: 5000 };
    const run = await probePing(lab.host('source'), TARGET[4], options, { size: 1472 }, { pathMtu: 'do' });
    expect(run.events.find((event) => event.type === 'error')).toMatchObject({ kind: 'too-big', mtu: 1400 });
    expect(run.events.find((event) => event.type === 'refused')).toMatchObject({ errorName: 'EMSGSIZE', mtu: 1400 });
  });

  for (const family of FAMILIES) {
    test.each(PROTOCOLS)(`traceroute by %s over IPv${family}`, async (protocol) => {
      const run = await probeTraceroute(lab.host('source'), TARGET[family], protocol);
      expect(sourcesOf(run.hops)).toEqual([...ROUTERS[family], TARGET[family]].map((address) => [address]));
      expect(run.summary).toMatchObject({ isReached: true, hops: 4, droppedByUs: 0 });
      expect(
        run.hops.every((hop) => hop.probes.every((probe) => probe.answer?.timestampSource === 'kernel-both')),
      ).toBe(true);
    });

    test.each(['blackhole', 'unreachable', 'prohibit'] as const)(
      `a network that is dropped, %s, over IPv${family}`,
      async (drop) => {
        const network = family === 4 ? CHAIN_DROPS[drop].ipv4 : CHAIN_DROPS[drop].ipv6;
        const target = network.replace(/0\/24|\/64/, family === 4 ? '9' : '9');
        const run = await probeTraceroute(lab.host('source'), target, 'icmp', {
          wait: drop === 'blackhole' ? 300 : 2000,
          maxHops: 5,
          probes: 2,
        });
        const last = run.hops.map((hop) => formatTracerouteEvent(hop).trim()).find((line) => line.startsWith('3'));
        if (drop === 'blackhole') expect(last).toBe('3  * *');
        else expect(last).toMatch(drop === 'prohibit' ? / ms !X/ : family === 4 ? / ms !H/ : / ms !H| ms !N/);
        expect(run.summary.isReached).toBe(false);
      },
    );
  }

  test('path MTU by traceroute', async () => {
    const run = await probeTraceroute(lab.host('source'), TARGET[4], 'udp', { size: 1472 }, { pathMtu: 'probe' });
    expect(run.summary).toMatchObject({ isReached: true, pathMtu: 1400, hops: 4 });
  });

  test('without privilege: UDP and the error queue', async () => {
    for (const family of FAMILIES) {
      const run = await probeTraceroute(lab.host('source'), TARGET[family], 'udp', {}, { privilege: 'none' });
      expect(sourcesOf(run.hops)).toEqual([...ROUTERS[family], TARGET[family]].map((address) => [address]));
    }
  });

  test('without privilege: ping sockets, where the system allows them', async () => {
    const source = lab.host('source');
    source.setKernelParameter('ipv4/ping_group_range', '0 2147483647');
    for (const family of FAMILIES) {
      const run = await probePing(source, TARGET[family], { count: 5, interval: 2 }, {}, { privilege: 'none' });
      expect(run.summary).toMatchObject({ received: 5, strangers: 0 });
      expect(run.replies[0]).toMatchObject({ hopLimit: 61, timestampSource: 'kernel-both' });
      const far = await probePing(
        source,
        TARGET[family],
        { count: 1, hopLimit: 1, wait: 5000 },
        {},
        { privilege: 'none' },
      );
      expect(far.events.find((event) => event.type === 'error')).toMatchObject({
        kind: 'time-exceeded',
        source: ROUTERS[family][0],
      });
    }
    source.setKernelParameter('ipv4/ping_group_range', '1 0');
  });
});

describe('two ways of equal cost', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab(routerChain({ ways: 2 }));
    for (const name of ['router1', 'router3']) lab.host(name).setKernelParameter('ipv4/fib_multipath_hash_policy', '1');
    for (const name of ['router1', 'router3']) lab.host(name).setKernelParameter('ipv6/fib_multipath_hash_policy', '1');
  });
  afterAll(() => lab.close());

  for (const family of FAMILIES) {
    test.each(PROTOCOLS)(`one flow by %s over IPv${family} keeps to one way`, async (protocol) => {
      const run = await probeTraceroute(lab.host('source'), TARGET[family], protocol, { probes: 12 });
      expect(sourcesOf(run.hops).map((sources) => sources.length)).toEqual([1, 1, 1, 1]);
    });

    test(`many flows by UDP over IPv${family} find both`, async () => {
      // One run misses a way with a chance of 1 in 32, as multipath.ts says; six in a row, of 1 in a billion.
      let most = 0;
      for (let attempt = 0; attempt < 6 && most < 2; attempt += 1) {
        const run = await probeTraceroute(lab.host('source'), TARGET[family], 'udp', { isMultipath: true });
        most = sourcesOf(run.hops)[1]?.length ?? 0;
      }
      expect(most).toBe(2);
    });
  }
});

test('the source of the lab is the one that the transport finds', () => {
  expect(parseAddress(CHAIN_SOURCE.ipv4)).toHaveLength(4);
});
