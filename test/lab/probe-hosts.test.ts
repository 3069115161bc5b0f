/** `pingHost` and its like, in a chain of routers: they open their own sockets, and close them however a run ends. */
import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { monitorHost, pingHost, sweepHosts, traceHost } from '../../src/index.ts';
import { CHAIN_TARGET, createLab, type Lab, routerChain } from '../../src/lab/index.ts';

const ROUTERS = ['10.1.1.254', '10.0.1.10', '10.0.1.14'];

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(routerChain());
  lab.host('source').setKernelParameter('ipv4/ping_group_range', '0 2147483647');
});
afterAll(() => lab.close());

/** Collects the events of a run that begins in the lab's source; for an address the sockets are opened synchronously. */
async function collect<Event>(events: AsyncIterable<Event>): Promise<Event[]> {
  const iterator = events[Symbol.asyncIterator]();
  let next = lab.host('source').run(() => ({ result: iterator.next() })).result;
  const all: Event[] = [];
  for (let { done, value } = await next; done !== true; { done, value } = await next) {
    all.push(value);
    next = iterator.next();
  }
  return all;
}

function openSockets(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false; // the descriptor of the listing itself
    }
  }).length;
}

describe('pingHost', () => {
  test.each([CHAIN_TARGET.ipv4, CHAIN_TARGET.ipv6])(
    'pings %s, reports its figures, and closes its sockets',
    async (host) => {
      const before = openSockets();
      const run = pingHost(host, { count: 3, interval: 10 });
      expect([run.capabilities, run.snapshot()]).toEqual([undefined, undefined]);
      const events = await collect(run);
      expect(events.map(({ type }) => type)).toEqual(['start', 'reply', 'reply', 'reply', 'summary']);
      expect(events.at(-1)).toMatchObject({ transmitted: 3, received: 3 });
      expect(run.capabilities).toMatchObject({ name: 'raw socket' });
      expect(run.snapshot()).toMatchObject({ received: 3 });
      expect(openSockets()).toBe(before);
    },
  );

  test('sends from a source address by an unprivileged socket', async () => {
    const run = pingHost(CHAIN_TARGET.ipv4, { count: 1, source: '10.1.1.1', transport: 'unprivileged', size: 100 });
    const events = await collect(run);
    expect(events[0]).toMatchObject({ type: 'start', source: '10.1.1.1', size: 100 });
    expect(events[1]).toMatchObject({ type: 'reply', bytes: 108 });
    expect(run.capabilities?.name).toBe('ping socket');
  });

  test('an aborted run ends with its summary, a loop that breaks ends without; both close the sockets', async () => {
    const before = openSockets();
    const stop = new AbortController();
    const run = pingHost(CHAIN_TARGET.ipv4, { interval: 5, signal: stop.signal });
    const iterator = run[Symbol.asyncIterator]();
    await lab.host('source').run(() => ({ first: iterator.next() })).first;
    stop.abort();
    let last: unknown;
    for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) last = step.value;
    expect(last).toMatchObject({ type: 'summary' });
    const other = pingHost(CHAIN_TARGET.ipv4, { interval: 5 })[Symbol.asyncIterator]();
    await lab.host('source').run(() => ({ first: other.next() })).first;
    expect(openSockets()).toBeGreaterThan(before);
    await other.return?.();
    expect(openSockets()).toBe(before);
  });

  test('the tap receives the probes and their replies', async () => {
    const comments: string[] = [];
    const tap = () => ({ add: (_frame: unknown, _keep: number, comment = '') => comments.push(comment) });
    await collect(pingHost(CHAIN_TARGET.ipv4, { count: 2, interval: 10, tap }));
    // On a busy machine the second probe may be sent before the first reply is read.
    expect([...comments].sort()).toEqual(['probe 0', 'probe 1', 'reply to probe 0', 'reply to probe 1']);
    for (const index of [0, 1]) {
      expect(comments.indexOf(`probe ${index}`)).toBeLessThan(comments.indexOf(`reply to probe ${index}`));
    }
  });

  test.each([
    ['fe80::1%right', { interface: 'lo' }, { code: 'TARGET' }],
    [CHAIN_TARGET.ipv4, { family: 6 }, { code: 'NO_HOST', message: '10.1.2.2 is not an IPv6 address' }],
    [CHAIN_TARGET.ipv4, { source: 'here' }, { name: 'TypeError', message: 'source is not an address: "here"' }],
    [CHAIN_TARGET.ipv4, { size: 70_000 }, { name: 'RangeError' }],
    [CHAIN_TARGET.ipv4, { nodeInformation: 'name' }, { name: 'RangeError' }],
    [CHAIN_TARGET.ipv6, { message: 'mask' }, { name: 'RangeError', message: 'ICMPv6 has no mask message' }],
    [CHAIN_TARGET.ipv4, { interface: 'nowhere' }, { code: 'SYSCALL' }],
  ] as const)('%s with %o fails, and leaves no socket open', async (host, options, error) => {
    const before = openSockets();
    await expect(collect(pingHost(host, options))).rejects.toMatchObject(error);
    expect(openSockets()).toBe(before);
  });
});

test.each(['udp', 'icmp', 'tcp'] as const)('traceHost by %s', async (protocol) => {
  const before = openSockets();
  const events = await collect(traceHost(CHAIN_TARGET.ipv4, { protocol, probes: 1 }));
  const hops = events.filter((event) => event.type === 'hop');
  expect(hops.map(({ probes }) => probes[0]?.answer?.source)).toEqual([...ROUTERS, CHAIN_TARGET.ipv4]);
  expect(events.at(-1)).toMatchObject({ type: 'summary', isReached: true });
  expect(openSockets()).toBe(before);
});

test('traceHost finds the path MTU', async () => {
  const events = await collect(traceHost(CHAIN_TARGET.ipv4, { probes: 1, findPathMtu: true }));
  expect(events.filter((event) => event.type === 'hop').map(({ pathMtu }) => pathMtu)).toEqual([
    1500, 1500, 1500, 1500,
  ]);
});

test('monitorHost counts rounds, and shows its hops at any time', async () => {
  const before = openSockets();
  const run = monitorHost(CHAIN_TARGET.ipv4, { count: 2, interval: 100 });
  expect(run.hops()).toEqual([]);
  run.reset();
  const events = await collect(run);
  expect(events.at(-1)).toMatchObject({ type: 'summary', rounds: 2, isReached: true });
  expect(run.hops().map(({ addresses }) => addresses[0]?.address)).toEqual([...ROUTERS, CHAIN_TARGET.ipv4]);
  expect(openSockets()).toBe(before);
});

describe('sweepHosts', () => {
  test('finds the hosts of a network, one by one or in batches', async () => {
    const before = openSockets();
    const options = { wait: 300, retries: 0 };
    const run = sweepHosts('10.1.2.0/29', options);
    expect(run.snapshot()).toBeUndefined();
    const events = await collect(run);
    expect(events.filter((event) => event.type === 'alive').map(({ address }) => address)).toEqual(['10.1.2.2']);
    expect(run.snapshot()).toMatchObject({ targets: 6, alive: 1, progress: 1 });
    const batches = await collect(sweepHosts(['10.1.2.1-10.1.2.3', '10.1.2.254'], options).batches());
    expect(batches.flat().filter((event) => event.type === 'alive')).toHaveLength(2);
    expect(openSockets()).toBe(before);
  });

  test('probes TCP ports', async () => {
    const events = await collect(sweepHosts(CHAIN_TARGET.ipv4, { ports: [1, 2], wait: 1_000 }));
    expect(events.filter((event) => event.type === 'alive')).toMatchObject([{ port: 'closed' }, { port: 'closed' }]);
  });

  test('rejects text that is no target, and mixed families', async () => {
    await expect(collect(sweepHosts('10.0.0.0/33'))).rejects.toMatchObject({ code: 'TARGET' });
    await expect(collect(sweepHosts(['10.0.0.1', '::1']))).rejects.toMatchObject({ code: 'TARGET' });
    await expect(collect(sweepHosts([]))).rejects.toMatchObject({ code: 'TARGET', message: 'no address to sweep' });
  });
});
