/** Kernel objects as they are saved and restored. Attribute numbers are those of linux/if_addr.h, if_link.h and rtnetlink.h. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readU16le, writeU32le } from '../../src/base/bytes.ts';
import { addAddress, decodeAddress } from '../../src/netlink/address.ts';
import {
  bytesAttribute,
  joinParts,
  nestedAttribute,
  readAttributes,
  textAttribute,
  u32Attribute,
} from '../../src/netlink/attribute.ts';
import {
  changeLink,
  createObject,
  createWithoutDetection,
  deleteObject,
  interfacesOf,
  isAutomatic,
  type KernelObject,
  needsNewLink,
  OBJECT_KINDS,
  readKernelObject,
  ruleInterfaces,
  withParameters,
} from '../../src/netlink/kernel-object.ts';
import { decodeLink } from '../../src/netlink/link.ts';
import { toHex } from '../support/hex.ts';

const ADDRESS = Uint8Array.of(10, 1, 1, 1);

/** RTM_NEWADDR as the kernel dumps it. @param stamps of creation and last change */
function dumpedAddress(flags: number, lifetimes: readonly [number, number], stamps: number): KernelObject | undefined {
  const info = new Uint8Array(16);
  for (const [at, value] of [...lifetimes, stamps, stamps].entries()) writeU32le(info, at * 4, value);
  const payload = joinParts(
    Uint8Array.of(2, 24, flags & 0xff, 0, 2, 0, 0, 0),
    bytesAttribute(1, ADDRESS),
    bytesAttribute(2, ADDRESS),
    textAttribute(3, 'eth0'),
    u32Attribute(8, flags),
    bytesAttribute(6, info),
  );
  return readKernelObject('address', { type: 20, flags: 2, payload });
}

describe('an address', () => {
  test('is the same whatever its age, and whether it is secondary, tentative or deprecated', () => {
    const one = dumpedAddress(0x80, [0xffff_ffff, 0xffff_ffff], 100);
    const other = dumpedAddress(0x80 | 0x01 | 0x40 | 0x20, [0xffff_ffff, 0xffff_ffff], 999);
    expect(one?.lifetime).toBeUndefined();
    expect(toHex(one?.payload ?? expect.fail())).toBe(toHex(other?.payload ?? expect.fail()));
    expect(toHex(dumpedAddress(0x200, [0, 0], 1)?.payload ?? expect.fail())).not.toBe(
      toHex(one?.payload ?? expect.fail()),
    );
  });

  test('is created with what remains of its lifetime, and deleted', () => {
    const object = dumpedAddress(0x200, [50, 100], 7) ?? expect.fail();
    expect(object.lifetime).toEqual({ preferred: 50, valid: 100 });
    const message = createObject(object, { preferred: 20, valid: 70 });
    const info = readAttributes(message.payload, 8, message.payload.length)?.bytes(6);
    expect(toHex(info ?? expect.fail())).toBe('14000000460000000000000000000000');
    expect(decodeAddress(message)).toMatchObject({
      interfaceIndex: 2,
      address: ADDRESS,
      prefixLength: 24,
      flags: 0x200,
    });
    expect(deleteObject(object)).toMatchObject({ type: 21, payload: object.payload });
    expect(decodeAddress(createWithoutDetection(object))?.flags).toBe(0x202);
  });
});

/** RTM_NEWLINK with IFLA_STATS64 (23), which must not be sent back. */
function dumpedLink(mtu: number, vlan: number, extra: readonly (Uint8Array | undefined)[] = []): KernelObject {
  const data = nestedAttribute(2, bytesAttribute(1, Uint8Array.of(vlan, 0)), bytesAttribute(5, Uint8Array.of(0x81, 0)));
  const payload = joinParts(
    Uint8Array.of(0, 0, 1, 0, 3, 0, 0, 0, 0x43, 0x10, 1, 0, 0, 0, 0, 0),
    textAttribute(3, 'eth0.5'),
    u32Attribute(4, mtu),
    u32Attribute(5, 2),
    bytesAttribute(23, new Uint8Array(24).fill(mtu & 0xff)),
    nestedAttribute(18, bytesAttribute(1, new TextEncoder().encode('vlan')), data),
    ...extra,
  );
  return readKernelObject('link', { type: 16, flags: 2, payload }) ?? expect.fail();
}

describe('a link', () => {
  test('keeps settings and parameters of its kind, not counters', () => {
    const link = dumpedLink(1500, 5);
    const attributes = readAttributes(link.payload, 16, link.payload.length);
    expect([attributes?.has(23), attributes?.u32(4), attributes?.u32(5)]).toEqual([false, 1500, 2]);
    expect(decodeLink(createObject(link))).toMatchObject({
      index: 3,
      name: 'eth0.5',
      kind: 'vlan',
      vlan: { id: 5, protocol: 0x8100 },
    });
    expect(isAutomatic(link)).toBe(false);
  });

  test('is changed by the attributes that differ, and leaves the bridge that it was not in', () => {
    const message = changeLink(dumpedLink(1500, 5), dumpedLink(1400, 5, [u32Attribute(10, 9)]));
    const attributes = readAttributes(message.payload, 16, message.payload.length);
    expect([message.flags, attributes?.u32(4), attributes?.u32(10), attributes?.has(3), attributes?.has(18)]).toEqual([
      0,
      1500,
      0,
      false,
      false,
    ]);
  });

  test('with another VLAN ID is another link', () => {
    const [link, other] = [dumpedLink(1500, 5), dumpedLink(1500, 7)];
    expect([needsNewLink(link, other), needsNewLink(link, dumpedLink(1400, 5))]).toEqual([true, false]);
    expect(toHex(withParameters(link, new Map([[1, Uint8Array.of(7, 0)]])).payload)).toBe(toHex(other.payload));
  });

  test('of a real device cannot be created', () => {
    const payload = joinParts(new Uint8Array(16), textAttribute(3, 'eth0'));
    expect(isAutomatic(readKernelObject('link', { type: 16, flags: 2, payload }) ?? expect.fail())).toBe(true);
  });
});

test('a route belongs to all interfaces of its next hops, and loses the state of each', () => {
  const hop = (index: number, flags: number): Uint8Array => Uint8Array.of(8, 0, flags, 0, index, 0, 0, 0);
  const payload = (flags: number): Uint8Array =>
    joinParts(
      Uint8Array.of(2, 16, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0),
      bytesAttribute(1, ADDRESS),
      bytesAttribute(9, joinParts(hop(2, flags), hop(3, 4))),
    );
  const read = (flags: number) =>
    readKernelObject('route', { type: 24, flags: 2, payload: payload(flags) }) ?? expect.fail();
  expect(interfacesOf(read(0))).toEqual([2, 3]);
  expect(toHex(read(0x11).payload)).toBe(toHex(read(0).payload)); // RTNH_F_DEAD, RTNH_F_LINKDOWN
});

test('the route of an IPv6 address is automatic; a configured one is not', () => {
  const route = (metric: number) =>
    readKernelObject('route', {
      type: 24,
      flags: 2,
      payload: joinParts(
        Uint8Array.of(10, 128, 0, 0, 255, 2, 0, 2, 0, 0, 0, 0),
        bytesAttribute(1, new Uint8Array(16)),
        u32Attribute(6, metric),
      ),
    }) ?? expect.fail();
  expect([isAutomatic(route(0)), isAutomatic(route(256))]).toEqual([true, false]);
});

test('a rule names its interfaces', () => {
  const payload = joinParts(
    Uint8Array.of(2, 0, 0, 0, 254, 0, 0, 1, 8, 0, 0, 0),
    textAttribute(3, 'eth0'),
    textAttribute(17, 'eth1'),
  );
  const rule = readKernelObject('rule', { type: 32, flags: 2, payload }) ?? expect.fail();
  expect(ruleInterfaces(rule)).toEqual(['eth0', 'eth1']);
  expect(rule.payload[8]).toBe(0); // FIB_RULE_IIF_DETACHED
});

test('a learned neighbour is not saved, a permanent one is', () => {
  const read = (state: number) =>
    readKernelObject('neighbour', {
      type: 28,
      flags: 2,
      payload: joinParts(Uint8Array.of(2, 0, 0, 0, 2, 0, 0, 0, state, 0, 0, 1), bytesAttribute(1, ADDRESS)),
    });
  expect([read(0x02), read(0x80)?.kind]).toEqual([undefined, 'neighbour']);
});

test('every truncation and any bytes are rejected or read', () => {
  const { payload } = addAddress({ interfaceIndex: 2, address: ADDRESS, prefixLength: 24 });
  for (let length = 0; length < payload.length; length += 1) {
    readKernelObject('address', { type: 20, flags: 0, payload: payload.subarray(0, length) });
  }
  fc.assert(
    fc.property(fc.constantFrom(...OBJECT_KINDS), fc.uint8Array({ maxLength: 160 }), (kind, bytes) => {
      const type = { link: 16, address: 20, route: 24, neighbour: 28, rule: 32, qdisc: 36, nextHop: 104 }[kind];
      // A well-formed list of attributes more often than by chance.
      if (bytes.length > 26) bytes.set([bytes.length - 20, 0, readU16le(bytes, 22) & 0x1f, 0], 20);
      const object = readKernelObject(kind, { type, flags: 0, payload: bytes });
      if (object === undefined) return;
      createObject(object);
      interfacesOf(object);
      isAutomatic(object);
      // What was read is read again as the same.
      const again = readKernelObject(kind, { type, flags: 0, payload: object.payload });
      expect(again === undefined ? '' : toHex(again.payload)).toBe(toHex(object.payload));
    }),
  );
});
