/** The lab's traffic is real: the kernels answer it, and tcpdump inside a namespace sees it. @module */
import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listInterfaces } from '../../src/inspect/interfaces.ts';
import {
  connectTcp,
  createLab,
  exchangeTcp,
  type Lab,
  openFrameSender,
  openUdp,
  pingAddress,
  sendFrames,
  sendUdp,
  supportsLinkKind,
  twoHosts,
} from '../../src/lab/index.ts';
import { fromHex } from '../support/hex.ts';
import { requirePeer } from '../support/peers.ts';
import { startTcpdump } from '../support/tcpdump.ts';

const tcpdump = requirePeer('tcpdump');

function pattern(length: number): Uint8Array {
  return new Uint8Array(length).map((_, index) => index * 7);
}

/** Open descriptors of this process, by what they are. */
function descriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).replace(/\[\d+\]/, '');
    } catch {
      return [];
    }
  });
}

describe('two hosts on a wire', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab(twoHosts({ mtu: 9000 }));
  });
  afterAll(() => lab.close());

  test('are as planned', async () => {
    const [left, right] = [lab.host('left'), lab.host('right')];
    expect(left.interface('eth0')).toEqual({
      name: 'eth0',
      index: 2,
      mac: '02:00:00:00:00:01',
      mtu: 9000,
      addresses: ['10.1.1.1', 'fd00:1::1'],
    });
    expect(right.interface('eth0').mac).toBe('02:00:00:00:00:02');
    expect([right.address(), right.address(6)]).toEqual(['10.1.1.2', 'fd00:1::2']);
    const [loopback, wire] = await listInterfaces({ netlink: left.netlink });
    expect(loopback).toMatchObject({ name: 'lo', state: 'up' });
    expect(wire).toMatchObject({ name: 'eth0', state: 'up', operationalState: 'up', carrier: true, kind: 'veth' });
    expect(wire?.addresses.every(({ tentative }) => !tentative)).toBe(true);
  });

  test.each(['10.1.1.2', 'fd00:1::2'])('TCP to %s carries data both ways', async (address) => {
    const request = new TextEncoder().encode('MAIL FROM:<a@example.com>\r\n');
    const reply = pattern(200_000);
    const exchange = await exchangeTcp(lab.host('left'), lab.host('right'), { request, reply, address, port: 25 });
    expect(Buffer.compare(exchange.atServer, request)).toBe(0);
    expect(Buffer.compare(exchange.atClient, reply)).toBe(0);
  });

  test('a TCP connection has the ports and addresses that were asked for', async () => {
    await using connection = await connectTcp(lab.host('left'), lab.host('right'), { port: 7000, sourcePort: 7001 });
    expect(connection.client.remotePort).toBe(7000);
    expect(connection.server).toMatchObject({ remoteAddress: '10.1.1.1', remotePort: 7001, localAddress: '10.1.1.2' });
  });

  test.each(['10.1.1.2', 'fd00:1::2'])('UDP to %s, empty, small and as large as a frame', async (address) => {
    for (const length of [0, 1, 512, 8950]) {
      const payload = pattern(length);
      const received = await sendUdp(lab.host('left'), lab.host('right'), payload, { address, port: 5353 });
      expect(Buffer.compare(received, payload)).toBe(0);
    }
  });

  test.each(['10.1.1.2', 'fd00:1::2'])('the other kernel answers pings of %s', async (address) => {
    expect(await pingAddress(lab.host('left'), address, { count: 3, payloadLength: 8000 })).toBe(3);
  });

  test('nobody answers where nobody is', async () => {
    expect(await pingAddress(lab.host('left'), '10.1.1.77', { timeout: 20 })).toBe(0);
    await expect(pingAddress(lab.host('left'), '192.0.2.1')).rejects.toMatchObject({ errorName: 'ENETUNREACH' });
    await expect(connectTcp(lab.host('left'), lab.host('right'), { address: '127.0.0.1' })).rejects.toMatchObject({
      errorName: 'ECONNREFUSED', // the server listens on the other host's loopback
    });
  });

  test.skipIf(tcpdump === undefined)('tcpdump sees what was sent, in order', async () => {
    await lab.forgetNeighbours();
    const witness = await startTcpdump(tcpdump ?? '', lab.host('right'), 'eth0', ['-t', 'arp', 'or', 'ip']);
    const payload = new TextEncoder().encode('hello');
    await sendUdp(lab.host('left'), lab.host('right'), payload, { port: 9, sourcePort: 1009 });
    await pingAddress(lab.host('left'), '10.1.1.2', { identifier: 77 });
    const lines = await witness.finish(5);
    expect(lines.slice(0, 5)).toEqual([
      'ARP, Request who-has 10.1.1.2 tell 10.1.1.1, length 28',
      'ARP, Reply 10.1.1.2 is-at 02:00:00:00:00:02, length 28',
      'IP 10.1.1.1.1009 > 10.1.1.2.9: UDP, length 5',
      'IP 10.1.1.1 > 10.1.1.2: ICMP echo request, id 77, seq 1, length 64',
      'IP 10.1.1.2 > 10.1.1.1: ICMP echo reply, id 77, seq 1, length 64',
    ]);
  });

  test.skipIf(tcpdump === undefined)(
    'without offload no frame is longer than the MTU, and checksums are right',
    async () => {
      const witness = await startTcpdump(tcpdump ?? '', lab.host('right'), 'eth0', ['-vv', 'tcp']);
      await exchangeTcp(lab.host('left'), lab.host('right'), { request: pattern(100_000), reply: pattern(50_000) });
      const text = (await witness.finish(20)).join('\n');
      const lengths = [...text.matchAll(/proto TCP \(6\), length (\d+)/g)].map(([, length]) => Number(length));
      expect(lengths.length).toBeGreaterThan(15);
      expect(Math.max(...lengths)).toBe(9000);
      expect(text).toMatch(/cksum 0x[0-9a-f]{4} \(correct\)/);
      expect(text).not.toContain('incorrect');
    },
  );

  test.skipIf(tcpdump === undefined)('raw frames arrive as they are: tagged, malformed, foreign', async () => {
    const witness = await startTcpdump(tcpdump ?? '', lab.host('right'), 'eth0', [
      '-t',
      '-e',
      '-xx',
      'ether',
      'src',
      '02:aa:aa:aa:aa:aa',
    ]);
    const addresses = '020000000002 02aaaaaaaaaa';
    sendFrames(lab.host('left'), 'eth0', [
      fromHex(`${addresses} 8100 0064 0800 4500`), // a tag, then an IPv4 header that ends after two bytes
      fromHex(`${addresses} 88b5 ${'5a'.repeat(9000)}`), // IEEE 802 local experimental, as long as the MTU allows
      fromHex(`${addresses} 0800`),
    ]);
    const text = (await witness.finish(500)).join('\n');
    expect(text).toContain('ethertype 802.1Q (0x8100), length 20: vlan 100');
    expect(text).toContain('ethertype Unknown (0x88b5), length 9014');
    expect(text).toMatch(/ethertype IPv4 \(0x0800\), length 14/);
  });

  test('a frame that the wire cannot carry is refused', () => {
    using sender = openFrameSender(lab.host('left'), 'eth0');
    expect(() => sender.send(new Uint8Array(9015))).toThrow(/EMSGSIZE/);
    expect(() => sender.send(new Uint8Array(3))).toThrow(/EINVAL/);
    sender.close();
    expect(() => openFrameSender(lab.host('left'), 'eth7')).toThrow(RangeError);
  });
});

describe('plans', () => {
  test.skipIf(tcpdump === undefined)('static neighbours need no ARP and no NDP', async () => {
    await using lab = await createLab(twoHosts({ staticNeighbours: true }));
    const witness = await startTcpdump(tcpdump ?? '', lab.host('right'), 'eth0', ['-t', 'not', 'multicast']);
    for (const address of ['10.1.1.2', 'fd00:1::2']) await pingAddress(lab.host('left'), address, { identifier: 5 });
    expect(await witness.finish(4)).toEqual([
      'IP 10.1.1.1 > 10.1.1.2: ICMP echo request, id 5, seq 1, length 64',
      'IP 10.1.1.2 > 10.1.1.1: ICMP echo reply, id 5, seq 1, length 64',
      'IP6 fd00:1::1 > fd00:1::2: ICMP6, echo request, id 5, seq 1, length 64',
      'IP6 fd00:1::2 > fd00:1::1: ICMP6, echo reply, id 5, seq 1, length 64',
    ]);
  });

  test('VLAN interfaces, or the kernel’s own word that it has none', async () => {
    const [wire] = twoHosts().wires;
    const plan = {
      hosts: ['left', 'right'].map((name, index) => ({
        name,
        vlans: [{ interface: 'eth0.100', parent: 'eth0', id: 100, addresses: [`10.2.1.${index + 1}/24`] }],
      })),
      wires: wire === undefined ? [] : [wire],
    };
    if (!(await supportsLinkKind('vlan'))) {
      await expect(createLab(plan)).rejects.toThrow(
        /cannot make VLAN 100 on eth0 of left: netlink: .*Unknown device type/,
      );
      return;
    }
    await using lab = await createLab(plan);
    expect(await pingAddress(lab.host('left'), '10.2.1.2')).toBe(1);
  });

  test.each([
    ['two hosts of one name', { hosts: [{ name: 'a' }, { name: 'a' }], wires: [] }],
    [
      'a bad address',
      {
        hosts: [{ name: 'a' }, { name: 'b' }],
        wires: [
          {
            ends: [
              { host: 'a', interface: 'x', addresses: ['10.1.1/24'] },
              { host: 'b', interface: 'x' },
            ],
          },
        ],
      },
    ],
    ['a route that does nothing', { hosts: [{ name: 'a', routes: [{ to: '10.0.0.0/8' }] }], wires: [] }],
  ] as const)('%s: TypeError, and nothing is left', async (_name, plan) => {
    const before = descriptors();
    await expect(createLab(plan as Parameters<typeof createLab>[0])).rejects.toBeInstanceOf(TypeError);
    expect(descriptors()).toEqual(before);
  });

  test('an unknown host: RangeError', async () => {
    const plan = {
      hosts: [{ name: 'a' }],
      wires: [
        {
          ends: [
            { host: 'a', interface: 'x' },
            { host: 'b', interface: 'x' },
          ] as const,
        },
      ],
    };
    await expect(createLab(plan)).rejects.toThrow('the lab has no host b');
  });
});

describe('after a lab', () => {
  test('no descriptor and no interface is left, whatever it was used for', async () => {
    const interfacesBefore = await listInterfaces();
    const descriptorsBefore = descriptors();
    for (let round = 0; round < 3; round += 1) {
      const lab = await createLab(twoHosts());
      await exchangeTcp(lab.host('left'), lab.host('right'), { request: pattern(10), reply: pattern(10) });
      const socket = await openUdp(lab.host('left'), '10.1.1.1');
      socket.close();
      await pingAddress(lab.host('left'), '10.1.1.2');
      expect(await listInterfaces()).toEqual(interfacesBefore); // while it is there as well
      await lab.close();
      await lab.close();
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(await listInterfaces()).toEqual(interfacesBefore);
    expect(descriptors()).toEqual(descriptorsBefore);
  });

  test('its hosts are closed', async () => {
    const lab = await createLab(twoHosts());
    await lab.close();
    expect(() => lab.host('left').run(() => 1)).toThrow(/closed/);
  });
});
