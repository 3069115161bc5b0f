/**
 * Tables of interfaces. Widths: FreeBSD 14, usr.bin/netstat/if.c; figures of the first row: the manual of the reference
 * appliance, "Example of Option 2". @module
 */
import { describe, expect, test } from 'vitest';
import type { InterfaceCounters } from '../../../src/inspect/interface-counters.ts';
import { decodeLinkStatistics } from '../../../src/netlink/link-statistics.ts';
import { formatDropPlaces } from '../../../src/report/host/drop-places.ts';
import {
  formatInterfaceCounters,
  formatInterfaceCountersCsv,
  formatInterfaceRows,
  formatLinuxInterfaceCounters,
} from '../../../src/report/host/netstat-interfaces.ts';

const NOTHING = decodeLinkStatistics(new Uint8Array(0));

const ETH0: InterfaceCounters = {
  name: 'eth0',
  index: 2,
  state: 'up',
  flags: ['up', 'broadcast', 'running', 'multicast', 'lowerUp'],
  operationalState: 'up',
  carrier: true,
  mac: '02:00:00:00:00:01',
  mtu: 1500,
  hardwareType: 1,
  linkType: 1,
  linkTypeName: 'EN10MB',
  kind: undefined,
  parent: undefined,
  master: undefined,
  vlanId: undefined,
  addresses: [
    { address: '10.0.202.7', prefixLength: 24, family: 4, scope: 'global', tentative: false },
    { address: 'fd00:1::7', prefixLength: 64, family: 6, scope: 'global', tentative: false },
  ],
  statistics: {
    ...NOTHING,
    rxPackets: 110_624_529,
    rxBytes: 117_062_552_515,
    rxErrors: 1,
    rxDropped: 2,
    rxMissedErrors: 3,
    txPackets: 122_028_093,
    txBytes: 30_126_949_890,
    txErrors: 4,
    txDropped: 5,
    collisions: 6,
    rxNoHandler: 8,
  },
  rootQueue: { kind: 'fq_codel', length: 0, backlog: 0, drops: 196, requeues: 0, overLimits: 0 },
  inputDrops: 5,
  outputDrops: 201,
};
const DOWN: InterfaceCounters = {
  ...ETH0,
  name: 'e\u001b[2J',
  index: 3,
  flags: ['broadcast', 'multicast'],
  addresses: [],
  statistics: NOTHING,
  rootQueue: undefined,
  inputDrops: 0,
  outputDrops: 0,
};

describe('FreeBSD style', () => {
  test('the row of the reference', () => {
    const row = {
      name: 'Data 1',
      network: '10.0.202.0',
      address: '10.0.202.7',
      inputPackets: 110_624_529,
      inputBytes: 117_062_552_515,
      outputPackets: 122_028_093,
      outputBytes: 30_126_949_890,
    };
    const text = formatInterfaceRows([row], true);
    expect(text).toBe(
      'Name     Mtu Network       Address               Ipkts Ierrs Idrop       Ibytes     Opkts Oerrs      Obytes  Coll  Drop\n' +
        'Data 1     - 10.0.202.0    10.0.202.7        110624529     -     - 117062552515 122028093     - 30126949890     -     -\n',
    );
  });

  test('columns have the widths of FreeBSD if nothing is wider', () => {
    const row = { name: 'em0', mtu: 1500, network: '<Link#1>', address: '02:00:00:00:00:01', inputPackets: 1 };
    expect(formatInterfaceRows([row], false).split('\n')).toEqual([
      'Name    Mtu Network       Address              Ipkts Ierrs Idrop     Ibytes    Opkts Oerrs     Obytes  Coll',
      'em0    1500 <Link#1>      02:00:00:00:00:01        1     -     -          -        -     -          -     -',
      '',
    ]);
  });

  test('a row per interface and per address; drops include those of the queueing discipline', () => {
    const [, link, ipv4, ipv6, down] = formatInterfaceCounters([ETH0, DOWN], { drops: true }).split('\n');
    const words = (line = ''): string[] => line.split(/ +/);
    expect(words(link)).toEqual(
      'eth0 1500 <Link#2> 02:00:00:00:00:01 110624529 1 5 117062552515 122028093 4 30126949890 6 201'.split(' '),
    );
    expect(words(ipv4)).toEqual('eth0 - 10.0.202.0 10.0.202.7 - - - - - - - - -'.split(' '));
    expect(words(ipv6)).toEqual('eth0 - fd00:1::/64 fd00:1::7 - - - - - - - - -'.split(' '));
    expect(down).toMatch(/^e\^\[\[2J\* +1500 <Link#3> /);
  });

  test('-n prints every prefix length; without drops there is no column for them', () => {
    const text = formatInterfaceCounters([ETH0], { numeric: true });
    expect(text).toContain('eth0      - 10.0.202.0/24 10.0.202.7 ');
    expect(text).not.toContain('Drop');
  });
});

test('Linux style: the columns and letters of net-tools', () => {
  expect(formatLinuxInterfaceCounters([ETH0]).split('\n')).toEqual([
    'Kernel Interface table',
    'Iface              MTU     RX-OK RX-ERR RX-DRP RX-OVR     TX-OK TX-ERR TX-DRP TX-OVR Flg',
    'eth0              1500 110624529      1      5      0 122028093      4      5      0 BMRU',
    '',
  ]);
});

test('where packets were dropped', () => {
  const drops = { softnet: { dropped: 1, squeezed: 2, flowLimited: 3 }, listener: { overflows: 4, drops: 5 } };
  expect(formatDropPlaces([ETH0, DOWN], drops).split('\n')).toEqual([
    'Where packets were dropped',
    'Name     Missed Protocol Nohandler Otherhost   Driver    Queue Discipline',
    'eth0          3        2         8         0        5      196 fq_codel',
    'e^[[2J        0        0         0         0        0        - -',
    'softnet: 1 dropped, 3 by the flow limit, 2 squeezed',
    'TCP listeners: 5 requests dropped, 4 because an accept queue was full',
    '',
  ]);
});

test('CSV has every counter', () => {
  const [titles = '', line = ''] = formatInterfaceCountersCsv([ETH0]).split('\n');
  const fields = Object.fromEntries(titles.split(',').map((title, at) => [title, line.split(',')[at]]));
  expect(fields).toMatchObject({
    name: 'eth0',
    addresses: '10.0.202.7/24 fd00:1::7/64',
    inputDrops: '5',
    queueDrops: '196',
    rxMissedErrors: '3',
    txBytes: '30126949890',
    rxOtherHostDropped: '0',
  });
});
