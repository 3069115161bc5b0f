/** Routes: RTM_NEWROUTE and related messages (linux/rtnetlink.h). @module */
import { readU8, readU16le, readU32le, writeU16le, writeU32le } from '../base/bytes.ts';
import {
  type Attributes,
  align4,
  bytesAttribute,
  joinParts,
  nestedAttribute,
  readAttributes,
  u32Attribute,
} from './attribute.ts';
import { familyOf, requireFamily, requirePrefixLength } from './family.ts';
import { MessageFlag, type NetlinkMessage } from './message.ts';

/** RTM_*ROUTE. */
const RouteMessageType = { new: 24, delete: 25, get: 26 } as const;

/** RTN_*: treatment of matching packets. */
export const RouteType = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  /** Dropped silently. */
  blackhole: 6,
  /** Dropped with ICMP "host unreachable". */
  unreachable: 7,
  /** Dropped with ICMP "administratively prohibited". */
  prohibit: 8,
  throw: 9,
} as const;

/** RTPROT_*: origin of the route. */
const RouteProtocol = { unspecified: 0, redirect: 1, kernel: 2, boot: 3, static: 4, ra: 9, dhcp: 16 } as const;

/** RT_TABLE_* */
export const RouteTable = { default: 253, main: 254, local: 255 } as const;

/** RT_SCOPE_* */
const SCOPE_UNIVERSE = 0;
const SCOPE_LINK = 253;

/** `struct rtmsg`: family, prefix lengths, tos, table, protocol, scope, type, flags. */
const HEADER_LENGTH = 12;
const FAMILY = 0;
const DESTINATION_LENGTH = 1;
const TABLE_LOW = 4;
const PROTOCOL = 5;
const SCOPE = 6;
const TYPE = 7;
const FLAGS = 8;

/** RTA_* */
const DESTINATION = 1;
const OUTPUT_INTERFACE = 4;
const GATEWAY = 5;
const PRIORITY = 6;
const PREFERRED_SOURCE = 7;
const METRICS = 8;
const MULTIPATH = 9;
const CACHE_INFO = 12;
const TABLE = 15;
/** RTAX_MTU, inside RTA_METRICS. */
const METRIC_MTU = 2;

/** `struct rtnexthop`: length, flags, hops (weight - 1), index; attributes follow. */
const NEXT_HOP_LENGTH = 8;
const NEXT_HOP_HOPS = 3;
const NEXT_HOP_INDEX = 4;

/** RTM_F_LOOKUP_TABLE: report the table of the route. */
const LOOKUP_TABLE = 0x1000;
/** `struct rta_cacheinfo`: the third word is the remaining lifetime in ticks of USER_HZ. */
const CACHE_INFO_EXPIRES = 8;

/** A next hop: a gateway, an interface, or both. */
export interface NextHop {
  readonly gateway: Uint8Array | undefined;
  readonly interfaceIndex: number | undefined;
  /** Weight of the next hop, 1 to 256. */
  readonly weight: number;
}

export interface Route {
  /** AF_INET or AF_INET6. */
  readonly family: number;
  /** Undefined for a default route. */
  readonly destination: Uint8Array | undefined;
  readonly prefixLength: number;
  /** A `RouteType`. */
  readonly type: number;
  readonly table: number;
  /** A `RouteProtocol`, or another number (/etc/iproute2/rt_protos). */
  readonly protocol: number;
  readonly scope: number;
  readonly priority: number | undefined;
  readonly preferredSource: Uint8Array | undefined;
  readonly mtu: number | undefined;
  /** One next hop for ordinary routes, several for multipath routes, none for routes that drop. */
  readonly nextHops: readonly NextHop[];
  /** Remaining lifetime of routes learned from IPv6 router advertisements, in ticks of USER_HZ (10 ms). */
  readonly expiresTicks: number | undefined;
  /** RTM_F_* and RTNH_F_* bits. */
  readonly flags: number;
}

export interface NewRoute {
  /** The network, 4 or 16 bytes; all zero with prefix length 0 is the default route. */
  readonly destination: Uint8Array;
  readonly prefixLength: number;
  /** Default: unicast. */
  readonly type?: number;
  /** Empty for types that drop. */
  readonly nextHops?: readonly Partial<NextHop>[];
  readonly mtu?: number | undefined;
  readonly priority?: number | undefined;
  /** Default: main. */
  readonly table?: number;
}

/** Request: all routes of all tables. */
export function dumpRoutes(): NetlinkMessage {
  return { type: RouteMessageType.get, flags: MessageFlag.dump, payload: new Uint8Array(HEADER_LENGTH) };
}

/** Request: the route of a packet to `destination`. @throws RangeError if it is neither IPv4 nor IPv6 */
export function lookUpRoute(destination: Uint8Array): NetlinkMessage {
  const header = routeHeader(destination, destination.length * 8);
  writeU32le(header, FLAGS, LOOKUP_TABLE);
  return { type: RouteMessageType.get, flags: 0, payload: joinParts(header, bytesAttribute(DESTINATION, destination)) };
}

/**
 * @throws RangeError for an address that is neither IPv4 nor IPv6, an invalid prefix length, or a weight outside 1 to
 * 256
 */
export function addRoute(route: NewRoute): NetlinkMessage {
  return {
    type: RouteMessageType.new,
    flags: MessageFlag.create | MessageFlag.exclusive,
    payload: encodeRoute(route),
  };
}

/**
 * @throws RangeError for an address that is neither IPv4 nor IPv6, a prefix it has not, a weight that is not 1 to 256
 */
export function deleteRoute(route: NewRoute): NetlinkMessage {
  return { type: RouteMessageType.delete, flags: 0, payload: encodeRoute(route) };
}

/** Decodes RTM_NEWROUTE and RTM_DELROUTE of IPv4 and IPv6; undefined for other or malformed messages. */
export function decodeRoute(message: NetlinkMessage): Route | undefined {
  const { payload, type } = message;
  if (type !== RouteMessageType.new && type !== RouteMessageType.delete) return undefined;
  const attributes = readAttributes(payload, HEADER_LENGTH, payload.length);
  if (attributes === undefined) return undefined;
  const family = readU8(payload, FAMILY);
  const prefixLength = readU8(payload, DESTINATION_LENGTH);
  const destination = attributes.bytes(DESTINATION);
  if (destination === undefined ? prefixLength > 0 : !isPrefix(destination, family, prefixLength)) return undefined;
  const cacheInfo = attributes.bytes(CACHE_INFO);
  return {
    family,
    destination,
    prefixLength,
    type: readU8(payload, TYPE),
    table: attributes.u32(TABLE) ?? readU8(payload, TABLE_LOW),
    protocol: readU8(payload, PROTOCOL),
    scope: readU8(payload, SCOPE),
    priority: attributes.u32(PRIORITY),
    preferredSource: attributes.bytes(PREFERRED_SOURCE),
    mtu: attributes.nested(METRICS)?.u32(METRIC_MTU),
    nextHops: decodeNextHops(attributes),
    expiresTicks: decodeExpiry(cacheInfo),
    flags: readU32le(payload, FLAGS),
  };
}

function isPrefix(destination: Uint8Array, family: number, prefixLength: number): boolean {
  return familyOf(destination) === family && prefixLength <= destination.length * 8;
}

function decodeExpiry(cacheInfo: Uint8Array | undefined): number | undefined {
  if (cacheInfo === undefined || cacheInfo.length < CACHE_INFO_EXPIRES + 4) return undefined;
  const ticks = readU32le(cacheInfo, CACHE_INFO_EXPIRES) | 0;
  return ticks === 0 ? undefined : ticks;
}

function decodeNextHops(attributes: Attributes): NextHop[] {
  const several = attributes.bytes(MULTIPATH);
  if (several !== undefined) return decodeMultipath(several);
  const gateway = attributes.bytes(GATEWAY);
  const interfaceIndex = attributes.u32(OUTPUT_INTERFACE);
  return gateway === undefined && interfaceIndex === undefined ? [] : [{ gateway, interfaceIndex, weight: 1 }];
}

/** Next hops up to the first malformed one. */
function decodeMultipath(bytes: Uint8Array): NextHop[] {
  const hops: NextHop[] = [];
  let at = 0;
  while (bytes.length - at >= NEXT_HOP_LENGTH) {
    const length = readU16le(bytes, at);
    if (length < NEXT_HOP_LENGTH || length > bytes.length - at) break;
    hops.push({
      gateway: readAttributes(bytes, at + NEXT_HOP_LENGTH, at + length)?.bytes(GATEWAY),
      interfaceIndex: readU32le(bytes, at + NEXT_HOP_INDEX),
      weight: readU8(bytes, at + NEXT_HOP_HOPS) + 1,
    });
    at += align4(length);
  }
  return hops;
}

function encodeRoute(route: NewRoute): Uint8Array {
  const { destination, nextHops = [], mtu, table = RouteTable.main } = route;
  const header = routeHeader(destination, route.prefixLength);
  const isDirect = nextHops.length > 0 && nextHops.every((hop) => hop.gateway === undefined);
  header[TABLE_LOW] = table < 256 ? table : 0;
  header[PROTOCOL] = RouteProtocol.boot; // as ip(8) marks manual routes
  header[SCOPE] = isDirect ? SCOPE_LINK : SCOPE_UNIVERSE;
  header[TYPE] = route.type ?? RouteType.unicast;
  return joinParts(
    header,
    route.prefixLength === 0 ? undefined : bytesAttribute(DESTINATION, destination),
    ...(nextHops.length > 1 ? [bytesAttribute(MULTIPATH, encodeMultipath(nextHops))] : encodeNextHop(nextHops[0])),
    u32Attribute(PRIORITY, route.priority),
    mtu === undefined ? undefined : nestedAttribute(METRICS, u32Attribute(METRIC_MTU, mtu)),
    table < 256 ? undefined : u32Attribute(TABLE, table),
  );
}

function encodeNextHop(hop: Partial<NextHop> | undefined): (Uint8Array | undefined)[] {
  return [bytesAttribute(GATEWAY, hop?.gateway), u32Attribute(OUTPUT_INTERFACE, hop?.interfaceIndex)];
}

function encodeMultipath(hops: readonly Partial<NextHop>[]): Uint8Array {
  const encoded = hops.map((hop) => {
    const { weight = 1 } = hop;
    if (!Number.isInteger(weight) || weight < 1 || weight > 256) throw new RangeError(`a next hop of weight ${weight}`);
    const bytes = joinParts(new Uint8Array(NEXT_HOP_LENGTH), bytesAttribute(GATEWAY, hop.gateway));
    writeU16le(bytes, 0, bytes.length);
    bytes[NEXT_HOP_HOPS] = weight - 1;
    writeU32le(bytes, NEXT_HOP_INDEX, hop.interfaceIndex ?? 0);
    return bytes;
  });
  return joinParts(...encoded);
}

function routeHeader(destination: Uint8Array, prefixLength: number): Uint8Array {
  const header = new Uint8Array(HEADER_LENGTH);
  header[FAMILY] = requireFamily(destination);
  header[DESTINATION_LENGTH] = requirePrefixLength(destination, prefixLength);
  return header;
}
