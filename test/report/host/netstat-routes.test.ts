/**
 * Tables of routes. Widths and flags: FreeBSD 14, usr.bin/netstat/route.c; rows: the manual of the reference appliance,
 * "Example of Option 3"; Linux style: ip-route(8), compared with the program in `test/lab/host-tables.test.ts`. @module
 */
import { describe, expect, test } from 'vitest';
import type { RouteEntry } from '../../../src/inspect/routes.ts';
import { formatLinuxRoutes } from '../../../src/report/host/linux-routes.ts';
import { formatRoutes, formatRoutesCsv } from '../../../src/report/host/netstat-routes.ts';
import { networkOf, networkText } from '../../../src/report/host/network-text.ts';
import { formatRouteLookup } from '../../../src/report/host/route-lookup.ts';

function route(destination: string, prefixLength: number, more: Partial<RouteEntry> = {}): RouteEntry {
  return {
    family: destination.includes(':') ? 6 : 4,
    destination,
    prefixLength,
    from: undefined,
    typeOfService: 0,
    type: 'unicast',
    table: 254,
    tableName: 'main',
    protocol: 'kernel',
    scope: 'link',
    metric: undefined,
    source: undefined,
    mtu: undefined,
    isMtuLocked: false,
    preference: undefined,
    nextHopId: undefined,
    nextHops: [hop('Data 1', 2)],
    expires: undefined,
    ...more,
  };
}

function hop(
  name: string,
  interfaceIndex: number,
  gateway?: string,
  more: Partial<RouteEntry['nextHops'][number]> = {},
) {
  return { gateway, interface: name, interfaceIndex, weight: 1, flags: [], ...more };
}

/** A route of the table local. */
function own(address: string, name: string, index: number): RouteEntry {
  const local = { type: 'local', table: 255, tableName: 'local' };
  return route(address, address.includes(':') ? 128 : 32, { ...local, nextHops: [hop(name, index)] });
}

describe('FreeBSD style', () => {
  test('the rows of the reference; names are cut to 18 characters', () => {
    const gateway = '10.0.202.1';
    const routes = [
      route('0.0.0.0', 0, { protocol: 'static', nextHops: [hop('Data 1', 2, gateway)] }),
      route('10.0.202.0', 24),
      own('10.0.202.7', 'Data 1', 2),
      own('127.0.0.1', 'lo', 4),
    ];
    const nameOf = (address: string) => (address === '127.0.0.1' ? 'localhost.example.com' : undefined);
    expect(formatRoutes(routes, { nameOf })).toBe(
      'Routing tables\n\nInternet:\n' +
        'Destination        Gateway            Flags     Netif Expire\n' +
        'default            10.0.202.1         UGS      Data 1\n' +
        '10.0.202.0         link#2             U        Data 1\n' +
        '10.0.202.7         link#2             UHS          lo\n' +
        'localhost.example. link#4             UH           lo\n',
    );
  });

  test.each<[string, Partial<RouteEntry>, string]>([
    ['static', { protocol: 'static' }, 'US'],
    ['a manual route with a gateway', { protocol: 'boot', nextHops: [hop('eth0', 2, '10.0.0.1')] }, 'UGS'],
    ['learned from a redirect', { protocol: 'redirect', nextHops: [hop('eth0', 2, '10.0.0.1')] }, 'UGD'],
    ['blackhole', { type: 'blackhole', nextHops: [] }, 'UB'],
    ['unreachable', { type: 'unreachable', nextHops: [] }, 'UR'],
    ['prohibit', { type: 'prohibit', nextHops: [] }, 'UR'],
    ['without carrier', { nextHops: [hop('eth0', 2, undefined, { flags: ['linkdown'] })] }, ''],
    ['broadcast', { type: 'broadcast' }, 'Ub'],
  ])('flags: %s', (_name, more, flags) => {
    const row = formatRoutes([route('10.9.0.0', 16, more)]).split('\n')[4] ?? '';
    expect(row.slice(38, 44).trim()).toBe(flags);
  });

  test('IPv6 in numbers has wider columns; expiry in whole seconds; a row per next hop', () => {
    const routes = [
      route('::', 0, { protocol: 'ra', nextHops: [hop('eth0', 2, 'fe80::1')], expires: 1799.98 }),
      route('fd00:8::', 32, { nextHops: [hop('eth0', 2, 'fd00:1::2'), hop('eth1', 3, 'fd00:2::2', { weight: 5 })] }),
    ];
    expect(formatRoutes(routes, { numeric: true }).split('\n').slice(2)).toEqual([
      'Internet6:',
      'Destination                       Gateway                       Flags     Netif Expire',
      'default                           fe80::1                       UG         eth0   1799',
      'fd00:8::/32                       fd00:1::2                     UG         eth0',
      'fd00:8::/32                       fd00:2::2                     UG         eth1',
      '',
    ]);
    expect(formatRoutes(routes, { numeric: true, wide: true })).toMatch(/eth1 +main +kernel +5\n/);
  });

  test('control characters in names are visible', () => {
    expect(formatRoutes([route('10.9.0.0', 16, { nextHops: [hop('e\u001b[2J', 2)] })])).toContain('e^[[2J');
  });
});

test('networks: the short form omits the length that the octets imply', () => {
  expect(networkText('10.0.202.0', 24, true)).toBe('10.0.202.0');
  expect(networkText('10.0.202.0', 24, false)).toBe('10.0.202.0/24');
  expect(networkText('10.0.0.0', 24, true)).toBe('10.0.0.0/24');
  expect(networkText('10.0.0.0', 8, true)).toBe('10.0.0.0');
  expect(networkText('10.64.0.0', 10, true)).toBe('10.64.0.0/10');
  expect(networkText('10.1.1.10', 32, true)).toBe('10.1.1.10');
  expect(networkText('fd00::', 32, true)).toBe('fd00::/32');
  expect([...networkOf(Uint8Array.of(10, 1, 255, 255), 18)]).toEqual([10, 1, 192, 0]);
  expect([...networkOf(Uint8Array.of(10, 1, 255, 255), 0)]).toEqual([0, 0, 0, 0]);
});

test('CSV', () => {
  const lines = formatRoutesCsv([
    route('10.8.0.0', 16, { nextHops: [hop('eth0', 2, '10.1.1.2', { weight: 3, flags: ['onlink'] })], metric: 7 }),
    route('10.66.0.0', 24, { type: 'blackhole', nextHops: [] }),
  ]).split('\n');
  expect(lines).toEqual([
    'destination,type,gateway,interface,table,protocol,scope,metric,mtu,source,weight,nextHopId,expires,flags',
    '10.8.0.0/16,unicast,10.1.1.2,eth0,main,kernel,link,7,,,3,,,onlink',
    '10.66.0.0/24,blackhole,,,main,kernel,link,,,,,,,',
    '',
  ]);
});

test('Linux style: the line of ip route', () => {
  const routes = [
    route('0.0.0.0', 0, {
      protocol: 'dhcp',
      scope: 'global',
      source: '10.1.1.1',
      metric: 100,
      mtu: 1400,
      isMtuLocked: true,
      nextHops: [hop('eth0', 2, '10.1.1.2', { flags: ['onlink', 'linkdown'] })],
    }),
  ];
  expect(formatLinuxRoutes(routes)).toBe(
    'default via 10.1.1.2 dev eth0 proto dhcp src 10.1.1.1 metric 100 onlink linkdown mtu lock 1400\n',
  );
});

test('the route to a destination', () => {
  const result = {
    to: '10.1.1.9',
    route: route('10.1.1.9', 32, { scope: 'global', source: '10.1.1.1', nextHops: [hop('eth0', 2, '10.1.1.2')] }),
    entry: route('0.0.0.0', 0, { protocol: 'dhcp', metric: 100 }),
  };
  expect(formatRouteLookup(result)).toBe(
    '   route to: 10.1.1.9\ndestination: default\n    gateway: 10.1.1.2\n  interface: eth0\n     source: 10.1.1.1\n' +
      '       type: unicast\n      table: main\n     origin: dhcp\n     metric: 100\n',
  );
});
