/** Media settings. The vector is the answer of Linux 6.18 for a veth interface; constants are those of linux/ethtool_netlink.h. @module */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bytesAttribute,
  joinParts,
  nestedAttribute,
  textAttribute,
  u8Attribute,
  u32Attribute,
} from '../../src/netlink/attribute.ts';
import { decodeLinkModes, getLinkModes, setLinkModes } from '../../src/netlink/ethtool.ts';
import { fromHex, toHex } from '../support/hex.ts';

const VETH = fromHex(
  '040100001800018008000100020000000900020065746830000000000500020000000000' +
    '100003800800020079000000040003800800050010270000050006000100000005000a0000000000',
);
const FAMILY = { id: 21, version: 1, groups: new Map<string, number>() };

test('the answer of the kernel', () => {
  expect(decodeLinkModes({ type: 21, flags: 0, payload: VETH })).toEqual({
    autonegotiation: false,
    speed: 10_000,
    duplex: 'full',
    supported: [],
    advertised: [],
    partner: [],
  });
});

test('modes by name: those with a value are advertised; unknown speed and duplex are undefined', () => {
  const bit = (name: string, isSet: boolean): Uint8Array =>
    nestedAttribute(1, textAttribute(2, name), isSet ? bytesAttribute(3, new Uint8Array(0)) : undefined);
  const bits = nestedAttribute(3, nestedAttribute(3, bit('100baseT/Full', true), bit('1000baseT/Full', false)));
  const payload = joinParts(
    Uint8Array.of(4, 1, 0, 0),
    u8Attribute(2, 1),
    bits,
    u32Attribute(5, 0xffff_ffff),
    u8Attribute(6, 0xff),
  );
  expect(decodeLinkModes({ type: 21, flags: 0, payload })).toEqual({
    autonegotiation: true,
    speed: undefined,
    duplex: undefined,
    supported: ['100baseT/Full', '1000baseT/Full'],
    advertised: ['100baseT/Full'],
    partner: [],
  });
});

test('requests', () => {
  expect(toHex(getLinkModes(FAMILY, 2).payload)).toBe('040100000c0001800800010002000000');
  expect(toHex(setLinkModes(FAMILY, 2, { autonegotiation: false, speed: 100, duplex: 'half' }).payload)).toBe(
    '050100000c000180080001000200000005000200000000000800050064000000' + '0500060000000000',
  );
});

test('every truncation and any bytes are rejected or read', () => {
  for (let length = 0; length < VETH.length; length += 1) {
    decodeLinkModes({ type: 21, flags: 0, payload: VETH.subarray(0, length) });
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      decodeLinkModes({ type: 21, flags: 0, payload: Uint8Array.of(4, 1, 0, 0, ...bytes) });
    }),
  );
});
