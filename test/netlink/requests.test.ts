/**
 * Compares our requests with those of iproute2 6.1, recorded by `strace -e trace=sendmsg -e write=3 ip ...` in an empty network
 * namespace whose veth0 had index 3. Two things differ on purpose: sequence numbers, and NLA_F_NESTED (0x8000), which
 * we set on nests and iproute2 does not; the vectors are those of iproute2. @module
 */
import { describe, expect, test } from 'vitest';
import { parseIpv4, parseIpv6, parseMac } from '../../src/base/address.ts';
import { addAddress } from '../../src/netlink/address.ts';
import { createVeth, createVlan, deleteLink, setLink } from '../../src/netlink/link.ts';
import { encodeMessage, MessageFlag, type NetlinkMessage } from '../../src/netlink/message.ts';
import { addNeighbour } from '../../src/netlink/neighbour.ts';
import { RouteType } from '../../src/netlink/route-layout.ts';
import { addRoute } from '../../src/netlink/route-request.ts';
import { fromHex, toHex } from '../support/hex.ts';

const SEQUENCE = 0x6b0511c9;

function ipv4(text: string): Uint8Array {
  return parseIpv4(text) ?? expect.fail(text);
}

function ipv6(text: string): Uint8Array {
  return parseIpv6(text) ?? expect.fail(text);
}

function mac(text: string): Uint8Array {
  return parseMac(text) ?? expect.fail(text);
}

/** Returns the bytes that a connection sends. */
function sent(message: NetlinkMessage): Uint8Array {
  const flags = message.flags | MessageFlag.request | MessageFlag.acknowledge;
  return encodeMessage({ ...message, flags }, SEQUENCE);
}

/** @param nests offsets of attribute headers that get NLA_F_NESTED */
function expectBytes(message: NetlinkMessage, hex: string, nests: readonly number[] = []): void {
  const expected = fromHex(hex);
  for (const at of nests) expected[at + 3] = 0x80;
  expect(toHex(sent(message))).toBe(toHex(expected));
}

describe('addresses', () => {
  test('ip addr add 10.1.1.1/24 dev veth0', () => {
    expectBytes(
      addAddress({ interfaceIndex: 3, address: ipv4('10.1.1.1'), prefixLength: 24 }),
      `28000000140005 06c911056b00000000
       0218000003000000 08000200 0a010101
       08000100 0a010101`,
    );
  });

  test('ip -6 addr add fd00:1::1/64 dev veth0 nodad', () => {
    expectBytes(
      addAddress({ interfaceIndex: 3, address: ipv6('fd00:1::1'), prefixLength: 64, noDad: true }),
      `40000000140005 06c911056b00000000
       0a40020003000000 14000200 fd000001000000000000000000000001
       14000100 fd000001000000000000000000000001`,
    );
  });
});

describe('routes', () => {
  test('ip route add 10.9.0.0/16 via 10.1.1.2 dev veth0', () => {
    expectBytes(
      addRoute({
        destination: ipv4('10.9.0.0'),
        prefixLength: 16,
        nextHops: [{ gateway: ipv4('10.1.1.2'), interfaceIndex: 3 }],
      }),
      `34000000180005 06c911056b00000000
       02100000fe03000100000000 08000100 0a090000
       08000500 0a010102 08000400 03000000`,
    );
  });

  test('ip route add 10.8.0.0/16 nexthop via 10.1.1.3 dev veth0 weight 1 nexthop via 10.1.1.4 dev veth0 weight 3', () => {
    expectBytes(
      addRoute({
        destination: ipv4('10.8.0.0'),
        prefixLength: 16,
        nextHops: [
          { gateway: ipv4('10.1.1.3'), interfaceIndex: 3, weight: 1 },
          { gateway: ipv4('10.1.1.4'), interfaceIndex: 3, weight: 3 },
        ],
      }),
      `48000000180005 06c911056b00000000
       02100000fe03000100000000 08000100 0a080000
       24000900 1000000003000000 08000500 0a010103 1000000203000000 08000500 0a010104`,
    );
  });

  test.each([
    ['blackhole', RouteType.blackhole, '06', '01'],
    ['unreachable', RouteType.unreachable, '07', '02'],
    ['prohibit', RouteType.prohibit, '08', '03'],
  ])('ip route add %s 10.66.N.0/24', (_name, type, typeHex, networkHex) => {
    expectBytes(
      addRoute({ destination: fromHex(`0a42${networkHex}00`), prefixLength: 24, type }),
      `24000000180005 06c911056b00000000
       02180000fe0300${typeHex}00000000 08000100 0a42${networkHex}00`,
    );
  });

  test('ip route add default via 10.1.1.2 mtu 1400', () => {
    expectBytes(
      addRoute({
        destination: ipv4('0.0.0.0'),
        prefixLength: 0,
        nextHops: [{ gateway: ipv4('10.1.1.2') }],
        mtu: 1400,
      }),
      `30000000180005 06c911056b00000000
       02000000fe03000100000000 08000500 0a010102
       0c000800 08000200 78050000`,
      [0x24],
    );
  });

  test('ip -6 route add fd00:9::/64 via fd00:1::2 dev veth0', () => {
    expectBytes(
      addRoute({
        destination: ipv6('fd00:9::'),
        prefixLength: 64,
        nextHops: [{ gateway: ipv6('fd00:1::2'), interfaceIndex: 3 }],
      }),
      `4c000000180005 06c911056b00000000
       0a400000fe03000100000000 14000100 fd000009000000000000000000000000
       14000500 fd000001000000000000000000000002 08000400 03000000`,
    );
  });
});

test('ip neigh replace 10.1.1.2 lladdr 02:00:00:00:00:02 dev veth0 nud permanent', () => {
  expectBytes(
    addNeighbour({ interfaceIndex: 3, address: ipv4('10.1.1.2'), linkAddress: mac('02:00:00:00:00:02') }),
    `300000001c0005 05c911056b00000000
     020000000300000080000000 08000100 0a010102
     0a000200 020000000002 0000`,
  );
});

describe('links', () => {
  test('ip link set dev veth0 mtu 9000', () => {
    expectBytes(
      setLink(3, { mtu: 9000 }),
      `28000000100005 00c911056b00000000
       00000000030000000000000000000000 08000400 28230000`,
    );
  });

  test('ip link set dev veth0 down', () => {
    expectBytes(
      setLink(3, { up: false }),
      `20000000100005 00c911056b00000000
       00000000030000000000000001000000`,
    );
  });

  test('ip link del veth0', () => {
    expectBytes(
      deleteLink(3),
      `20000000110005 00c911056b00000000
       00000000030000000000000000000000`,
    );
  });

  test('ip link add left address … mtu 9000 type veth peer name right address … mtu 9000', () => {
    expectBytes(
      createVeth(
        { name: 'left', address: mac('02:00:00:00:00:01'), mtu: 9000 },
        { name: 'right', address: mac('02:00:00:00:00:02'), mtu: 9000 },
      ),
      `84000000100005 06c911056b00000000
       00000000000000000000000000000000
       0a000100 0200000000010000 08000400 28230000 09000300 6c656674 00000000
       44001200 08000100 76657468 38000200 34000100
       00000000000000000000000000000000
       0a000100 0200000000020000 08000400 28230000 0a000300 7269676874000000`,
      [0x40, 0x4c, 0x50],
    );
  });

  test('ip link add link veth0 name veth0.100 type vlan id 100', () => {
    expectBytes(
      createVlan({ name: 'veth0.100' }, { parentIndex: 3, id: 100 }),
      `50000000100005 06c911056b00000000
       00000000000000000000000000000000
       08000500 03000000 0e000300 76657468302e313030000000
       18001200 08000100 766c616e 0c000200 06000100 64000000`,
      [0x38, 0x44],
    );
  });

  test('the VLAN protocol is in network order (IFLA_VLAN_PROTOCOL, linux/if_link.h)', () => {
    const bytes = toHex(sent(createVlan({ name: 'v' }, { parentIndex: 3, id: 1, protocol: 0x88a8 })));
    expect(bytes).toContain('0600010001000000' + '0600050088a80000');
  });
});
