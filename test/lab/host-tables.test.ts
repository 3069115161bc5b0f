/**
 * Interfaces, routes, rules and neighbours of a namespace, compared with `ip`, `tc` and `netstat`: every row and number.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/base/address.ts';
import { listInterfaceCounters } from '../../src/inspect/interface-counters.ts';
import { readNeighbours } from '../../src/inspect/neighbours.ts';
import { findRoute } from '../../src/inspect/route-lookup.ts';
import { listRoutes } from '../../src/inspect/routes.ts';
import { listRules } from '../../src/inspect/rules.ts';
import { createLab, type Lab, type LabHost, twoHosts } from '../../src/lab/index.ts';
import { formatLinuxRoutes, formatRules } from '../../src/report/host/linux-routes.ts';
import { formatLinuxInterfaceCounters } from '../../src/report/host/netstat-interfaces.ts';
import { LabProcess } from '../support/lab-process.ts';
import { requirePeer } from '../support/peers.ts';

const ip = requirePeer('ip');
const tc = requirePeer('tc');
const netstat = requirePeer('netstat');

function run(host: LabHost, program: string | undefined, words: readonly string[], input = ''): string {
  const { stdout, stderr, status } = host.run(() => spawnSync(program ?? '', words, { encoding: 'utf8', input }));
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
  return stdout;
}

/** Runs lines of ip(8); those of IPv6 begin with -6. */
function configure(host: LabHost, ...lines: readonly string[]): void {
  const isIpv6 = (line: string): boolean => line.startsWith('-6 ');
  run(host, ip, ['-batch', '-'], lines.filter((line) => !isIpv6(line)).join('\n'));
  const rest = lines.filter(isIpv6).map((line) => line.slice(3));
  if (rest.length > 0) run(host, ip, ['-6', '-batch', '-'], rest.join('\n'));
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trimEnd());
}

describe.skipIf(ip === undefined)('a host with routes of every kind', () => {
  let lab: Lab;
  let host: LabHost;
  beforeAll(async () => {
    lab = await createLab(twoHosts({ staticNeighbours: true }));
    host = lab.host('left');
    configure(
      host,
      'route add default via 10.1.1.2 metric 100 proto dhcp src 10.1.1.1',
      'route add 10.8.0.0/16 nexthop via 10.1.1.2 weight 2 nexthop via 10.1.1.3',
      'route add 10.9.0.0/16 via inet6 fd00:1::2 dev eth0',
      'route add 10.10.0.0/16 via 172.16.0.1 dev eth0 onlink mtu lock 1400',
      'route add blackhole 10.66.0.0/24',
      'route add unreachable 10.66.1.0/24 metric 5',
      'route add prohibit 10.66.2.0/24',
      'route add throw 10.66.3.0/24 table 100',
      'route add 10.77.0.0/24 tos 0x10 via 10.1.1.2 proto static table 100',
      'route add 10.78.0.0/24 dev eth0 scope link table 70000 proto bird',
      'nexthop add id 7 via 10.1.1.2 dev eth0',
      'route add 10.79.0.0/24 nhid 7',
      '-6 route add default via fd00:1::2 metric 50 proto static',
      '-6 route add fd00:8::/32 nexthop via fd00:1::2 nexthop via fd00:1::3 weight 3',
      '-6 route add fd00:9::/32 via fd00:1::2 pref high mtu 1400',
      '-6 route add fd00:a::/32 from fd00:1::/64 via fd00:1::2',
      '-6 route add prohibit fd00:66::/32',
      'rule add from 10.0.0.0/8 fwmark 0x5/0xff iif eth0 lookup 100 priority 50',
      'rule add to 10.1.2.3 ipproto tcp dport 25-30 blackhole',
      'rule add uidrange 5-10 oif lo sport 7 goto 32766',
      'rule add not tos 0x10 lookup main suppress_prefixlength 0',
      '-6 rule add from fd00:1::/64 prohibit',
      '-6 rule add fwmark 7 unreachable priority 9',
    );
  });
  afterAll(() => lab.close());

  test.each([4, 6] as const)('the lines of ip -%d route show table all', async (family) => {
    const { routes, consistent } = await listRoutes(host.netlink, family);
    expect(consistent).toBe(true);
    const theirs = linesOf(run(host, ip, [`-${family}`, 'route', 'show', 'table', 'all']));
    expect(linesOf(formatLinuxRoutes(routes))).toEqual(theirs);
    expect(theirs.length).toBeGreaterThan(10);
  });

  test.each([4, 6] as const)('the fields of ip -%d -json route show table all', async (family) => {
    interface JsonRoute {
      readonly type?: string;
      readonly dst: string;
      readonly gateway?: string;
      readonly via?: { readonly host: string };
      readonly dev?: string;
      readonly table?: string;
      readonly protocol?: string;
      readonly scope?: string;
      readonly prefsrc?: string;
      readonly metric?: number;
      readonly nhid?: number;
      readonly flags: readonly string[];
      readonly nexthops?: readonly { readonly gateway: string; readonly dev: string; readonly weight: number }[];
    }
    const words = [`-${family}`, '-json', '-details', 'route', 'show', 'table', 'all'];
    const theirs = (JSON.parse(run(host, ip, words)) as JsonRoute[]).map((one) => ({
      type: one.type,
      destination: one.dst === 'default' ? 'default' : one.dst,
      hops: one.nexthops?.map(({ gateway, dev, weight }) => `${gateway} ${dev} ${weight}`) ?? [
        `${one.gateway ?? one.via?.host} ${one.dev} 1`,
      ],
      table: one.table,
      protocol: one.protocol,
      scope: one.scope,
      source: one.prefsrc,
      metric: one.metric,
      nextHopId: one.nhid,
      flags: one.flags.filter((flag) => flag === 'onlink'),
    }));
    const { routes } = await listRoutes(host.netlink, family);
    const ours = routes.map((one) => {
      const isFull = one.prefixLength === (family === 4 ? 32 : 128);
      const hops = one.nextHops.map((hop) => `${hop.gateway} ${hop.interface} ${hop.weight}`);
      return {
        type: one.type,
        destination: one.prefixLength === 0 ? 'default' : one.destination + (isFull ? '' : `/${one.prefixLength}`),
        hops: hops.length === 0 ? ['undefined undefined 1'] : hops,
        table: one.tableName,
        protocol: one.protocol,
        scope: one.scope,
        source: one.source,
        metric: one.metric,
        nextHopId: one.nextHopId,
        flags: one.nextHops.length === 1 ? one.nextHops.flatMap(({ flags }) => flags) : [],
      };
    });
    expect(ours).toEqual(theirs);
  });

  test.each([4, 6] as const)('the lines of ip -%d rule', async (family) => {
    const theirs = linesOf(run(host, ip, [`-${family}`, 'rule']));
    expect(linesOf(formatRules(await listRules(host.netlink, family)))).toEqual(theirs);
  });

  test.each(['10.8.1.1', '10.10.0.1', '10.79.0.9', '192.0.2.1', 'fd00:9::1', '2001:db8::1', '10.1.1.1'])(
    'the route to %s is that of ip route get',
    async (address) => {
      const destination = parseAddress(address) ?? expect.fail(address);
      interface JsonResult {
        readonly gateway?: string;
        readonly dev: string;
        readonly prefsrc: string;
      }
      const [theirs] = JSON.parse(run(host, ip, ['-json', 'route', 'get', address])) as JsonResult[];
      const { route, entry } = await findRoute(host.netlink, destination);
      const [hop] = route.nextHops;
      expect({ gateway: hop?.gateway, dev: hop?.interface, prefsrc: route.source }).toEqual({
        gateway: theirs?.gateway,
        dev: theirs?.dev,
        prefsrc: theirs?.prefsrc,
      });
      const lines = linesOf(run(host, ip, ['route', 'get', 'fibmatch', address]));
      expect(entry && linesOf(formatLinuxRoutes([entry]))).toEqual(lines);
    },
  );

  test.each([
    ['10.66.0.1', 'no route to 10.66.0.1: a "blackhole" route drops packets to it'],
    ['10.66.1.1', 'no route to 10.66.1.1: an "unreachable" route drops packets to it'],
    ['10.66.2.1', 'no route to 10.66.2.1: a "prohibit" route drops packets to it'],
    ['fd00:66::1', 'no route to fd00:66::1: a "prohibit" route drops packets to it'],
  ])('no route to %s', async (address, message) => {
    await expect(findRoute(host.netlink, parseAddress(address) ?? expect.fail(address))).rejects.toThrow(message);
  });
});

describe.skipIf(ip === undefined)('counters', () => {
  let lab: Lab;
  let host: LabHost;
  beforeAll(async () => {
    lab = await createLab(twoHosts({ staticNeighbours: true }));
    host = lab.host('left');
    configure(host, 'link add br0 type bridge', 'link set eth0 promisc on', 'link set lo allmulticast on');
    // A queue of two packets at 8 kbit/s: most of a flood is dropped.
    run(host, tc, [
      'qdisc',
      'replace',
      'dev',
      'eth0',
      'root',
      'tbf',
      'rate',
      '8kbit',
      'burst',
      '1600',
      'limit',
      '3200',
    ]);
    await using flood = new LabProcess(host, requirePeer('ping') ?? '', [
      ...['-q', '-n', '-f', '-c', '200', '-s', '1400', '-w', '2', '10.1.1.2'],
    ]);
    await flood.exit();
  });
  afterAll(() => lab.close());

  test('are those of ip -s -s -details -json link', async () => {
    interface JsonLink {
      readonly ifname: string;
      readonly mtu: number;
      readonly stats64: Readonly<Record<'rx' | 'tx', Readonly<Record<string, number>>>>;
    }
    // Delayed packets still leave the queue; the figures are equal when nothing changes between two of ours.
    const ours = await steadyCounters(host);
    const theirs = JSON.parse(run(host, ip, ['-s', '-s', '-details', '-json', 'link'])) as JsonLink[];
    expect(
      ours.map(({ name, mtu, statistics: one }) => ({
        ifname: name,
        mtu,
        rx: [
          one.rxBytes,
          one.rxPackets,
          one.rxErrors,
          one.rxDropped,
          one.rxOverErrors,
          one.multicast,
          one.rxLengthErrors,
        ],
        rxMore: [one.rxCrcErrors, one.rxFrameErrors, one.rxFifoErrors, one.rxMissedErrors],
        tx: [one.txBytes, one.txPackets, one.txErrors, one.txDropped, one.txCarrierErrors, one.collisions],
        txMore: [one.txAbortedErrors, one.txFifoErrors, one.txWindowErrors, one.txHeartbeatErrors],
      })),
    ).toEqual(
      theirs.map(({ ifname, mtu, stats64: { rx, tx } }) => ({
        ifname,
        mtu,
        rx: numbers(rx, 'bytes', 'packets', 'errors', 'dropped', 'over_errors', 'multicast', 'length_errors'),
        rxMore: numbers(rx, 'crc_errors', 'frame_errors', 'fifo_errors', 'missed_errors'),
        tx: numbers(tx, 'bytes', 'packets', 'errors', 'dropped', 'carrier_errors', 'collisions'),
        txMore: numbers(tx, 'aborted_errors', 'fifo_errors', 'window_errors', 'heartbeat_errors'),
      })),
    );
  });

  test.skipIf(tc === undefined)('drops of the queueing discipline are those of tc -s qdisc', async () => {
    interface JsonQdisc {
      readonly kind: string;
      readonly root?: boolean;
      readonly drops: number;
      readonly overlimits: number;
      readonly requeues: number;
    }
    const eth0 = (await steadyCounters(host)).find(({ name }) => name === 'eth0');
    const [theirs] = JSON.parse(run(host, tc, ['-s', '-json', 'qdisc', 'show', 'dev', 'eth0'])) as JsonQdisc[];
    expect(eth0?.rootQueue).toMatchObject({
      kind: theirs?.kind,
      drops: theirs?.drops,
      requeues: theirs?.requeues,
    });
    expect(theirs).toMatchObject({ kind: 'tbf' });
    expect(theirs?.drops).toBeGreaterThan(10);
    // The kernel counts drops of a discipline apart from those of the device.
    expect(eth0?.outputDrops).toBe((eth0?.statistics.txDropped ?? 0) + (theirs?.drops ?? 0));
  });

  test.skipIf(netstat === undefined)('in Linux style are those of netstat -ai', async () => {
    const rows = (text: string): string[] =>
      linesOf(text)
        .slice(2)
        .filter((line) => line !== '')
        .map((line) => line.split(/\s+/).join(' '));
    const ours = rows(formatLinuxInterfaceCounters(await steadyCounters(host)));
    expect(ours.sort()).toEqual(rows(run(host, netstat, ['-ai'])).sort());
    expect(ours.find((row) => row.startsWith('eth0'))).toMatch(/ BMPRU$/);
  });
});

/** Reads the counters until they are equal twice. */
async function steadyCounters(host: LabHost) {
  for (let last = ''; ; ) {
    const counters = await listInterfaceCounters(host.netlink);
    const text = JSON.stringify(counters.map(({ statistics, inputDrops }) => ({ statistics, inputDrops })));
    if (text === last) return counters;
    last = text;
  }
}

function numbers(record: Readonly<Record<string, number>>, ...names: readonly string[]): (number | undefined)[] {
  return names.map((name) => record[name]);
}

describe.skipIf(ip === undefined)('neighbours', () => {
  let lab: Lab;
  let host: LabHost;
  beforeAll(async () => {
    lab = await createLab(twoHosts());
    host = lab.host('left');
    configure(
      host,
      'neigh add 10.1.1.20 lladdr 02:00:00:00:00:20 dev eth0 nud permanent',
      'neigh add 10.1.1.21 lladdr 02:00:00:00:00:21 dev eth0 nud stale',
      'neigh add 10.1.1.22 lladdr 02:00:00:00:00:22 dev eth0 nud reachable extern_learn',
      'neigh add 10.1.1.23 lladdr 02:00:00:00:00:23 dev eth0 nud noarp',
      'neigh add fd00:1::20 lladdr 02:00:00:00:00:20 dev eth0 nud permanent router',
      'neigh add fd00:1::21 lladdr 02:00:00:00:00:21 dev eth0 nud stale',
    );
  });
  afterAll(() => lab.close());

  test.each([4, 6] as const)('are those of ip -%d -s -json neigh', async (family) => {
    interface JsonNeighbour {
      readonly dst: string;
      readonly dev: string;
      readonly lladdr?: string;
      readonly state: readonly string[];
      readonly router?: null;
      readonly extern_learn?: null;
    }
    const theirs = (JSON.parse(run(host, ip, [`-${family}`, '-s', '-json', 'neigh'])) as JsonNeighbour[]).map(
      (one) => ({
        address: one.dst,
        interface: one.dev,
        mac: one.lladdr,
        state: one.state[0]?.toLowerCase(),
        isRouter: 'router' in one,
        isExternLearned: 'extern_learn' in one,
      }),
    );
    const { entries, consistent } = await readNeighbours(host.netlink, family);
    const ours = entries.map(({ address, interface: name, mac, state, isRouter, isExternLearned }) => ({
      address,
      interface: name,
      mac,
      state,
      isRouter,
      isExternLearned,
    }));
    expect(consistent).toBe(true);
    expect(ours).toEqual(theirs);
    expect(ours).toHaveLength(family === 4 ? 3 : 2);
  });
});
