/** Detection of interfaces with a default route, from links and routes (linux/if_link.h, linux/rtnetlink.h). @module */
import { expect, test } from 'vitest';
import { joinParts, textAttribute, u32Attribute } from '../../../src/netlink/attribute.ts';
import type { NetlinkConnection } from '../../../src/netlink/connection.ts';
import type { NetlinkMessage } from '../../../src/netlink/message.ts';
import { addRoute } from '../../../src/netlink/route-request.ts';
import { refuseDefaultRoute } from '../../../src/session/replay/guard.ts';
import { address } from '../../support/made-frames.ts';

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const IFLA_IFNAME = 3;
const IFLA_LINK = 5;
const IFLA_MASTER = 10;

interface FakeLink {
  readonly index: number;
  readonly name: string;
  readonly parent?: number;
  readonly master?: number;
}

function linkMessage({ index, name, parent, master }: FakeLink): NetlinkMessage {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(index, 4);
  const attributes = [
    textAttribute(IFLA_IFNAME, name),
    u32Attribute(IFLA_LINK, parent),
    u32Attribute(IFLA_MASTER, master),
  ];
  return { type: RTM_NEWLINK, flags: 0, payload: joinParts(new Uint8Array(header), ...attributes) };
}

function defaultRoute(interfaceIndex: number, gateway: string, table = 254): NetlinkMessage {
  const destination = new Uint8Array(address(gateway).length);
  return addRoute({ destination, prefixLength: 0, table, nextHops: [{ gateway: address(gateway), interfaceIndex }] });
}

/** Simulates a kernel with these links and routes. */
function kernel(
  links: readonly FakeLink[],
  routes: readonly NetlinkMessage[],
): NetlinkConnection & { isClosed: boolean } {
  const connection = {
    isClosed: false,
    dump: async ({ type }: NetlinkMessage) => ({
      messages: type === RTM_GETLINK ? links.map(linkMessage) : routes,
      consistent: true,
    }),
    close() {
      connection.isClosed = true;
    },
  };
  return connection as unknown as NetlinkConnection & { isClosed: boolean };
}

const LINKS: readonly FakeLink[] = [
  { index: 1, name: 'lo' },
  { index: 2, name: 'eth0', master: 5 },
  { index: 3, name: 'eth1' },
  { index: 4, name: 'eth1.7', parent: 3 },
  { index: 5, name: 'br0' },
  { index: 6, name: 'br0.9', parent: 5 },
];

test.each([
  ['itself', 3, [defaultRoute(3, '10.0.0.1')], 'default via 10.0.0.1 dev eth1 table 254 (IPv4)'],
  ['IPv6, another table', 3, [defaultRoute(3, 'fe80::1', 99)], 'default via fe80::1 dev eth1 table 99 (IPv6)'],
  ['a VLAN on it', 3, [defaultRoute(4, '10.0.0.1')], ' dev eth1.7 '],
  ['the bridge that it is a port of', 2, [defaultRoute(5, '10.0.0.1')], ' dev br0 '],
  ['a VLAN on that bridge', 2, [defaultRoute(6, '10.0.0.1')], ' dev br0.9 '],
])('a default route over %s is refused', async (_, index, routes, message) => {
  const name = index === 2 ? 'eth0' : 'eth1';
  const netlink = kernel(LINKS, routes);
  await expect(refuseDefaultRoute(name, index, netlink)).rejects.toMatchObject({
    code: 'DEFAULT_ROUTE',
    message: expect.stringContaining(message),
  });
  expect(netlink.isClosed).toBe(true);
});

test('ignores routes over other interfaces, and routes that are not default routes', async () => {
  const near = addRoute({ destination: address('10.0.0.0'), prefixLength: 8, nextHops: [{ interfaceIndex: 3 }] });
  const netlink = kernel(LINKS, [near, defaultRoute(5, '10.0.0.1'), defaultRoute(1, '10.0.0.1')]);
  await refuseDefaultRoute('eth1', 3, netlink);
  await refuseDefaultRoute('eth1.7', 4, kernel(LINKS, [defaultRoute(3, '10.0.0.1')]));
  expect(netlink.isClosed).toBe(true);
});
