/** The table of interfaces: columns as wide as what stands in them, hostile names made harmless. @module */
import { expect, test } from 'vitest';
import type { NetworkInterface } from '../../../src/inspect/interface.ts';
import { formatInterfaces } from '../../../src/report/host/interfaces.ts';
import { LAB_WIRE } from '../../support/lab-wire.ts';

const ETHERNET: NetworkInterface = {
  ...LAB_WIRE,
  kind: undefined,
  addresses: LAB_WIRE.addresses.map((one) => ({ ...one, tentative: one.family === 6 })),
};

test('one line an interface, further addresses below the first', () => {
  const table = formatInterfaces([
    { ...ETHERNET, name: 'lo', index: 1, flags: ['up', 'loopback'], mtu: 65_536, mac: undefined, addresses: [] },
    ETHERNET,
    {
      ...ETHERNET,
      name: 'eth0.100',
      index: 12,
      state: 'no carrier',
      kind: 'vlan',
      vlanId: 100,
      parent: 'eth0',
      master: 'br0',
      addresses: [],
    },
  ]);
  expect(`\n${table}`).toBe(`
Index  Interface  State       MAC address          MTU  Link type  Kind                     Addresses
    1  lo         up          -                  65536  EN10MB     loopback                 -
    2  eth0       up          02:00:00:00:00:01   1500  EN10MB     -                        10.1.1.1/24
                                                                                            fd00:1::1/64 (tentative)
   12  eth0.100   no carrier  02:00:00:00:00:01   1500  EN10MB     vlan 100 on eth0 in br0  -
`);
});

test('no interface: the headings alone', () => {
  expect(formatInterfaces([])).toBe('Index  Interface  State  MAC address  MTU  Link type  Kind  Addresses\n');
});

test('names of two cells a character keep the columns straight', () => {
  const lines = formatInterfaces([
    { ...ETHERNET, name: '会議室', addresses: [] },
    { ...ETHERNET, addresses: [] },
  ]).split('\n');
  expect(lines[1]).toBe('    2  会議室     up     02:00:00:00:00:01  1500  EN10MB     -     -');
  expect(lines[2]).toBe('    2  eth0       up     02:00:00:00:00:01  1500  EN10MB     -     -');
});

test('a name cannot write to the terminal, nor can a parent’s', () => {
  const table = formatInterfaces([
    { ...ETHERNET, name: 'e\u001b[2J', kind: 'vlan', parent: '\u009bK\r', addresses: [] },
  ]);
  expect(table).toContain('e^[[2J');
  expect(table).toContain('vlan on M-^[K^M');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});
