/** Suspicious entries of the ARP and NDP caches, and vendors of MAC addresses. @module */
import { describe, expect, test } from 'vitest';
import type { NeighbourEntry } from '../../src/inspect/neighbour-entry.ts';
import { examineNeighbours } from '../../src/inspect/neighbour-findings.ts';
import type { RouteEntry } from '../../src/inspect/routes.ts';
import { vendorOf } from '../../src/inspect/vendors.ts';
import { neighbourFindingText } from '../../src/report/host/neighbours.ts';

const OWN = [{ mac: '02:00:00:00:00:01' }, { mac: '00:00:00:00:00:00' }];

function entry(address: string, mac: string | undefined, more: Partial<NeighbourEntry> = {}): NeighbourEntry {
  return {
    family: address.includes(':') ? 6 : 4,
    address,
    interface: 'eth0',
    interfaceIndex: 2,
    isEthernet: true,
    mac,
    vendor: undefined,
    state: mac === undefined ? 'failed' : 'reachable',
    isRouter: false,
    isExternLearned: false,
    confirmed: 1,
    used: 1,
    updated: 1,
    probes: 0,
    ...more,
  };
}

function kinds(entries: readonly NeighbourEntry[], routes: readonly RouteEntry[] = []) {
  return examineNeighbours(entries, OWN, routes).map(({ kind, addresses }) => `${kind} ${addresses.join(' ')}`);
}

describe('findings', () => {
  test('multicast and broadcast MAC addresses, not locally administered ones', () => {
    const entries = [
      entry('10.1.1.2', '01:00:5e:00:00:01'),
      entry('10.1.1.3', 'ff:ff:ff:ff:ff:ff'),
      entry('10.1.1.4', '03:bf:0a:01:01:04'),
      entry('10.1.1.5', '02:bf:0a:01:01:05'),
    ];
    expect(kinds(entries)).toEqual(['multicast-mac 10.1.1.2', 'multicast-mac 10.1.1.3', 'multicast-mac 10.1.1.4']);
  });

  test('one MAC address of several IPv4 addresses of a link', () => {
    const entries = [
      entry('10.1.1.2', '02:00:00:00:00:02'),
      entry('10.1.1.3', '02:00:00:00:00:02'),
      entry('10.2.1.3', '02:00:00:00:00:02', { interface: 'eth1', interfaceIndex: 3 }),
      entry('fe80::1', '02:00:00:00:00:09'),
      entry('fd00::1', '02:00:00:00:00:09'),
    ];
    expect(kinds(entries)).toEqual(['duplicate-mac 10.1.1.2 10.1.1.3']);
  });

  test('a MAC address of this host', () => {
    const entries = [entry('10.1.1.2', '02:00:00:00:00:01'), entry('10.1.1.3', '00:00:00:00:00:00')];
    expect(kinds(entries)).toEqual(['own-mac 10.1.1.2']);
  });

  test('a gateway of the default route that does not answer, on its interface only', () => {
    const route = (prefixLength: number, gateway: string): RouteEntry => ({
      family: 4,
      destination: '0.0.0.0',
      prefixLength,
      from: undefined,
      typeOfService: 0,
      type: 'unicast',
      table: 254,
      tableName: 'main',
      protocol: 'static',
      scope: 'global',
      metric: undefined,
      source: undefined,
      mtu: undefined,
      isMtuLocked: false,
      preference: undefined,
      nextHopId: undefined,
      nextHops: [{ gateway, interface: 'eth0', interfaceIndex: 2, weight: 1, flags: [] }],
      expires: undefined,
    });
    const entries = [
      entry('10.1.1.254', undefined),
      entry('10.1.1.254', undefined, { interface: 'eth1', interfaceIndex: 3 }),
      entry('10.1.1.253', undefined),
      entry('10.1.1.252', undefined, { state: 'incomplete' }),
      entry('10.1.1.251', '02:00:00:00:00:05'),
    ];
    const routes = ['254', '252', '251'].map((last) => route(0, `10.1.1.${last}`));
    expect(kinds(entries, [...routes, route(8, '10.1.1.253')])).toEqual([
      'gateway-unreachable 10.1.1.254',
      'gateway-unreachable 10.1.1.252',
    ]);
  });

  test('a sentence lists four addresses', () => {
    const same = Array.from({ length: 7 }, (_, number) => entry(`10.1.1.${number + 2}`, '02:00:00:00:00:02'));
    const [finding] = examineNeighbours(same, OWN, []);
    expect(finding && neighbourFindingText(finding)).toBe(
      '10.1.1.2, 10.1.1.3, 10.1.1.4, 10.1.1.5 and 3 more on eth0 have the same MAC address 02:00:00:00:00:02: ' +
        'one host with several addresses, proxy ARP, or spoofing',
    );
  });
});

describe('vendors', () => {
  test.each([
    ['00:00:0c:07:ac:01', 'Cisco'],
    ['00:50:56:aa:bb:cc', 'VMware'],
    ['52:54:00:12:34:56', 'QEMU'],
    ['02:42:ac:11:00:02', 'Docker'],
    ['00:00:5e:00:01:01', 'VRRP'],
    ['02:00:00:00:00:02', undefined],
    ['', undefined],
    ['00:00', undefined],
  ])('%s', (mac, vendor) => {
    expect(vendorOf(mac)).toBe(vendor);
  });
});
