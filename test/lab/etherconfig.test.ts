/** `tapline etherconfig` on real interfaces: each kind of change, and each way in which it can end. @module */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseIpv4, parseMac } from '../../src/base/address.ts';
import { isEqualBytes } from '../../src/base/bytes.ts';
import type { LabHost } from '../../src/lab/index.ts';
import { connectTcp, pingAddress, sendFrames, supportsLinkKind } from '../../src/lab/index.ts';
import { decodeNeighbour, dumpNeighbours, NeighbourState } from '../../src/netlink/neighbour.ts';
import { EtherconfigLab } from '../support/etherconfig-lab.ts';
import { eventually } from '../support/eventually.ts';
import { kernelState, settledState, stateDifferences } from '../support/kernel-state.ts';
import { requirePeer } from '../support/peers.ts';

const ip = requirePeer('ip');
/** Longer than any test: only a defect waits for it. */
const LONG = '--timeout 3600';

let lab: EtherconfigLab;
beforeEach(async () => {
  lab = await EtherconfigLab.create();
});
afterEach(async () => {
  await lab[Symbol.asyncDispose]();
});

async function mtu(): Promise<number | undefined> {
  return (await lab.left.link('eth0')).mtu;
}

/** The state of the neighbour that `host` has resolved, or tried to. */
async function neighbourState(host: LabHost, address: string): Promise<number | undefined> {
  const { messages } = await host.netlink.dump(dumpNeighbours());
  const wanted = parseIpv4(address) ?? new Uint8Array(0);
  return messages.map(decodeNeighbour).find((one) => one !== undefined && isEqualBytes(one.address, wanted))?.state;
}

describe.skipIf(ip === undefined)('a change ends', () => {
  test('by rollback at the deadline: an MTU below 1280 loses nothing', async () => {
    lab.ip('ip address add fd00:1::99/64 dev eth0 valid_lft 4000 preferred_lft 2000 nodad');
    lab.ip('ip -6 route add default via fd00:1::2');
    lab.ip('sysctl -qw net.ipv6.conf.eth0.hop_limit=33');
    const before = await settledState(lab.left);
    const made = await lab.run('mtu edit eth0 1200 --timeout 1');
    expect(made.output).toContain('MTU of eth0: 1500 -> 1200');
    expect(made.output).toContain('an MTU below 1280 removes all IPv6 addresses and routes of eth0');
    expect(made.output).toContain('Confirm within 1 s');
    expect(await lab.ended()).toMatchObject({
      result: 'rolled back',
      reason: 'it was not confirmed in time',
      restoration: { differences: [], errors: [] },
    });
    expect(stateDifferences(before, await kernelState(lab.left))).toEqual([]);
  });

  test('by confirmation', async () => {
    expect((await lab.run(`mtu edit eth0 1400 ${LONG}`)).status).toBe(0);
    expect((await lab.run('status')).output).toMatch(
      /^Waiting for confirmation: MTU of eth0: 1400\nIt is rolled back in \d+ s\.\n$/,
    );
    expect((await lab.run('confirm')).output).toBe('Confirmed: MTU of eth0: 1400\n');
    expect(await mtu()).toBe(1400);
    await eventually(() => expect(lab.killGuards()).toBe(0));
    expect((await lab.run('status')).output).toBe(
      'No change waits for confirmation.\nLast change:\nConfirmed: MTU of eth0: 1400\n',
    );
    expect(await lab.run('confirm')).toMatchObject({
      status: 1,
      errors: 'tapline: no change waits for confirmation\n',
    });
  });

  test('by revert', async () => {
    await lab.run(`address add eth0 10.1.1.50/24 ${LONG}`);
    expect((await lab.run('revert')).output).toBe(
      'Rolled back: add 10.1.1.50/24 to eth0: it was reverted\nThe state before the change is restored.\n',
    );
  });

  test('at once with --now, which needs the word or --yes', async () => {
    expect(await lab.run('mtu edit eth0 1400 --now')).toMatchObject({
      status: 2,
      errors: 'tapline: --now needs the word NOW typed on a terminal; in scripts, add --yes\n',
    });
    expect(await mtu()).toBe(1500);
    expect((await lab.run('mtu edit eth0 1400 --now --yes')).output).toContain('Confirmed: MTU of eth0: 1400\n');
    expect([await mtu(), lab.isPending]).toEqual([1400, false]);
  });

  test('by rollback when the program that waits is killed', async () => {
    const before = await settledState(lab.left);
    await using child = lab.start('mtu edit eth0 1200 --timeout 3 --wait --json');
    await eventually(() => expect(child.standardOutput.toString()).toContain('"type":"pending"'));
    child.signal('SIGKILL');
    expect((await lab.ended())?.result).toBe('rolled back');
    expect(stateDifferences(before, await kernelState(lab.left))).toEqual([]);
  });

  test('by rollback when the guard is killed: the program that waits does its work', async () => {
    const before = await settledState(lab.left);
    await using child = lab.start(`mtu edit eth0 1200 ${LONG} --wait`);
    await eventually(() => expect(child.standardOutput.toString()).toContain('Confirm within'));
    expect(lab.killGuards()).toBe(1);
    expect(await child.exit()).toBe(1);
    expect(child.standardOutput.toString()).toContain('Rolled back: MTU of eth0: 1200: its guard process ended');
    expect(stateDifferences(before, await kernelState(lab.left))).toEqual([]);
  });

  test('by recover when all processes are killed', async () => {
    const before = await settledState(lab.left);
    await lab.run(`mtu edit eth0 1200 ${LONG}`);
    expect(lab.killGuards()).toBe(1);
    await eventually(() => expect(lab.isGuarded).toBe(false));
    expect((await lab.run('status')).output).toContain('Its guard process has ended: `tapline etherconfig recover`');
    const second = await lab.run('mtu edit eth0 1400');
    expect(second).toMatchObject({ status: 1 });
    expect(second.errors).toContain(
      'another change waits for confirmation (MTU of eth0: 1200); its guard process has ended',
    );
    expect((await lab.run('recover')).output).toBe(
      'Rolled back: MTU of eth0: 1200: its guard process had ended\nThe state before the change is restored.\n',
    );
    expect(stateDifferences(before, await kernelState(lab.left))).toEqual([]);
    expect((await lab.run('recover')).output).toBe('No change waits for confirmation; nothing to restore.\n');
  });

  test('a damaged journal is restored as far as it can be read', async () => {
    lab.ip('ip address add 10.1.1.9/24 dev eth0');
    await lab.run(`mtu edit eth0 1200 ${LONG}`);
    lab.killGuards();
    await eventually(() => expect(lab.isGuarded).toBe(false));
    const path = join(lab.stateDirectory, 'pending.journal');
    // The line of the first address, and everything after the settings.
    const lines = readFileSync(path, 'utf8').split('\n');
    const address = lines.findIndex((line) => line.includes('"object":"address"'));
    lines[address] = (lines[address] ?? '').replace('payload', 'pAyload');
    writeFileSync(path, lines.slice(0, -2).join('\n'));
    const { output } = await lab.run('recover');
    expect(output).toContain('The journal was damaged: 2 lines could not be read');
    expect(await mtu()).toBe(1500);
    // The addresses that can be read are there, the IPv6 ones that the change had deleted, too; none was deleted.
    const { stdout } = lab.left.run(() =>
      spawnSync('ip', ['-o', 'address', 'show', 'dev', 'eth0'], { encoding: 'utf8' }),
    );
    for (const one of ['10.1.1.1/24', '10.1.1.9/24', 'fd00:1::1/64']) expect(stdout).toContain(one);
  });

  test('a second change is refused with the name of the first', async () => {
    await lab.run(`mtu edit eth0 1400 ${LONG}`);
    expect(await lab.run('loopback add 10.9.9.9')).toMatchObject({
      status: 1,
      errors:
        'tapline: another change waits for confirmation (MTU of eth0: 1400); `tapline etherconfig confirm` or `revert` ends it\n',
    });
    expect((await lab.run('recover')).errors).toContain('the guard process watches "MTU of eth0: 1400"');
    await lab.run('revert');
  });
});

describe.skipIf(ip === undefined)('kinds of changes', () => {
  test('--dry-run and --json: the plan, and nothing else', async () => {
    const { output } = await lab.run('mtu edit eth0 1400 --dry-run --json');
    expect(JSON.parse(output)).toMatchObject({
      type: 'planned',
      interface: 'eth0',
      changes: [{ what: 'MTU of eth0', from: '1500', to: '1400' }],
      notes: ['the change lasts until the next boot'],
    });
    expect([await mtu(), lab.isPending]).toEqual([1500, false]);
    expect((await lab.run('mtu edit eth0 1500')).output).toContain('Nothing to change');
  });

  test('a service address on the loopback interface is accepted, but not answered by ARP', async () => {
    const right = lab.lab.host('right');
    const [answered, served] = ['10.9.9.8', '10.9.9.9'];
    right.run(() => spawnSync('ip', ['route', 'add', '10.9.9.0/24', 'dev', 'eth0']));
    lab.ip(`ip address add ${answered}/32 dev lo`);
    expect((await lab.run('loopback')).output).toContain('Warning: eth0 may answer ARP requests for them');
    expect(await pingAddress(right, answered)).toBe(1); // Linux answers for every address of the host
    const before = await settledState(lab.left);
    await lab.run(`loopback add ${served} ${LONG}`);
    await lab.run('confirm');
    expect((await lab.run('loopback')).output).toContain('No interface answers ARP requests for them.');
    expect(await pingAddress(right, served, { timeout: 1000 })).toBe(0);
    await eventually(async () => expect(await neighbourState(right, served)).toBe(NeighbourState.failed));
    // A load balancer sends to the link address of the host.
    const { address } = await lab.left.link('eth0');
    const mac = Array.from(address, (octet) => octet.toString(16).padStart(2, '0')).join(':');
    right.run(() => spawnSync('ip', ['neigh', 'replace', served, 'lladdr', mac, 'dev', 'eth0']));
    expect(await pingAddress(right, served)).toBe(1);
    await lab.run(`loopback delete ${served} --now --yes`);
    lab.ip('sysctl -qw net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.all.arp_announce=0');
    expect(stateDifferences(before, await kernelState(lab.left))).toEqual([]);
  });

  test('ARP replies with a multicast address are rejected and counted; others are learned', async () => {
    const right = lab.lab.host('right');
    const claim = async (address: string, mac: string): Promise<number | undefined> => {
      void pingAddress(lab.left, address, { timeout: 4000 }); // makes the kernel resolve it
      await eventually(async () => expect(await neighbourState(lab.left, address)).toBe(NeighbourState.incomplete));
      sendFrames(right, 'eth0', [await arpReply(address, mac)]);
      await eventually(async () => expect(await neighbourState(lab.left, address)).not.toBe(NeighbourState.incomplete));
      return neighbourState(lab.left, address);
    };
    expect((await lab.run('multicast')).output).toContain('ARP replies with a multicast address will be accepted.');
    expect(await claim('10.1.1.60', '03:bf:0a:01:01:3c')).toBe(NeighbourState.reachable);
    expect((await lab.run(`multicast reject --now --yes`)).status).toBe(0);
    expect(await claim('10.1.1.61', '03:bf:0a:01:01:3d')).toBe(NeighbourState.failed);
    expect(await claim('10.1.1.62', '02:bf:0a:01:01:3e')).toBe(NeighbourState.reachable);
    expect((await lab.run('multicast')).output).toContain('will be rejected (1 so far)');
    expect((await lab.run('multicast reject')).output).toContain('Nothing to change');
    await lab.run('multicast accept --now --yes');
    expect(await claim('10.1.1.63', '03:bf:0a:01:01:3f')).toBe(NeighbourState.reachable);
  });

  test('media of a tap device are changed, read back, and rolled back', async () => {
    lab.ip('ip tuntap add dev tap0 mode tap');
    lab.ip('ip link set tap0 up');
    const modes = async (): Promise<unknown> => JSON.parse((await lab.run('media view tap0 --json')).output)[0].modes;
    const before = await modes();
    const { output } = await lab.run('media edit tap0 --speed 100 --duplex full --timeout 2');
    expect(output).toContain('Applied and verified.');
    expect(await modes()).toMatchObject({ autonegotiation: false, speed: 100, duplex: 'full' });
    expect((await lab.ended())?.result).toBe('rolled back');
    expect(await modes()).toEqual(before);
  });

  test('a VLAN, where the kernel has them', async (context) => {
    if (!(await supportsLinkKind('vlan'))) {
      const { status, errors } = await lab.run('vlan new eth0 100');
      expect([status, errors]).toEqual([
        1,
        expect.stringContaining('VLANs are not available: this kernel lacks 8021q'),
      ]);
      expect(lab.isPending).toBe(false);
      return context.skip('this kernel has no VLAN interfaces');
    }
    const before = await settledState(lab.left);
    await lab.run('vlan new eth0 100 --now --yes');
    lab.ip('ip address add 10.100.0.1/24 dev eth0.100');
    lab.ip('ip route add 10.101.0.0/16 via 10.100.0.2');
    const whole = await settledState(lab.left);
    await lab.run('vlan delete eth0.100 --timeout 1');
    await lab.ended();
    expect(stateDifferences(whole, await kernelState(lab.left))).toEqual([]);
    await lab.run('vlan edit eth0.100 --id 101 --timeout 1');
    await lab.ended();
    expect(stateDifferences(whole, await kernelState(lab.left))).toEqual([]);
    await lab.run('vlan delete eth0.100 --now --yes');
    return expect(stateDifferences(before, await kernelState(lab.left))).toEqual([]);
  });

  test('invalid changes are refused, each with its reason, and leave nothing behind', async () => {
    lab.ip('ip link add br0 type bridge');
    lab.ip('ip link add mv0 link eth0 type macvlan');
    lab.ip('ip link set mv0 master br0');
    const refusals: readonly (readonly [words: string, status: number, message: string])[] = [
      ['mtu edit eth0 67', 1, 'the MTU of eth0 must be 68 to 65535, not 67'],
      ['mtu edit mv0 1400', 1, 'mv0 is a port of the bridge br0, which controls it'],
      ['mtu edit nope0 1400', 4, 'there is no interface "nope0"'],
      ['address add eth0 10.1.1.1', 1, '"10.1.1.1" is not ADDRESS/LENGTH'],
      ['address add eth0 10.1.1.1/33', 1, '"10.1.1.1/33" is not ADDRESS/LENGTH'],
      ['address add eth0 224.0.0.5/24', 1, '224.0.0.5 cannot be the address of an interface'],
      ['address delete eth0 10.1.1.3/24', 1, 'eth0 has no address 10.1.1.3/24; it has 10.1.1.1/24, fd00:1::1/64'],
      ['loopback add fd00::9', 1, 'so only IPv4 is possible'],
      ['loopback add 10.1.1.1', 1, '10.1.1.1 is already an address of eth0'],
      ['loopback delete 10.9.9.9', 1, 'lo has no service address 10.9.9.9'],
      ['vlan new eth0 4095', 1, 'a VLAN ID must be 1 to 4094, not 4095'],
      ['vlan new eth0 0', 1, 'a VLAN ID must be 1 to 4094, not 0'],
      ['vlan new lo 5', 1, 'lo is the loopback interface and carries no VLANs'],
      ['vlan new eth0 5 --mtu 1600', 1, 'an MTU of 1600 is above the 1500 of eth0'],
      ['vlan new eth0 5 --name a-very-long-name', 1, 'is 16 bytes long; interface names have at most 15'],
      ['vlan new eth0 5 --name br0', 1, 'there is already an interface br0'],
      ['vlan delete eth0', 1, 'eth0 is not a VLAN; VLANs of this host: none'],
      ['vlan delete lo', 1, 'lo is not a VLAN'],
      ['media edit lo --autoneg on', 1, 'lo has no media settings'],
      ['media edit eth0 --speed 1000 --duplex half', 1, 'there is no half duplex at 1000 Mbit/s'],
      ['media edit eth0 --speed 100', 1, 'a forced mode needs both speed and duplex'],
      ['media edit eth0 --speed 100 --duplex full', 1, 'the driver of eth0 cannot change media settings'],
    ];
    const before = await settledState(lab.left);
    for (const [words, status, message] of refusals) {
      expect(await lab.run(words), words).toMatchObject({ status, errors: expect.stringContaining(message) });
    }
    expect(lab.isPending).toBe(false);
    expect(stateDifferences(before, await kernelState(lab.left))).toEqual([]);
  });
});

describe.skipIf(ip === undefined)('the session of the caller', () => {
  test('survives a change that cuts it off: the guard sees the dead peer and rolls back early', async () => {
    await using connection = await connectTcp(lab.lab.host('right'), lab.left);
    const { client, server } = connection;
    let received = '';
    server.on('data', (data: Buffer) => {
      received += data.toString();
    });
    client.write('before ');
    await eventually(() => expect(received).toBe('before '));
    const made = await lab.run(`address delete eth0 10.1.1.1/24 ${LONG}`, '10.1.1.2');
    expect(made.output).toContain('Risk: eth0 carries your session from 10.1.1.2: the change may cut you off.');
    expect(made.output).toContain('Watching the session peer 10.1.1.2.');
    client.write('after');
    expect((await lab.ended())?.reason).toBe('the gateway 10.1.1.2 no longer answers');
    await eventually(() => expect(received).toBe('before after'));
  });
});

async function arpReply(address: string, mac: string): Promise<Uint8Array> {
  const sender = parseMac(mac) ?? new Uint8Array(6);
  const target = (await lab.left.link('eth0')).address;
  const protocols = [parseIpv4(address), parseIpv4('10.1.1.1')].map((one) => one ?? new Uint8Array(4));
  return Uint8Array.of(
    ...target,
    ...(parseMac('02:00:00:00:00:02') ?? []),
    ...[0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 2], // ARP, Ethernet, IPv4, reply (RFC 826)
    ...sender,
    ...(protocols[0] ?? []),
    ...target,
    ...(protocols[1] ?? []),
    ...new Uint8Array(18), // to the least length of a frame
  );
}
