/** Our netlink and `ip -json` (iproute2) look at the same namespace and say the same. @module */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatIpv4, formatIpv6, formatMac, parseIpv4, parseIpv6 } from '../../src/base/address.ts';
import { createLab, type Lab, type LabHost } from '../../src/lab/index.ts';
import { addAddress, decodeAddress, deleteAddress, dumpAddresses } from '../../src/netlink/address.ts';
import { createPlainLink, decodeLink, deleteLink, dumpLinks, getLink, setLink } from '../../src/netlink/link.ts';
import type { NetlinkMessage } from '../../src/netlink/message.ts';
import { addNeighbour, decodeNeighbour, deleteNeighbour, dumpNeighbours } from '../../src/netlink/neighbour.ts';
import { decodeRoute } from '../../src/netlink/route.ts';
import { RouteTable, RouteType } from '../../src/netlink/route-layout.ts';
import { addRoute, deleteRoute, dumpRoutes, lookUpRoute } from '../../src/netlink/route-request.ts';
import { requirePeer } from '../support/peers.ts';

const ip = requirePeer('ip');

interface JsonLink {
  readonly ifindex: number;
  readonly ifname: string;
  readonly mtu: number;
  readonly address?: string;
  readonly operstate: string;
  readonly flags: readonly string[];
}

function askIp<T>(host: LabHost, ...words: string[]): readonly T[] {
  const { stdout, stderr } = host.run(() => spawnSync(ip ?? '', ['-json', ...words], { encoding: 'utf8' }));
  if (stdout === '') throw new Error(`ip ${words.join(' ')}: ${stderr}`);
  return JSON.parse(stdout) as T[];
}

async function dump<T>(host: LabHost, message: NetlinkMessage, decode: (one: NetlinkMessage) => T | undefined) {
  const { messages, consistent } = await host.netlink.dump(message);
  expect(consistent).toBe(true);
  return messages.map((one) => decode(one) ?? expect.fail('a message that we cannot read'));
}

function text(address: Uint8Array): string {
  return address.length === 4 ? formatIpv4(address) : formatIpv6(address);
}

function bytes(address: string): Uint8Array {
  return parseIpv4(address) ?? parseIpv6(address) ?? expect.fail(address);
}

describe.skipIf(ip === undefined)('as iproute2 sees it', () => {
  let lab: Lab;
  let host: LabHost;
  beforeAll(async () => {
    lab = await createLab({
      hosts: [
        {
          name: 'near',
          forwarding: true,
          routes: [
            { to: '10.8.0.0/16', via: ['10.1.1.2', '10.1.2.2'] },
            { to: 'fd00:8::/32', via: ['fd00:1::2', 'fd00:2::2'] },
            { to: '10.66.1.0/24', drop: 'blackhole' },
            { to: 'fd00:66::/32', drop: 'prohibit' },
            { to: 'default', via: '10.1.1.2', mtu: 1400 },
          ],
        },
        { name: 'far' },
      ],
      wires: [1, 2].map((number) => ({
        mtu: number === 1 ? 9000 : 1500,
        staticNeighbours: number === 1,
        ends: [
          {
            host: 'near',
            interface: `eth${number}`,
            addresses: [`10.1.${number}.1/24`, `fd00:${number}::1/64`, `10.1.${number}.9/24`],
          },
          { host: 'far', interface: `eth${number}`, addresses: [`10.1.${number}.2/24`, `fd00:${number}::2/64`] },
        ] as const,
      })),
    });
    host = lab.host('near');
  });
  afterAll(() => lab.close());

  test('links', async () => {
    const ours = await dump(host, dumpLinks(), decodeLink);
    const theirs = askIp<JsonLink>(host, 'link');
    expect(
      ours.map(({ index, name, mtu, address, operationalState }) => ({
        ifindex: index,
        ifname: name,
        mtu,
        address: formatMac(address),
        operstate: operationalState.toUpperCase(),
      })),
    ).toEqual(
      theirs.map(({ ifindex, ifname, mtu, address, operstate }) => ({ ifindex, ifname, mtu, address, operstate })),
    );
    expect(ours.map(({ kind }) => kind)).toEqual([undefined, 'veth', 'veth']);
  });

  test('addresses', async () => {
    interface JsonAddresses {
      readonly ifindex: number;
      readonly addr_info: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[];
    }
    const ours = await dump(host, dumpAddresses(), decodeAddress);
    const theirs = askIp<JsonAddresses>(host, 'address').flatMap(({ ifindex, addr_info }) =>
      addr_info.map(({ local, prefixlen }) => `${ifindex} ${local}/${prefixlen}`),
    );
    const seen = ours.map((one) => `${one.interfaceIndex} ${text(one.address)}/${one.prefixLength}`);
    expect(seen.sort()).toEqual(theirs.sort());
  });

  test('routes of all tables, IPv4 and IPv6', async () => {
    interface JsonRoute {
      readonly type?: string;
      readonly dst: string;
      readonly gateway?: string;
      readonly nexthops?: readonly { readonly gateway: string; readonly weight: number }[];
      readonly metrics?: readonly { readonly mtu?: number }[];
    }
    const ours = (await dump(host, dumpRoutes(), decodeRoute)).map((route) => {
      const bits = route.family === 2 ? 32 : 128;
      const length = route.prefixLength === bits ? '' : `/${route.prefixLength}`;
      const destination = route.destination === undefined ? 'default' : `${text(route.destination)}${length}`;
      const gateways = route.nextHops.flatMap(({ gateway }) => (gateway === undefined ? [] : text(gateway)));
      return `${route.type} ${destination} ${gateways.join(',')} ${route.mtu ?? ''}`;
    });
    const types: Readonly<Record<string, number>> = RouteType;
    const theirs = [4, 6].flatMap((family) =>
      askIp<JsonRoute>(host, `-${family}`, '-details', 'route', 'show', 'table', 'all').map((route) => {
        const gateways =
          route.nexthops?.map(({ gateway }) => gateway) ?? (route.gateway === undefined ? [] : [route.gateway]);
        return `${types[route.type ?? 'unicast']} ${route.dst} ${gateways.join(',')} ${route.metrics?.[0]?.mtu ?? ''}`;
      }),
    );
    expect(ours.sort()).toEqual(theirs.sort());
    expect(ours).toContain('1 10.8.0.0/16 10.1.1.2,10.1.2.2 ');
    expect(ours).toContain('1 fd00:8::/32 fd00:1::2,fd00:2::2 ');
    expect(ours).toContain('1 default 10.1.1.2 1400');
  });

  test('neighbours', async () => {
    interface JsonNeighbour {
      readonly dst: string;
      readonly lladdr?: string;
      readonly state: readonly string[];
    }
    const ours = (await dump(host, dumpNeighbours(), decodeNeighbour)).filter(({ state }) => state === 0x80);
    const theirs = askIp<JsonNeighbour>(host, 'neigh', 'show', 'nud', 'permanent');
    const seen = ours.map(
      ({ address, linkAddress }) => `${text(address)} ${formatMac(linkAddress ?? new Uint8Array(6))}`,
    );
    expect(seen.sort()).toEqual(theirs.map(({ dst, lladdr }) => `${dst} ${lladdr}`).sort());
    expect(seen).toEqual(['10.1.1.2 02:00:00:00:00:02', 'fd00:1::2 02:00:00:00:00:02']);
  });

  test('the route that a packet would take', async () => {
    const answers: NetlinkMessage[] = [];
    for await (const answer of host.netlink.request(lookUpRoute(bytes('192.0.2.1')))) answers.push(answer);
    expect(answers).toHaveLength(1);
    const route = answers[0] === undefined ? undefined : decodeRoute(answers[0]);
    expect(route).toMatchObject({ table: RouteTable.main, type: RouteType.unicast });
    expect(route?.nextHops.map(({ gateway }) => text(gateway ?? new Uint8Array(4)))).toEqual(['10.1.1.2']);
  });
});

describe('what the kernel does when asked', () => {
  let lab: Lab;
  let host: LabHost;
  beforeAll(async () => {
    const ends = [
      { host: 'a', interface: 'eth0', addresses: ['10.1.1.1/24'] },
      { host: 'b', interface: 'eth0' },
    ] as const;
    lab = await createLab({ hosts: [{ name: 'a' }, { name: 'b' }], wires: [{ ends }] });
    host = lab.host('a');
  });
  afterAll(() => lab.close());

  async function names(): Promise<string[]> {
    return (await dump(host, dumpLinks(), decodeLink)).map(({ name }) => name);
  }

  test('a bridge comes, is renamed, set up and down, and goes', async () => {
    await host.netlink.execute(createPlainLink({ name: 'br0', mtu: 1400 }, 'bridge'));
    const { index, kind, mtu } = await host.link('br0');
    expect({ kind, mtu }).toEqual({ kind: 'bridge', mtu: 1400 });
    await host.netlink.execute(setLink(index, { name: 'br1', up: true, address: Uint8Array.of(2, 0, 0, 0, 9, 9) }));
    expect(await host.link('br1')).toMatchObject({ index, address: Uint8Array.of(2, 0, 0, 0, 9, 9) });
    expect((await host.link('br1')).flags & 1).toBe(1);
    await host.netlink.execute(setLink(index, { up: false }));
    expect((await host.link('br1')).flags & 1).toBe(0);
    await host.netlink.execute(deleteLink(index));
    expect(await names()).toEqual(['lo', 'eth0']);
  });

  test('an interface moves to another namespace', async () => {
    await host.netlink.execute(createPlainLink({ name: 'br0' }, 'bridge'));
    const { index } = await host.link('br0');
    const refused = host.netlink.execute(setLink(index, { namespaceDescriptor: lab.host('b').namespace.descriptor }));
    await expect(refused).rejects.toMatchObject({ code: 'NETLINK_REFUSED', errorName: 'EINVAL' }); // bridges stay
    await host.netlink.execute(deleteLink(index));
  });

  test('addresses, routes and neighbours come and go', async () => {
    const { index: interfaceIndex } = host.interface('eth0');
    const address = { interfaceIndex, address: bytes('10.7.0.1'), prefixLength: 16 };
    const route = {
      destination: bytes('10.9.0.0'),
      prefixLength: 16,
      nextHops: [{ gateway: bytes('10.1.1.2') }],
      table: 1000,
    };
    const neighbour = { interfaceIndex, address: bytes('10.1.1.7'), linkAddress: Uint8Array.of(2, 0, 0, 0, 0, 7) };
    const has = async () => [
      (await dump(host, dumpAddresses(), decodeAddress)).some((one) => text(one.address) === '10.7.0.1'),
      (await dump(host, dumpRoutes(), decodeRoute)).some((one) => one.table === 1000),
      (await dump(host, dumpNeighbours(), decodeNeighbour)).some((one) => text(one.address) === '10.1.1.7'),
    ];
    expect(await has()).toEqual([false, false, false]);
    await host.netlink.execute(addAddress(address));
    await host.netlink.execute(addRoute(route));
    await host.netlink.execute(addNeighbour(neighbour));
    expect(await has()).toEqual([true, true, true]);
    await host.netlink.execute(deleteAddress(address));
    await host.netlink.execute(deleteRoute(route));
    await host.netlink.execute(deleteNeighbour(neighbour));
    expect(await has()).toEqual([false, false, false]);
  });

  test('refusals say what was wanted, the errno, and the kernel’s sentence', async () => {
    const { index } = host.interface('eth0');
    const tooLarge = host.netlink.execute(setLink(index, { mtu: 70_000 }), { wanted: 'set the MTU of eth0' });
    await expect(tooLarge).rejects.toThrow(
      'cannot set the MTU of eth0: netlink: EINVAL: mtu greater than device maximum',
    );
    const missing = host.netlink.execute(getLink('nothere'), { wanted: 'find nothere' });
    await expect(missing).rejects.toMatchObject({
      errorName: 'ENODEV',
      message: 'cannot find nothere: netlink: ENODEV',
    });
    const twice = host.netlink.execute(
      addAddress({ interfaceIndex: index, address: bytes('10.1.1.1'), prefixLength: 24 }),
    );
    await expect(twice).rejects.toMatchObject({ errorName: 'EEXIST' });
  });

  test('a table of 3,000 entries, over many datagrams', async () => {
    const { index: interfaceIndex } = host.interface('eth0');
    for (let number = 0; number < 3000; number += 1) {
      const address = Uint8Array.of(10, 1, number >>> 8, number);
      const destination = Uint8Array.of(10, 50 + (number >>> 8), number, 0);
      await host.netlink.execute(
        addRoute({ destination, prefixLength: 24, nextHops: [{ interfaceIndex }], priority: 10_000 + number }),
      );
      if (number < 900) {
        await host.netlink.execute(
          addNeighbour({ interfaceIndex, address, linkAddress: Uint8Array.of(2, 0, 0, 1, 1, 1) }),
        );
      }
    }
    const routes = await dump(host, dumpRoutes(), decodeRoute);
    const priorities = routes.flatMap(({ priority = 0 }) => (priority >= 10_000 ? priority : []));
    expect(new Set(priorities).size).toBe(3000);
    const neighbours = await dump(host, dumpNeighbours(), decodeNeighbour);
    expect(neighbours.filter(({ linkAddress }) => linkAddress?.[3] === 1)).toHaveLength(900);
  });
});
