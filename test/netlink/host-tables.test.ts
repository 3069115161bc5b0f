/**
 * Counters, queueing disciplines, rules, and the fields of routes and neighbours that requests do not have. Layouts:
 * linux/if_link.h, linux/pkt_sched.h, linux/gen_stats.h, linux/fib_rules.h, linux/rtnetlink.h, linux/neighbour.h;
 * `test/lab/host-tables.test.ts` compares with ip(8) and tc(8). @module
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeU16le } from '../../src/base/bytes.ts';
import {
  bytesAttribute,
  joinParts,
  nestedAttribute,
  textAttribute,
  u8Attribute,
  u32Attribute,
} from '../../src/netlink/attribute.ts';
import { decodeLink } from '../../src/netlink/link.ts';
import { decodeLinkStatistics } from '../../src/netlink/link-statistics.ts';
import { decodeNeighbour } from '../../src/netlink/neighbour.ts';
import { decodeQdisc, QdiscParent } from '../../src/netlink/qdisc.ts';
import { decodeRoute } from '../../src/netlink/route.ts';
import { dumpRouteExceptions, lookUpRoute } from '../../src/netlink/route-request.ts';
import { decodeRule, RuleAction } from '../../src/netlink/rule.ts';
import { toHex } from '../support/hex.ts';
import { message, NEIGHBOUR, QDISC, RULE, words } from '../support/host-messages.ts';

describe('counters of a link', () => {
  test('64-bit words in the order of rtnl_link_stats64', () => {
    const counters = decodeLinkStatistics(words(...Array.from({ length: 25 }, (_, at) => [at + 1, 0]).flat()));
    expect(counters).toMatchObject({ rxPackets: 1, txPackets: 2, rxBytes: 3, txBytes: 4, rxDropped: 7, txDropped: 8 });
    expect(counters).toMatchObject({ collisions: 10, rxMissedErrors: 16, rxNoHandler: 24, rxOtherHostDropped: 25 });
  });

  test('above 32 bits', () => {
    expect(decodeLinkStatistics(words(0, 0, 0, 0, 0x4178_cbc3, 27)).rxBytes).toBe(117_062_552_515);
  });

  test('words that an older kernel lacks are 0; a word in half is missing', () => {
    const counters = decodeLinkStatistics(words(5, 0, 6));
    expect(counters).toMatchObject({ rxPackets: 5, txPackets: 0, rxOtherHostDropped: 0 });
  });

  test('in a link, if the kernel sent them', () => {
    const header = new Uint8Array(16);
    const name = textAttribute(3, 'eth0');
    expect(decodeLink(message(16, header, name))?.statistics).toBeUndefined();
    const statistics = decodeLink(message(16, header, name, bytesAttribute(23, words(5, 0))))?.statistics;
    expect(statistics?.rxPackets).toBe(5);
  });
});

test('a queueing discipline', () => {
  expect(decodeQdisc(QDISC)).toEqual({
    interfaceIndex: 7,
    kind: 'fq_codel',
    handle: 0x8001_0000,
    parent: QdiscParent.root,
    queueLength: 1,
    backlog: 1514,
    drops: 196,
    requeues: 3,
    overLimits: 4,
  });
  const short = nestedAttribute(7, bytesAttribute(3, words(1, 1514, 196, 3)));
  expect(decodeQdisc(message(36, new Uint8Array(20), textAttribute(1, 'mq'), short))).toBeUndefined();
  expect(decodeQdisc(message(36, new Uint8Array(20), textAttribute(1, 'mq')))).toBeUndefined();
});

test('a rule', () => {
  expect(decodeRule(RULE)).toMatchObject({
    family: 2,
    priority: 50,
    action: RuleAction.table,
    table: 70_000,
    isInverted: true,
    source: Uint8Array.of(10, 0, 0, 0),
    sourceLength: 8,
    destination: undefined,
    typeOfService: 0x10,
    inputInterface: 'eth0',
    mark: 5,
    markMask: 0xff,
    suppressPrefixLength: undefined,
    users: { first: 5, last: 10 },
    ipProtocol: 6,
    sourcePorts: undefined,
    destinationPorts: { first: 25, last: 30 },
  });
});

describe('routes', () => {
  const HEADER = Uint8Array.of(2, 16, 0, 0x08, 254, 16, 0, 1, 0x04, 0, 0, 0);
  const destination = bytesAttribute(1, Uint8Array.of(10, 9, 0, 0));

  test('a gateway of the other family, a locked MTU, a next hop object, a preference, flags', () => {
    const via = new Uint8Array(18).fill(0xfd);
    writeU16le(via, 0, 10);
    const metrics = nestedAttribute(8, u32Attribute(1, 1 << 2), u32Attribute(2, 1400));
    const more = [bytesAttribute(18, via), u32Attribute(4, 3), u8Attribute(20, 3), u32Attribute(30, 7), metrics];
    expect(decodeRoute(message(24, HEADER, destination, ...more))).toMatchObject({
      protocol: 16,
      typeOfService: 8,
      mtu: 1400,
      isMtuLocked: true,
      preference: 3,
      nextHopId: 7,
      nextHops: [{ gateway: new Uint8Array(16).fill(0xfd), interfaceIndex: 3, weight: 1, flags: 4 }],
    });
  });

  test('flags of each next hop of a multipath route', () => {
    const hop = (flags: number) => Uint8Array.of(8, 0, flags, 4, 3, 0, 0, 0);
    const route = decodeRoute(message(24, HEADER, destination, bytesAttribute(9, joinParts(hop(0x10), hop(0)))));
    expect(route?.nextHops.map(({ flags, weight }) => [flags, weight])).toEqual([
      [0x10, 5],
      [0, 5],
    ]);
  });

  test.each([3, 5, 15, 17])('an address of %d bytes is none', (length) => {
    const bytes = new Uint8Array(length);
    const route = decodeRoute(
      message(24, HEADER, destination, bytesAttribute(5, bytes), bytesAttribute(7, bytes), bytesAttribute(2, bytes)),
    );
    expect(route).toMatchObject({ preferredSource: undefined, source: undefined, nextHops: [] });
  });

  test('requests: exceptions have RTM_F_CLONED, a lookup RTM_F_LOOKUP_TABLE and RTM_F_FIB_MATCH', () => {
    expect(toHex(dumpRouteExceptions(2).payload)).toBe('020000000000000000020000');
    expect(toHex(lookUpRoute(Uint8Array.of(10, 1, 1, 2)).payload)).toBe('022000000000000000100000080001000a010102');
    const lookup = lookUpRoute(Uint8Array.of(10, 1, 1, 2), { matched: true, interfaceIndex: 3 });
    expect(toHex(lookup.payload)).toBe('022000000000000000300000080001000a0101020800040003000000');
    // IPv6 refuses RTM_F_LOOKUP_TABLE (net/ipv6/route.c, inet6_rtm_valid_getroute_req).
    expect(toHex(lookUpRoute(new Uint8Array(16), { matched: true }).payload.slice(0, 12))).toBe(
      '0a8000000000000000200000',
    );
  });
});

test('the age of a neighbour', () => {
  expect(decodeNeighbour(NEIGHBOUR)).toMatchObject({
    linkAddress: undefined,
    flags: 0x90,
    age: { confirmed: 1234, used: 50, updated: 60, references: 1 },
    probes: 2,
  });
  const short = message(
    28,
    NEIGHBOUR.payload.slice(0, 12),
    bytesAttribute(1, new Uint8Array(4)),
    bytesAttribute(3, words(1)),
  );
  expect(decodeNeighbour(short)?.age).toBeUndefined();
});

describe('hostile messages', () => {
  const samples = { QDISC, RULE, NEIGHBOUR };
  const decoders = { QDISC: decodeQdisc, RULE: decodeRule, NEIGHBOUR: decodeNeighbour };

  test.each(['QDISC', 'RULE', 'NEIGHBOUR'] as const)('%s: every shorter length, any changed byte', (name) => {
    const decode = decoders[name];
    const whole = samples[name];
    expect(decode(whole)).toBeDefined();
    expect(decode({ ...whole, type: 3 })).toBeUndefined();
    for (let length = 0; length < whole.payload.length; length += 1) {
      expect(() => decode({ ...whole, payload: whole.payload.slice(0, length) })).not.toThrow();
      if (length < 12) expect(decode({ ...whole, payload: whole.payload.slice(0, length) })).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.nat(whole.payload.length - 1), fc.nat(255), (at, value) => {
        const payload = whole.payload.slice();
        payload[at] = value;
        decode({ ...whole, payload });
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => void decode({ ...whole, payload })));
  });

  test('an attribute of length 0 does not loop', () => {
    const payload = joinParts(NEIGHBOUR.payload.slice(0, 12), new Uint8Array(64));
    expect(decodeNeighbour({ ...NEIGHBOUR, payload })).toBeUndefined();
    expect(decodeRule({ ...RULE, payload })).toBeUndefined();
  });
});
