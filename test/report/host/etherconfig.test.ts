/** Texts of etherconfig: the menu of the reference appliance, views, plans and outcomes from fixed data. @module */
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/configure/rollback.ts';
import {
  ETHERCONFIG_MENU,
  ETHERCONFIG_SUBMENUS,
  formatLoopback,
  formatMedia,
  formatMenu,
  formatMtu,
  formatMulticast,
  formatOutcome,
  formatPlan,
  formatPrompt,
  formatStatus,
  formatVlans,
} from '../../../src/report/host/etherconfig.ts';
import { formatFileDiff } from '../../../src/report/host/file-diff.ts';

const HOSTILE = 'eth\u001b[31m0';

test('the menu and the prompt of the reference appliance', () => {
  expect(formatMenu(ETHERCONFIG_MENU) + formatPrompt()).toBe(`Choose the operation you want to perform:

- MEDIA - View and edit ethernet media settings.
- VLAN - View and configure VLANs.
- LOOPBACK - View and configure Loopback.
- MTU - View and configure MTU.
- MULTICAST - Accept or reject ARP replies with a multicast address.
[]> `);
  expect(formatPrompt('1')).toBe('[1]> ');
  expect(Object.keys(ETHERCONFIG_SUBMENUS)).toEqual(ETHERCONFIG_MENU.map(({ name }) => name));
});

describe('views', () => {
  test('mtu', () => {
    expect(formatMtu([{ interface: HOSTILE, mtu: 1500, least: 68, most: 9000 }])).toBe(
      'Interfaces:\n1. eth^[[31m0 mtu 1500 (68 to 9000)\n',
    );
  });

  test('media', () => {
    const modes = { supported: [], advertised: [], partner: [], duplex: 'full' } as const;
    const one = { interface: 'eth0', mac: '02:00:00:00:00:01', hasLink: true };
    expect(
      formatMedia([
        { ...one, modes: { ...modes, autonegotiation: true, speed: 1000 }, choices: ['100/full', '1000/full'] },
        {
          ...one,
          interface: 'eth1',
          modes: { ...modes, autonegotiation: false, speed: undefined, duplex: undefined },
          choices: [],
          hasLink: false,
        },
        { ...one, interface: 'lo', mac: undefined, modes: undefined, choices: [] },
      ]),
    ).toBe(`Ethernet interfaces:
1. eth0 (Autoselect: 1000/full) 02:00:00:00:00:01, link up; supported: 100/full, 1000/full
2. eth1 (unknown) 02:00:00:00:00:01, no link
3. lo (no media settings), link up
`);
  });

  test('vlan, loopback, multicast', () => {
    const vlan = {
      interface: 'eth0.5',
      id: 5,
      protocol: '802.1ad',
      parent: 'eth0',
      mtu: 1496,
      addresses: ['10.5.0.1/24'],
      dependants: ['br0'],
    };
    expect(formatVlans([vlan])).toBe(
      'VLAN interfaces:\n1. eth0.5: VLAN 5 (eth0), 802.1ad, mtu 1496, 10.5.0.1/24; used by br0\n',
    );
    expect(formatVlans([])).toBe('There are no VLANs.\n');
    expect(formatLoopback({ addresses: ['10.9.9.9/32'], answering: ['eth0'] })).toContain(
      '1. 10.9.9.9/32\nWarning: eth0 may answer',
    );
    expect(formatLoopback({ addresses: [], answering: ['eth0'] })).toBe(
      'The loopback interface has no service addresses.\n',
    );
    expect(formatMulticast({ policy: 'accept', rejected: 0 })).toBe(
      'ARP replies with a multicast address will be accepted.\n',
    );
    expect(formatMulticast({ policy: 'reject', rejected: 9 })).toBe(
      'ARP replies with a multicast address will be rejected (9 so far).\n',
    );
    expect(formatMulticast({ policy: undefined, rejected: 0 })).toContain('needs CAP_NET_ADMIN');
  });
});

describe('a change', () => {
  test('is shown with risks, notes and files', () => {
    const file = {
      path: '/etc/x.conf',
      text: '# mark\nMTUBytes=1400\n',
      before: '# mark\nMTUBytes=1300\n',
      mode: 0o644,
    };
    const text = formatPlan({
      title: `MTU of ${HOSTILE}: 1400`,
      changes: [{ what: `MTU of ${HOSTILE}`, from: '1500', to: '1400' }],
      risks: ['it breaks'],
      notes: ['it ends'],
      files: [file],
    } as unknown as Parameters<typeof formatPlan>[0]);
    expect(text).toBe(`MTU of eth^[[31m0: 1400
  MTU of eth^[[31m0: 1500 -> 1400
Risk: it breaks.
Note: it ends.
--- /etc/x.conf
+++ /etc/x.conf
 # mark
-MTUBytes=1300
+MTUBytes=1400
`);
    expect(formatFileDiff({ ...file, before: undefined })).toBe(
      '--- /dev/null\n+++ /etc/x.conf\n+# mark\n+MTUBytes=1400\n',
    );
  });

  test('ends in one of three ways', () => {
    const outcome: Outcome = {
      id: '1',
      title: HOSTILE,
      result: 'confirmed',
      reason: '',
      restoration: undefined,
      damagedLines: 0,
      files: ['/x'],
    };
    expect(formatOutcome(outcome)).toBe('Confirmed: eth^[[31m0\nWrote /x\n');
    expect(formatOutcome({ ...outcome, result: 'discarded', reason: 'restarted' })).toBe(
      'Discarded: eth^[[31m0: restarted\n',
    );
    const restoration = { corrected: 3, differences: [`route on ${HOSTILE} is missing`], errors: ['EPERM'] };
    expect(formatOutcome({ ...outcome, result: 'rolled back', reason: 'late', restoration, damagedLines: 2 })).toBe(
      'Rolled back: eth^[[31m0: late\n' +
        'The journal was damaged: 2 lines could not be read; what they describe was not restored, and nothing was deleted.\n' +
        'The state before the change is restored, except: route on eth^[[31m0 is missing.\n  EPERM\n',
    );
  });

  test('waits, or has lost its guard', () => {
    const pending = { id: '1', title: 'MTU', phase: 'applied', secondsLeft: 60, isGuarded: true } as const;
    expect(formatStatus(pending, undefined)).toBe('Waiting for confirmation: MTU\nIt is rolled back in 60 s.\n');
    expect(formatStatus({ ...pending, secondsLeft: -1, isGuarded: false }, undefined)).toContain(
      'Its time is over.\nIts guard process has ended',
    );
    expect(formatStatus({ ...pending, phase: 'applying' }, undefined)).toBe('Being made: MTU\n');
    expect(formatStatus(undefined, undefined)).toBe('No change waits for confirmation.\n');
  });
});
