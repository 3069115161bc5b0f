/**
 * Answers of rtnetlink that requests do not have the form of. Layouts: linux/pkt_sched.h, linux/gen_stats.h,
 * linux/fib_rules.h, linux/neighbour.h. @module
 */
import { writeU32le } from '../../src/base/bytes.ts';
import {
  bytesAttribute,
  joinParts,
  nestedAttribute,
  textAttribute,
  u8Attribute,
  u32Attribute,
} from '../../src/netlink/attribute.ts';
import type { NetlinkMessage } from '../../src/netlink/message.ts';
import { QdiscParent } from '../../src/netlink/qdisc.ts';
import { RuleAction } from '../../src/netlink/rule.ts';
import { fromHex } from './hex.ts';

/** Little-endian 32-bit words. */
export function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  for (const [at, value] of values.entries()) writeU32le(bytes, at * 4, value);
  return bytes;
}

export function message(type: number, ...parts: (Uint8Array | undefined)[]): NetlinkMessage {
  return { type, flags: 0, payload: joinParts(...parts) };
}

/** `fq_codel` at the root of interface 7. */
export const QDISC = message(
  36,
  words(0, 7, 0x8001_0000, QdiscParent.root, 2),
  textAttribute(1, 'fq_codel'),
  nestedAttribute(7, bytesAttribute(3, words(1, 1514, 196, 3, 4))),
);

/** `not from 10.0.0.0/8 tos 0x10 fwmark 5/0xff iif eth0 uidrange 5-10 ipproto tcp dport 25-30 lookup 70000`. */
export const RULE = message(
  32,
  Uint8Array.of(2, 0, 8, 0x10, 0, 0, 0, RuleAction.table, 2, 0, 0, 0),
  bytesAttribute(2, Uint8Array.of(10, 0, 0, 0)),
  textAttribute(3, 'eth0'),
  u32Attribute(6, 50),
  u32Attribute(10, 5),
  u32Attribute(14, 0xffff_ffff),
  u32Attribute(15, 70_000),
  u32Attribute(16, 0xff),
  bytesAttribute(20, words(5, 10)),
  u8Attribute(22, 6),
  bytesAttribute(24, fromHex('19001e00')),
);

/** 10.1.1.2 on interface 3, reachable, a router, learned from a control plane. */
export const NEIGHBOUR = message(
  28,
  Uint8Array.of(2, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0x90, 1),
  bytesAttribute(1, Uint8Array.of(10, 1, 1, 2)),
  bytesAttribute(3, words(1234, 50, 60, 1)),
  u32Attribute(4, 2),
);
