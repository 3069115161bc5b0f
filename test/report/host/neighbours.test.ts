/** The ARP and NDP caches. Formats: FreeBSD 14, usr.sbin/arp and usr.sbin/ndp. @module */
import { expect, test } from 'vitest';
import type { NeighbourEntry } from '../../../src/inspect/neighbour-entry.ts';
import { formatFlush } from '../../../src/report/host/flush.ts';
import { formatArpCache, formatNdpCache, formatNeighboursCsv } from '../../../src/report/host/neighbours.ts';

const ENTRY: NeighbourEntry = {
  family: 4,
  address: '10.1.1.2',
  interface: 'eth0',
  interfaceIndex: 2,
  isEthernet: true,
  mac: '00:0c:29:00:00:02',
  vendor: 'VMware',
  state: 'reachable',
  isRouter: false,
  isExternLearned: false,
  confirmed: 12.34,
  used: 1,
  updated: 2,
  probes: 0,
};

test('ARP', () => {
  const entries: NeighbourEntry[] = [
    ENTRY,
    { ...ENTRY, address: '10.1.1.3', state: 'permanent', vendor: undefined },
    { ...ENTRY, address: '10.1.1.4', mac: undefined, vendor: undefined, state: 'failed' },
    { ...ENTRY, address: '10.1.1.5', isExternLearned: true, state: 'stale', isEthernet: false, vendor: undefined },
  ];
  const nameOf = (address: string) => (address === '10.1.1.2' ? 'gw.example\u001b' : undefined);
  expect(formatArpCache(entries, nameOf).split('\n')).toEqual([
    'gw.example^[ (10.1.1.2) at 00:0c:29:00:00:02 on eth0 reachable, confirmed 12 s ago [ethernet] [VMware]',
    '? (10.1.1.3) at 00:0c:29:00:00:02 on eth0 permanent [ethernet]',
    '? (10.1.1.4) at (incomplete) on eth0 failed [ethernet]',
    '? (10.1.1.5) at 00:0c:29:00:00:02 on eth0 stale, confirmed 12 s ago, learned from a control plane',
    '',
  ]);
});

test('NDP', () => {
  const entries: NeighbourEntry[] = [
    { ...ENTRY, family: 6, address: 'fe80::1', isRouter: true },
    { ...ENTRY, family: 6, address: 'fd00::2', mac: undefined, vendor: undefined, state: 'incomplete' },
  ];
  expect(formatNdpCache(entries).split('\n')).toEqual([
    'Neighbor                                Linklayer Address  Netif Age       S Flags Vendor',
    'fe80::1%eth0                            00:0c:29:00:00:02   eth0 12s       R R     VMware',
    'fd00::2                                 (incomplete)        eth0           I',
    '',
  ]);
});

test('CSV', () => {
  expect(formatNeighboursCsv([ENTRY]).split('\n')[1]).toBe(
    '10.1.1.2,00:0c:29:00:00:02,eth0,reachable,12.34,1,2,0,false,false,VMware',
  );
});

test('a flush, and a dry run', () => {
  const arp = { cache: 'ARP cache', before: 12, kept: 2 };
  expect(
    formatFlush([
      { ...arp, after: 3 },
      { ...arp, after: undefined },
    ]).split('\n'),
  ).toEqual([
    'Cache                   Before Flushed    Kept   After',
    'ARP cache                   12      10       2       3',
    'ARP cache                   12      10       2       -',
    '',
  ]);
});
