/** Managers of links, and the files that make a change permanent for them. @module */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Edit } from '../../../src/configure/edit.ts';
import { applyEdit } from '../../../src/configure/engine.ts';
import { confirmPending } from '../../../src/configure/pending.ts';
import { MARK } from '../../../src/configure/persist/persistent-file.ts';
import { type PlanOptions, planEdit } from '../../../src/configure/plan.ts';
import { fakeLinks } from '../../support/fake-links.ts';

const NETWORKD = {
  '/run/systemd/netif/links/2': 'ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/10-lan.network\n',
};
const NETWORK_MANAGER = {
  '/run/NetworkManager/devices/2': '[device]\nmanaged=true\nconnection-uuid=1111\n',
  '/etc/NetworkManager/system-connections/lan.nmconnection':
    '[connection]\nid=lan\nuuid=1111\ntype=ethernet\n\n[ethernet]\n\n[ipv4]\nmethod=auto\n',
};
const IFUPDOWN = {
  '/run/network/ifstate': 'lo=lo\neth0=eth0\n',
  '/etc/network/interfaces': 'source /etc/network/interfaces.d/*\n\nauto eth0\niface eth0 inet dhcp\n',
};

function host(files: Readonly<Record<string, string>>, root = '') {
  const fake = fakeLinks(root);
  for (const [path, text] of Object.entries(files)) fake.files.set(path, text);
  return fake;
}

const PERSIST: PlanOptions = { persist: true, runtimeOnly: false, peer: undefined };
const MTU: Edit = { kind: 'mtu', interface: 'eth0', mtu: 1400 };

async function filesOf(
  files: Readonly<Record<string, string>>,
  edit: Edit,
): Promise<readonly (readonly [string, string])[]> {
  const plan = await planEdit(host(files).host, edit, PERSIST);
  return plan.files.map(({ path, text }) => [path, text.replace(`${MARK}\n`, '')]);
}

describe('a manager', () => {
  test.each([
    ['systemd-networkd', NETWORKD],
    ['NetworkManager', NETWORK_MANAGER],
    ['ifupdown', IFUPDOWN],
  ])('%s makes the change fail without --persist or --runtime-only', async (name, files) => {
    const { host: target } = host(files);
    await expect(planEdit(target, MTU, { ...PERSIST, persist: false })).rejects.toMatchObject({
      code: 'EDIT',
      message: expect.stringContaining(`eth0 is managed by ${name}`),
    });
    const plan = await planEdit(target, MTU, { ...PERSIST, persist: false, runtimeOnly: true });
    expect(plan.notes).toEqual([`the change lasts until the next boot, or until ${name} configures the link again`]);
  });

  test('that does not manage the link is none', async () => {
    const unmanaged = { '/run/systemd/netif/links/2': 'ADMIN_STATE=unmanaged\nNETWORK_FILE=/x\n' };
    expect((await planEdit(host(unmanaged).host, MTU, { ...PERSIST, persist: false })).manager).toBeUndefined();
    await expect(planEdit(host({}).host, MTU, PERSIST)).rejects.toThrow(/none of them manages eth0/);
  });
});

describe('files', () => {
  test('of systemd-networkd: drop-ins, and a .netdev file for a VLAN', async () => {
    expect(await filesOf(NETWORKD, MTU)).toEqual([
      ['/etc/systemd/network/10-lan.network.d/50-tapline-mtu.conf', '[Link]\nMTUBytes=1400\n'],
    ]);
    expect(
      await filesOf(NETWORKD, { kind: 'vlan', action: 'new', parent: 'eth0', id: 9, protocol: '802.1ad' }),
    ).toEqual([
      [
        '/etc/systemd/network/50-tapline-eth0.9.netdev',
        '[NetDev]\nName=eth0.9\nKind=vlan\n\n[VLAN]\nId=9\nProtocol=802.1ad\n',
      ],
      ['/etc/systemd/network/10-lan.network.d/50-tapline-vlan-eth0.9.conf', '[Network]\nVLAN=eth0.9\n'],
    ]);
  });

  test('of NetworkManager: a copy of the active profile with the change', async () => {
    const [[path, text] = ['', '']] = await filesOf(NETWORK_MANAGER, MTU);
    expect(path).toBe('/etc/NetworkManager/system-connections/tapline-eth0.nmconnection');
    expect(text).toMatch(
      /^\[connection\]\nid=tapline-eth0\nuuid=[0-9a-f-]{36}\ntype=ethernet\ninterface-name=eth0\nautoconnect-priority=100\n/,
    );
    expect(text).toContain('[ethernet]\nmtu=1400\n');
    expect(text).toContain('[ipv4]\nmethod=auto\n');
  });

  test('of ifupdown: a further stanza, if the main file includes the folder', async () => {
    expect(await filesOf(IFUPDOWN, MTU)).toEqual([
      [
        '/etc/network/interfaces.d/tapline-eth0-mtu',
        'iface eth0 inet manual\n    post-up ip link set dev $IFACE mtu 1400\n',
      ],
    ]);
    await expect(filesOf({ ...IFUPDOWN, '/etc/network/interfaces': 'auto eth0\n' }, MTU)).rejects.toThrow(
      /does not include/,
    );
  });

  test('that a person wrote are refused', async () => {
    const path = '/etc/systemd/network/10-lan.network.d/50-tapline-mtu.conf';
    await expect(filesOf({ ...NETWORKD, [path]: '[Link]\nMTUBytes=9000\n' }, MTU)).rejects.toThrow(
      `${path} exists and was not written by tapline; it is left as it is`,
    );
    const plan = await planEdit(host({ ...NETWORKD, [path]: `${MARK}\nold\n` }).host, MTU, PERSIST);
    expect(plan.files[0]?.before).toBe(`${MARK}\nold\n`);
  });

  test('never contain a name that a shell could act on', async () => {
    const vlan: Edit = { kind: 'vlan', action: 'new', parent: 'eth0', id: 9, name: 'a;reboot' };
    await expect(filesOf(IFUPDOWN, vlan)).rejects.toThrow('not "a;reboot"');
    expect((await planEdit(host({}).host, vlan, { ...PERSIST, persist: false })).created).toEqual(['a;reboot']);
  });

  test('are written when the change is confirmed, not before', async () => {
    const root = mkdtempSync(join(tmpdir(), 'tapline-persist-'));
    try {
      const parts = { host: host(NETWORKD, root).host, directory: join(root, 'state'), startGuard: async () => 1 };
      const target = join(root, '/etc/systemd/network/10-lan.network.d/50-tapline-mtu.conf');
      for await (const _event of applyEdit(parts, MTU, { ...PERSIST, now: false, confirmTime: 60 }));
      expect(existsSync(target)).toBe(false);
      expect((await confirmPending(parts)).files).toEqual([
        '/etc/systemd/network/10-lan.network.d/50-tapline-mtu.conf',
      ]);
      expect(readFileSync(target, 'utf8')).toBe(`${MARK}\n[Link]\nMTUBytes=1400\n`);
      expect(statSync(target).mode & 0o777).toBe(0o644);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
