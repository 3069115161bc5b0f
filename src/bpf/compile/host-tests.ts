/** Tests of addresses: IPv4, ARP and RARP, IPv6, MAC, DECnet; broadcast and multicast. @module */
import { IPV6_LENGTH, MAC_LENGTH } from '../../base/address.ts';
import { readU16, readU32 } from '../../base/bytes.ts';
import { EtherType } from '../../base/protocol-numbers.ts';
import type { Span } from '../language/filter-error.ts';
import type { ProtocolWord } from '../language/keywords.ts';
import type { Direction } from '../language/syntax.ts';
import type { Context } from './context.ts';
import { carries, FilterEtherType, hasMacAddresses } from './link-protocols.ts';
import { all, any, not, type Predicate } from './predicate.ts';

/** Offsets of source and destination in a header. */
interface AddressFields {
  readonly source: number;
  readonly destination: number;
}

const IPV4_ADDRESSES: AddressFields = { source: 12, destination: 16 };
/** Sender and target protocol address (RFC 826). */
const ARP_ADDRESSES: AddressFields = { source: 14, destination: 24 };
const IPV6_ADDRESSES: AddressFields = { source: 8, destination: 24 };
const MAC_ADDRESSES: AddressFields = { source: 6, destination: 0 };

const BROADCAST_MAC = new Uint8Array(MAC_LENGTH).fill(0xff);
/** The group bit of a MAC address. */
const GROUP_BIT = 1;

/** Combines the tests of source and destination according to the direction. */
export function inDirection(
  direction: Direction | undefined,
  source: () => Predicate,
  destination: () => Predicate,
): Predicate {
  switch (direction) {
    case 'src':
      return source();
    case 'dst':
      return destination();
    case 'both':
      return all(source(), destination());
    default:
      return any(source(), destination());
  }
}

/** Tests an IPv4 address; `address` and `mask` are in host order. Without a protocol: in IPv4, ARP or RARP. */
export function ipv4HostTest(
  context: Context,
  address: number,
  mask: number,
  protocol: ProtocolWord | undefined,
  direction: Direction | undefined,
  span: Span,
): Predicate {
  const within = (etherType: number, fields: AddressFields) =>
    inDirection(
      direction,
      () => networkTest(context, etherType, fields.source, address, mask, span),
      () => networkTest(context, etherType, fields.destination, address, mask, span),
    );
  switch (protocol) {
    case undefined:
      // ARP cannot follow an MPLS label.
      if (context.layers.labels > 0) return within(EtherType.ipv4, IPV4_ADDRESSES);
      return any(
        within(EtherType.ipv4, IPV4_ADDRESSES),
        within(EtherType.arp, ARP_ADDRESSES),
        within(EtherType.reverseArp, ARP_ADDRESSES),
      );
    case 'ip':
      return within(EtherType.ipv4, IPV4_ADDRESSES);
    case 'arp':
      return within(EtherType.arp, ARP_ADDRESSES);
    case 'rarp':
      return within(EtherType.reverseArp, ARP_ADDRESSES);
    default:
      return context.fail('FILTER_QUALIFIER', `"${protocol}" cannot qualify an IPv4 address`, span, {
        expected: ['"ip"', '"arp"', '"rarp"'],
      });
  }
}

function networkTest(
  context: Context,
  etherType: number,
  offset: number,
  address: number,
  mask: number,
  span: Span,
): Predicate {
  return all(
    carries(context, etherType, span),
    context.tests.maskedEqual(context.layers.network(offset, 4), mask, address),
  );
}

export function ipv6HostTest(
  context: Context,
  address: Uint8Array,
  mask: Uint8Array,
  protocol: ProtocolWord | undefined,
  direction: Direction | undefined,
  span: Span,
): Predicate {
  if (protocol !== undefined && protocol !== 'ip6') {
    return context.fail('FILTER_QUALIFIER', `"${protocol}" cannot qualify an IPv6 address`, span, {
      expected: ['"ip6"'],
    });
  }
  const matches = (offset: number) => {
    const parts = [carries(context, EtherType.ipv6, span)];
    for (let at = 0; at < IPV6_LENGTH; at += 4) {
      parts.push(
        context.tests.maskedEqual(context.layers.network(offset + at, 4), readU32(mask, at), readU32(address, at)),
      );
    }
    return all(...parts);
  };
  return inDirection(
    direction,
    () => matches(IPV6_ADDRESSES.source),
    () => matches(IPV6_ADDRESSES.destination),
  );
}

export function macHostTest(
  context: Context,
  mac: Uint8Array,
  direction: Direction | undefined,
  span: Span,
): Predicate {
  if (!hasMacAddresses(context.layers)) {
    return context.fail('FILTER_LINK_TYPE', 'this link type has no Ethernet addresses', span);
  }
  const { layers, tests } = context;
  // The low four bytes first: they differ more often.
  const matches = (offset: number) =>
    all(tests.equal(layers.link(offset + 2, 4), readU32(mac, 2)), tests.equal(layers.link(offset, 2), readU16(mac, 0)));
  const test = inDirection(
    direction,
    () => matches(MAC_ADDRESSES.source),
    () => matches(MAC_ADDRESSES.destination),
  );
  return behindLinkHeader(context, test);
}

/** Inside Geneve, only packets with an Ethernet header can match. */
function behindLinkHeader(context: Context, test: Predicate): Predicate {
  const marker = context.layers.hasLinkHeader?.();
  return marker === undefined ? test : all(context.tests.equal(marker.value, marker.protocol), test);
}

/** Tests for a frame to or from the MAC address `mac` whose IP packet is neither from nor to the gateway itself. */
export function gatewayTest(
  context: Context,
  mac: Uint8Array,
  addresses: readonly number[],
  protocol: ProtocolWord | undefined,
  span: Span,
): Predicate {
  const hosts = addresses.map((address) => ipv4HostTest(context, address, 0xffff_ffff, protocol, 'either', span));
  return all(macHostTest(context, mac, 'either', span), not(any(...hosts)));
}

export function broadcastTest(context: Context, protocol: ProtocolWord | undefined, span: Span): Predicate {
  if (protocol === undefined || protocol === 'link') {
    if (!hasMacAddresses(context.layers))
      return context.fail('FILTER_LINK_TYPE', 'this link type has no broadcast address', span);
    return macHostTest(context, BROADCAST_MAC, 'dst', span);
  }
  if (protocol !== 'ip') {
    return context.fail('FILTER_QUALIFIER', `"${protocol}" cannot qualify "broadcast"`, span, {
      expected: ['"ether"', '"ip"'],
    });
  }
  const { netmask } = context.options;
  if (netmask === undefined) {
    return context.fail('FILTER_NETMASK', '"ip broadcast" needs the netmask of the network', span);
  }
  const hostPart = ~netmask >>> 0;
  const destination = context.layers.network(IPV4_ADDRESSES.destination, 4);
  return all(
    carries(context, EtherType.ipv4, span),
    any(
      context.tests.maskedEqual(destination, hostPart, 0),
      context.tests.maskedEqual(destination, hostPart, hostPart),
    ),
  );
}

export function multicastTest(context: Context, protocol: ProtocolWord | undefined, span: Span): Predicate {
  const { layers, tests } = context;
  switch (protocol) {
    case undefined:
    case 'link':
      if (!hasMacAddresses(layers))
        return context.fail('FILTER_LINK_TYPE', 'this link type has no multicast addresses', span);
      return behindLinkHeader(context, tests.anyBit(layers.link(0, 1), GROUP_BIT));
    case 'ip':
      // 224.0.0.0/4 (RFC 1112, 4); libpcap 1.10.3 also matches 240.0.0.0/4 and broadcasts.
      return all(carries(context, EtherType.ipv4, span), tests.maskedEqual(layers.network(16, 1), 0xf0, 0xe0));
    case 'ip6':
      return all(carries(context, EtherType.ipv6, span), tests.equal(layers.network(24, 1), 0xff));
    default:
      return context.fail('FILTER_QUALIFIER', `"${protocol}" cannot qualify "multicast"`, span, {
        expected: ['"ether"', '"ip"', '"ip6"'],
      });
  }
}

/**
 * Fields of DECnet phase IV routing headers, in the short or the long address format, with or without a byte of
 * padding.
 */
const DECNET_SHORT: AddressFields = { source: 3, destination: 1 };
const DECNET_LONG: AddressFields = { source: 15, destination: 7 };
/** Offset of the routing header, after a length of two bytes. */
const DECNET_HEADER = 2;
const DECNET_FORMATS = [
  { size: 1, mask: 0x07, flags: 0x02, padding: 0, fields: DECNET_SHORT },
  { size: 1, mask: 0x07, flags: 0x06, padding: 0, fields: DECNET_LONG },
  { size: 2, mask: 0xff07, flags: 0x8102, padding: 1, fields: DECNET_SHORT },
  { size: 2, mask: 0xff07, flags: 0x8106, padding: 1, fields: DECNET_LONG },
] as const;

/** Tests a DECnet address: area in the high 6 bits, node in the low 10; packets have its low byte first. */
export function decnetHostTest(
  context: Context,
  address: number,
  direction: Direction | undefined,
  span: Span,
): Predicate {
  const { layers, tests } = context;
  const swapped = ((address & 0xff) << 8) | (address >>> 8);
  // The formats exclude each other, so each tests both directions before the next one.
  const formats = DECNET_FORMATS.map(({ size, mask, flags, padding, fields }) => {
    const matches = (field: keyof AddressFields) => () =>
      tests.equal(layers.network(DECNET_HEADER + padding + fields[field], 2), swapped);
    return all(
      tests.maskedEqual(layers.network(DECNET_HEADER, size), mask, flags),
      inDirection(direction, matches('source'), matches('destination')),
    );
  });
  return all(carries(context, FilterEtherType.decnet, span), any(...formats));
}
