/** Random packets of every kind that filters distinguish, with values of `filter-pools.ts`; some are truncated. @module */
import { parseIpv4, parseIpv6, parseMac } from '../../src/base/address.ts';
import { LinkType } from '../../src/base/link-type.ts';
import {
  IPV4_POOL,
  IPV6_POOL,
  LABEL_POOL,
  MAC_POOL,
  PORT_POOL,
  PROTOCOL_POOL,
  SMALL_POOL,
  VLAN_POOL,
} from './filter-pools.ts';
import type { RandomSource } from './random-source.ts';

const ETHER_TYPES = [0x0806, 0x8035, 0x809b, 0x80f3, 0x6003, 0x6004, 0x6007, 0x6001, 0x8137, 0x9000, 0x88cc] as const;
const LLC_HEADERS = [
  [0xfe, 0xfe, 0x03, 0x83, 0x1b, 1, 0, 0x12],
  [0xfe, 0xfe, 0x03, 0x81],
  [0x42, 0x42, 0x03],
  [0xe0, 0xe0, 0x03],
  [0xff, 0xff, 0x00],
  [0xaa, 0xaa, 0x03, 0, 0, 0, 0x81, 0x37],
  [0xaa, 0xaa, 0x03, 8, 0, 7, 0x80, 0x9b],
  [0xf0, 0xf0, 0x01],
  [0x10, 0x10, 0x00],
] as const;

/** Returns a packet of a link type. */
export function randomPacket(random: RandomSource, linkType: LinkType): Uint8Array {
  const bytes = Uint8Array.from(frame(random, linkType));
  return random.oneIn(12) ? bytes.slice(0, random.below(bytes.length)) : bytes;
}

function frame(random: RandomSource, linkType: LinkType): number[] {
  switch (linkType) {
    case LinkType.ethernet:
      return ethernet(random, 3);
    case LinkType.linuxSll: {
      const { etherType, payload } = network(random);
      return [0, random.below(5), ...u16(1), ...u16(6), ...mac(random), 0, 0, ...u16(etherType), ...payload];
    }
    case LinkType.linuxSll2: {
      const { etherType, payload } = network(random);
      return [
        ...u16(etherType),
        0,
        0,
        ...u32(random.below(3)),
        ...u16(1),
        random.below(5),
        6,
        ...mac(random),
        0,
        0,
        ...payload,
      ];
    }
    case LinkType.loop:
    case LinkType.null: {
      const { etherType, payload } = ip(random);
      const family = etherType === 0x0800 ? 2 : random.pick([24, 28, 30]);
      return linkType === LinkType.loop ? [0, 0, 0, family, ...payload] : [family, 0, 0, 0, ...payload];
    }
    default:
      return ip(random).payload;
  }
}

function ethernet(random: RandomSource, depth: number): number[] {
  const header = [...mac(random), ...mac(random)];
  while (random.oneIn(4))
    header.push(
      ...u16(random.pick([0x8100, 0x88a8, 0x9100])),
      ...u16((random.below(8) << 13) | random.pick(VLAN_POOL)),
    );
  switch (random.below(10)) {
    case 0: {
      const llc = random.pick(LLC_HEADERS);
      return [...header, ...u16(llc.length + 8), ...llc, ...noise(random, 24)];
    }
    case 1: {
      const labels: number[] = [];
      do labels.push(...u32((random.pick(LABEL_POOL) << 12) | 64));
      while (random.oneIn(3));
      labels[labels.length - 2] = (labels[labels.length - 2] ?? 0) | 1;
      return [...header, ...u16(0x8847), ...labels, ...ip(random).payload];
    }
    case 2: {
      const inner = ip(random);
      const protocol = random.pick([inner.etherType === 0x0800 ? 0x21 : 0x57, 0xc021, 0x23]);
      return [
        ...header,
        ...u16(random.pick([0x8864, 0x8863])),
        0x11,
        0,
        ...u16(random.pick(VLAN_POOL)),
        ...u16(40),
        ...u16(protocol),
        ...inner.payload,
      ];
    }
    default: {
      const { etherType, payload } = network(random, depth);
      return [...header, ...u16(etherType), ...payload];
    }
  }
}

function network(random: RandomSource, depth = 0): { etherType: number; payload: number[] } {
  if (!random.oneIn(5)) return ip(random, depth);
  const etherType = random.pick(ETHER_TYPES);
  if (etherType === 0x0806 || etherType === 0x8035) {
    return {
      etherType,
      payload: [
        0,
        1,
        8,
        0,
        6,
        4,
        0,
        random.below(4),
        ...mac(random),
        ...ipv4Address(random),
        ...mac(random),
        ...ipv4Address(random),
      ],
    };
  }
  return { etherType, payload: noise(random, 40) };
}

function ip(random: RandomSource, depth = 0): { etherType: number; payload: number[] } {
  const protocol = random.oneIn(2) ? random.pick([6, 17, 1, 58, 132]) : random.pick(PROTOCOL_POOL);
  if (random.oneIn(2)) {
    const words = random.oneIn(4) ? 5 + random.below(4) : 5;
    const fragment = random.oneIn(6) ? random.pick([0x2000, 0x2001, 0x0185]) : 0;
    const payload = [
      0x40 | words, random.pick(SMALL_POOL), ...u16(words * 4 + 20), ...noise(random, 2, 2), ...u16(fragment), random.pick(SMALL_POOL), protocol, 0, 0,
      ...ipv4Address(random), ...ipv4Address(random), ...new Array<number>((words - 5) * 4).fill(1),
      ...upper(random, protocol, depth),
    ]; // biome-ignore format: rows of the header
    return { etherType: 0x0800, payload };
  }
  const payload = [
    0x60,
    0,
    0,
    0,
    ...u16(40),
    protocol,
    64,
    ...ipv6Address(random),
    ...ipv6Address(random),
    ...upper(random, protocol, depth),
  ];
  return { etherType: 0x86dd, payload };
}

function upper(random: RandomSource, protocol: number, depth: number): number[] {
  const next = random.pick([6, 17, 58, 51, 60, 59]);
  switch (protocol) {
    case 0:
    case 43:
    case 60:
      return [
        next,
        random.below(2),
        ...noise(random, 6, 6),
        ...noise(random, 8, 8),
        ...upper(random, next === 60 ? 6 : next, 0),
      ];
    case 44:
      return [next, 0, ...u16(random.oneIn(2) ? 0 : 0x0181), 0, 0, 0, 1, ...upper(random, next === 60 ? 6 : next, 0)];
    case 51:
      return [next, 4, ...noise(random, 22, 22), ...upper(random, next === 51 ? 6 : next, 0)];
    case 17: {
      const port = random.pick(PORT_POOL);
      const start = [...u16(random.pick(PORT_POOL)), ...u16(port), ...u16(40), 0, 0];
      if (port === 6081 && depth > 0) {
        const words = random.below(3);
        const bridged = random.oneIn(2);
        const inner = bridged ? { etherType: 0x6558, payload: ethernet(random, depth - 1) } : ip(random);
        return [
          ...start,
          random.oneIn(8) ? 0x40 : words,
          0,
          ...u16(inner.etherType),
          ...u32(random.pick(LABEL_POOL) << 8),
          ...noise(random, words * 4, words * 4),
          ...inner.payload,
        ];
      }
      if (port === 4789 && depth > 0)
        return [...start, 8, 0, 0, 0, ...u32(random.pick(LABEL_POOL) << 8), ...ethernet(random, depth - 1)];
      return [...start, ...noise(random, 16)];
    }
    case 6:
      return [
        ...u16(random.pick(PORT_POOL)),
        ...u16(random.pick(PORT_POOL)),
        ...noise(random, 8, 8),
        0x50,
        random.pick([2, 0x12, 0x10, 0x18, 4, 1]),
        ...noise(random, 20),
      ];
    case 132:
      return [...u16(random.pick(PORT_POOL)), ...u16(random.pick(PORT_POOL)), ...noise(random, 20)];
    default:
      return [random.pick([0, 8, 128, 135, 3]), random.pick(SMALL_POOL), ...noise(random, 30)];
  }
}

function noise(random: RandomSource, most: number, least = 0): number[] {
  const length = least + random.below(most - least + 1);
  return Array.from({ length }, () => (random.oneIn(2) ? random.pick(SMALL_POOL) : random.below(256)));
}

function mac(random: RandomSource): number[] {
  return [...(parseMac(random.pick(MAC_POOL)) ?? [])];
}

function ipv4Address(random: RandomSource): number[] {
  return [...(parseIpv4(random.pick(IPV4_POOL)) ?? [])];
}

function ipv6Address(random: RandomSource): number[] {
  return [...(parseIpv6(random.pick(IPV6_POOL)) ?? [])];
}

function u16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}
