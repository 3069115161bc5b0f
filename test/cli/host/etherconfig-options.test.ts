/** The command line of etherconfig, as plain data. @module */
import { describe, expect, test } from 'vitest';
import { parseEtherconfig } from '../../../src/cli/host/etherconfig-options.ts';
import { etherconfigWords } from '../../support/command-words.ts';

const parse = (text: string) => parseEtherconfig(etherconfigWords(...text.split(' ').filter((word) => word !== '')));

describe('operations', () => {
  test('without one, the menu', () => {
    expect(parse('')).toEqual({ kind: 'menu', json: false });
  });

  test.each([
    ['mtu', { kind: 'view', view: 'mtu', interface: undefined }],
    ['MEDIA view eth0 --json', { kind: 'view', view: 'media', interface: 'eth0', json: true }],
    ['vlan list', { kind: 'view', view: 'vlan' }],
    ['confirm', { kind: 'confirm' }],
    ['mtu edit eth0 1400', { edit: { kind: 'mtu', interface: 'eth0', mtu: 1400 }, now: false, confirmTime: undefined }],
    ['mtu edit eth0 1400 --timeout 9 --wait', { confirmTime: 9, wait: true }],
    [
      'vlan new eth0 5 --protocol 802.1ad',
      { edit: { kind: 'vlan', action: 'new', parent: 'eth0', id: 5, protocol: '802.1ad' } },
    ],
    ['vlan edit eth0.5 --id 6', { edit: { kind: 'vlan', action: 'edit', name: 'eth0.5', id: 6 } }],
    ['vlan delete eth0.5 --now --yes', { edit: { action: 'delete' }, now: true, yes: true }],
    [
      'loopback add 10.9.9.9 --dry-run',
      { edit: { kind: 'loopback', action: 'add', address: '10.9.9.9' }, dryRun: true },
    ],
    ['multicast reject', { edit: { kind: 'multicast', policy: 'reject' } }],
    ['address delete eth0 10.1.1.1/24 --persist', { edit: { kind: 'address', action: 'delete' }, persist: true }],
    [
      'media edit eth0 --speed 100 --duplex half',
      { edit: { interface: 'eth0', speed: 100, duplex: 'half', autonegotiation: undefined } },
    ],
    ['media edit eth0 --autoneg on --runtime-only', { edit: { autonegotiation: true }, runtimeOnly: true }],
  ])('%s', (text, expected) => {
    expect(parse(text)).toMatchObject(expected);
  });
});

test.each([
  ['mtx', 'etherconfig has no operation "mtx"; did you mean mtu?'],
  ['mtu edit eth0', 'usage: tapline etherconfig mtu edit IF MTU'],
  ['mtu edit eth0 1400 1500', 'too many arguments: 1500; usage: tapline etherconfig mtu edit IF MTU'],
  ['mtu edit eth0 big', 'MTU takes a whole number from 0 to 4294967295, not "big"'],
  ['vlan rename eth0', 'etherconfig vlan has no operation "rename"; known: list, new, edit, delete'],
  ['vlan edit eth0.5', 'vlan edit needs --id or --protocol; `mtu edit` changes the MTU'],
  ['media edit eth0', 'media edit needs --autoneg on, or --speed and --duplex'],
  ['multicast view eth0', 'too many arguments: eth0; usage: tapline etherconfig multicast view'],
  ['mtu edit eth0 1400 --now --wait', '--now and --wait exclude each other'],
  ['mtu edit eth0 1400 --persist --runtime-only', '--persist and --runtime-only exclude each other'],
  ['mtu edit eth0 1400 --timeout 0', '--timeout takes a whole number from 1 to 86400, not "0"'],
])('%s is refused', (text, message) => {
  expect(() => parse(text)).toThrow(message);
});
