/**
 * Answers of rtnetlink as plain data. Requests and answers have the same form (rtnetlink(7)), so requests, whose bytes
 * `requests.test.ts` compares with iproute2, are decoded here; `test/lab/lab-netlink.test.ts` compares with `ip -json`.
 * @module
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addAddress, decodeAddress } from '../../src/netlink/address.ts';
import { joinParts, nestedAttribute, textAttribute, u8Attribute, u32Attribute } from '../../src/netlink/attribute.ts';
import { createVeth, createVlan, decodeLink } from '../../src/netlink/link.ts';
import type { NetlinkMessage } from '../../src/netlink/message.ts';
import { addNeighbour, decodeNeighbour, NeighbourState } from '../../src/netlink/neighbour.ts';
import { decodeRoute } from '../../src/netlink/route.ts';
import { RouteTable, RouteType } from '../../src/netlink/route-layout.ts';
import { addRoute } from '../../src/netlink/route-request.ts';
import { fromHex } from '../support/hex.ts';

const address = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
);
const index = fc.integer({ min: 1, max: 0x7fff_ffff });

/** Draws an address and a valid prefix length. */
const prefix = address.chain((bytes) =>
  fc.record({ bytes: fc.constant(bytes), length: fc.integer({ min: 0, max: bytes.length * 8 }) }),
);

describe('round trips', () => {
  test('addresses', () => {
    fc.assert(
      fc.property(prefix, index, fc.boolean(), ({ bytes, length }, interfaceIndex, noDad) => {
        const decoded = decodeAddress(addAddress({ interfaceIndex, address: bytes, prefixLength: length, noDad }));
        expect(decoded).toEqual({
          interfaceIndex,
          address: bytes,
          prefixLength: length,
          peer: undefined,
          broadcast: undefined,
          scope: 0,
          flags: noDad ? 2 : 0,
        });
      }),
    );
  });

  test('neighbours', () => {
    fc.assert(
      fc.property(
        address,
        index,
        fc.uint8Array({ minLength: 6, maxLength: 6 }),
        (bytes, interfaceIndex, linkAddress) => {
          expect(decodeNeighbour(addNeighbour({ interfaceIndex, address: bytes, linkAddress }))).toEqual({
            interfaceIndex,
            address: bytes,
            linkAddress,
            state: NeighbourState.permanent,
            flags: 0,
            age: undefined,
            probes: undefined,
          });
        },
      ),
    );
  });

  test('routes with any next hops', () => {
    const hop = fc.record({
      gateway: fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 }), { nil: undefined }),
      interfaceIndex: index,
      weight: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(
        fc.array(hop, { minLength: 2, maxLength: 9 }),
        fc.integer({ min: 1, max: 0xffff_ffff }),
        (nextHops, table) => {
          const destination = fromHex('fd000001000000000000000000000000');
          const decoded = decodeRoute(
            addRoute({ destination, prefixLength: 64, nextHops, mtu: 1400, table, priority: 7 }),
          );
          expect(decoded).toMatchObject({ destination, prefixLength: 64, nextHops, mtu: 1400, table, priority: 7 });
        },
      ),
    );
  });

  test('a default route has no destination, a blackhole route has no next hop', () => {
    const byDefault = decodeRoute(
      addRoute({ destination: new Uint8Array(4), prefixLength: 0, nextHops: [{ interfaceIndex: 3 }] }),
    );
    expect(byDefault).toMatchObject({ family: 2, destination: undefined, prefixLength: 0, table: RouteTable.main });
    expect(byDefault?.nextHops).toEqual([{ gateway: undefined, interfaceIndex: 3, weight: 1, flags: 0 }]);
    const dropped = addRoute({ destination: fromHex('0a420100'), prefixLength: 24, type: RouteType.blackhole });
    expect(decodeRoute(dropped)).toMatchObject({ type: RouteType.blackhole, nextHops: [] });
  });

  test('links', () => {
    const link = decodeLink(
      createVeth({ name: 'left', mtu: 9000, address: fromHex('020000000001') }, { name: 'right' }),
    );
    expect(link).toMatchObject({
      name: 'left',
      mtu: 9000,
      address: fromHex('020000000001'),
      kind: 'veth',
      vlan: undefined,
    });
    const vlan = decodeLink(createVlan({ name: 'v' }, { parentIndex: 3, id: 100, protocol: 0x8100 }));
    expect(vlan).toMatchObject({ parentIndex: 3, kind: 'vlan', vlan: { id: 100, protocol: 0x8100 } });
  });
});

test('operational states beyond those of linux/if.h are unknown', () => {
  for (const [number, name] of [
    [6, 'up'],
    [7, 'unknown'],
    [255, 'unknown'],
  ] as const) {
    const payload = joinParts(new Uint8Array(16), textAttribute(3, 'eth0'), u8Attribute(16, number));
    expect(decodeLink({ type: 16, flags: 0, payload })?.operationalState).toBe(name);
  }
});

test('the remaining lifetime of a route is in ticks (rta_cacheinfo, linux/rtnetlink.h)', () => {
  const header = Uint8Array.of(10, 0, 0, 0, 254, 9, 0, 1, 0, 0, 0, 0);
  const cacheInfo = fromHex(`24000c00${'00000000'.repeat(2)}70170000${'00000000'.repeat(5)}`);
  const route = decodeRoute({ type: 24, flags: 0, payload: joinParts(header, u32Attribute(4, 3), cacheInfo) });
  expect(route).toMatchObject({ expiresTicks: 6000, protocol: 9 });
});

describe('bad arguments', () => {
  const destination = fromHex('0a000000');
  test.each([
    ['an address of 5 bytes', () => addAddress({ interfaceIndex: 1, address: new Uint8Array(5), prefixLength: 0 })],
    ['a prefix of 33 bits', () => addAddress({ interfaceIndex: 1, address: destination, prefixLength: 33 })],
    ['a prefix of half a bit', () => addRoute({ destination, prefixLength: 0.5 })],
    ['a weight of 0', () => addRoute({ destination, prefixLength: 8, nextHops: [{ weight: 0 }, { weight: 1 }] })],
    [
      'a neighbour of no family',
      () => addNeighbour({ interfaceIndex: 1, address: new Uint8Array(0), linkAddress: destination }),
    ],
  ])('%s', (_name, call) => {
    expect(call).toThrow(RangeError);
  });
});

describe('malformed messages decode to undefined', () => {
  const decoders = { decodeLink, decodeAddress, decodeRoute, decodeNeighbour };
  const whole: Readonly<Record<string, NetlinkMessage>> = {
    decodeLink: createVeth({ name: 'left', mtu: 9000 }, { name: 'right' }),
    decodeAddress: addAddress({ interfaceIndex: 3, address: fromHex('0a010101'), prefixLength: 24 }),
    decodeRoute: addRoute({
      destination: fromHex('0a000000'),
      prefixLength: 8,
      nextHops: [{ interfaceIndex: 1 }, { interfaceIndex: 2 }],
    }),
    decodeNeighbour: addNeighbour({
      interfaceIndex: 3,
      address: fromHex('0a010101'),
      linkAddress: fromHex('020000000001'),
    }),
  };

  test.each(Object.entries(decoders))('%s: other types, every shorter length, any bytes', (name, decode) => {
    const message = whole[name] ?? expect.fail(name);
    expect(decode(message)).toBeDefined();
    expect(decode({ ...message, type: 3 })).toBeUndefined();
    for (let length = 0; length < message.payload.length; length += 1) {
      expect(() => decode({ ...message, payload: message.payload.slice(0, length) })).not.toThrow();
    }
    for (let length = 0; length < 8; length += 1) {
      expect(decode({ ...message, payload: message.payload.slice(0, length) })).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (payload) => {
        decode({ ...message, payload });
      }),
    );
    fc.assert(
      fc.property(fc.nat(message.payload.length - 1), fc.nat(255), (at, value) => {
        const payload = message.payload.slice();
        payload[at] = value;
        decode({ ...message, payload });
      }),
    );
  });

  test('an address with a length other than that of its family', () => {
    const wrong = addAddress({ interfaceIndex: 3, address: fromHex('0a010101'), prefixLength: 24 }).payload.slice();
    wrong[0] = 10; // AF_INET6
    expect(decodeAddress({ type: 20, flags: 0, payload: wrong })).toBeUndefined();
    wrong[0] = 2;
    wrong[1] = 33;
    expect(decodeAddress({ type: 20, flags: 0, payload: wrong })).toBeUndefined();
  });

  test('next hops after a malformed one', () => {
    const header = Uint8Array.of(2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0);
    for (const [bad, count] of [
      ['0000000004000000', 1],
      ['ffff000004000000', 1],
      ['0800000004000000', 2],
    ] as const) {
      const multipath = fromHex(`0800000003000000${bad}`);
      const attribute = nestedAttribute(9, multipath);
      const route = decodeRoute({ type: 24, flags: 0, payload: joinParts(header, attribute) });
      expect(route?.nextHops).toHaveLength(count);
    }
  });
});
