/** Routes: RTM_NEWROUTE and related messages (linux/rtnetlink.h). @module */
import { readU8, readU16le, readU32le, writeU16le, writeU32le } from '../base/bytes.ts';
import { AF_INET } from '../sys/constants.ts';
import {
  type Attributes,
  align4,
  bytesAttribute,
  joinParts,
  nestedAttribute,
  readAttributes,
  u32Attribute,
} from './attribute.ts';
import { familyOf, ifAddress, requireFamily, requirePrefixLength } from './family.ts';
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

/** RTPROT_* (boot): how ip(8) marks manual routes. */
const PROTOCOL_BOOT = 3;

/** RT_TABLE_* */
export const RouteTable = { default: 253, main: 254, local: 255 } as const;

/** RT_SCOPE_* */
const SCOPE_UNIVERSE = 0;
const SCOPE_LINK = 253;

/** RTNH_F_* of a next hop, in the flags of a route with one next hop, too. */
export const NextHopFlag = {
  dead: 0x01,
  pervasive: 0x02,
  onlink: 0x04,
  offload: 0x08,
  linkdown: 0x10,
  unresolved: 0x20,
  trap: 0x40,
} as const;

/** `struct rtmsg`: family, prefix lengths, tos, table, protocol, scope, type, flags. */
const HEADER_LENGTH = 12;
const FAMILY = 0;
const DESTINATION_LENGTH = 1;
const SOURCE_LENGTH = 2;
const TYPE_OF_SERVICE = 3;
const TABLE_LOW = 4;
const PROTOCOL = 5;
const SCOPE = 6;
const TYPE = 7;
const FLAGS = 8;

/** RTA_* */
const DESTINATION = 1;
const SOURCE = 2;
const OUTPUT_INTERFACE = 4;
const GATEWAY = 5;
const PRIORITY = 6;
const PREFERRED_SOURCE = 7;
const METRICS = 8;
const MULTIPATH = 9;
const CACHE_INFO = 12;
const TABLE = 15;
const VIA = 18;
const PREFERENCE = 20;
const NEXT_HOP_ID = 30;
/** RTAX_LOCK and RTAX_MTU, inside RTA_METRICS. */
const METRIC_LOCK = 1;
const METRIC_MTU = 2;
/** `struct rtvia`: the family, 2 bytes, then the address. */
const VIA_ADDRESS = 2;

/** `struct rtnexthop`: length, flags, hops (weight - 1), index; attributes follow. */
const NEXT_HOP_LENGTH = 8;
const NEXT_HOP_FLAGS = 2;
const NEXT_HOP_HOPS = 3;
const NEXT_HOP_INDEX = 4;

/** RTM_F_*: report cached exceptions only; report the table of the route; report the route itself, not its use. */
const CLONED = 0x200;
const LOOKUP_TABLE = 0x1000;
const MATCH = 0x2000;
/** RTM_F_* bits that a description keeps apart from `NextHopFlag`. */
const NEXT_HOP_FLAGS_MASK = 0xff;
/** `struct rta_cacheinfo`: the third word is the remaining lifetime in ticks of USER_HZ. */
const CACHE_INFO_EXPIRES = 8;

/** A next hop: a gateway, an interface, or both. */
export interface NextHop {
  /** Of either family: an IPv4 route may have an IPv6 gateway (RFC 5549). */
  readonly gateway: Uint8Array | undefined;
  readonly interfaceIndex: number | undefined;
  /** Weight of the next hop, 1 to 256. */
  readonly weight: number;
  /** `NextHopFlag` bits. */
  readonly flags: number;
}

export interface Route {
  /** AF_INET or AF_INET6. */
  readonly family: number;
  /** Undefined for a default route. */
  readonly destination: Uint8Array | undefined;
  readonly prefixLength: number;
  /** IPv6: sources that the route is limited to. */
  readonly source: Uint8Array | undefined;
  readonly sourceLength: number;
  readonly typeOfService: number;
  /** A `RouteType`. */
  readonly type: number;
  readonly table: number;
  /** RTPROT_*: origin of the route (/etc/iproute2/rt_protos). */
  readonly protocol: number;
  readonly scope: number;
  readonly priority: number | undefined;
  readonly preferredSource: Uint8Array | undefined;
  readonly mtu: number | undefined;
  /** Path MTU discovery does not lower `mtu`. */
  readonly isMtuLocked: boolean;
  /** Router preference of RFC 4191: 0 medium, 1 high, 3 low. */
  readonly preference: number | undefined;
  /** Number of the next hop object. */
  readonly nextHopId: number | undefined;
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

/** Request: all routes of all tables. @param family AF_INET or AF_INET6; 0 for both */
export function dumpRoutes(family = 0): NetlinkMessage {
  const header = new Uint8Array(HEADER_LENGTH);
  header[FAMILY] = family;
  return { type: RouteMessageType.get, flags: MessageFlag.dump, payload: header };
}

/** Request: the exceptions of routes, cached path MTUs and redirects. @param family AF_INET or AF_INET6 */
export function dumpRouteExceptions(family: number): NetlinkMessage {
  const request = dumpRoutes(family);
  writeU32le(request.payload, FLAGS, CLONED);
  return request;
}

/** Parameters of a lookup. */
export interface RouteLookup {
  readonly interfaceIndex?: number | undefined;
  /** Asks for the entry of the routing table, not for its result. */
  readonly matched?: boolean;
}

/** Request: the route of a packet to `destination`. @throws RangeError if it is neither IPv4 nor IPv6 */
export function lookUpRoute(destination: Uint8Array, lookup: RouteLookup = {}): NetlinkMessage {
  const header = routeHeader(destination, destination.length * 8);
  // IPv6 reports the table unasked, and refuses to be asked.
  const table = readU8(header, FAMILY) === AF_INET ? LOOKUP_TABLE : 0;
  writeU32le(header, FLAGS, lookup.matched === true ? table | MATCH : table);
  const payload = joinParts(
    header,
    bytesAttribute(DESTINATION, destination),
    u32Attribute(OUTPUT_INTERFACE, lookup.interfaceIndex),
  );
  return { type: RouteMessageType.get, flags: 0, payload };
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

/** @throws RangeError as `addRoute` */
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
  const metrics = attributes.nested(METRICS);
  const flags = readU32le(payload, FLAGS);
  return {
    family,
    destination,
    prefixLength,
    source: ifAddress(attributes.bytes(SOURCE)),
    sourceLength: readU8(payload, SOURCE_LENGTH),
    typeOfService: readU8(payload, TYPE_OF_SERVICE),
    type: readU8(payload, TYPE),
    table: attributes.u32(TABLE) ?? readU8(payload, TABLE_LOW),
    protocol: readU8(payload, PROTOCOL),
    scope: readU8(payload, SCOPE),
    priority: attributes.u32(PRIORITY),
    preferredSource: ifAddress(attributes.bytes(PREFERRED_SOURCE)),
    mtu: metrics?.u32(METRIC_MTU),
    isMtuLocked: ((metrics?.u32(METRIC_LOCK) ?? 0) & (1 << METRIC_MTU)) !== 0,
    preference: attributes.u8(PREFERENCE),
    nextHopId: attributes.u32(NEXT_HOP_ID),
    nextHops: decodeNextHops(attributes, flags & NEXT_HOP_FLAGS_MASK),
    expiresTicks: decodeExpiry(cacheInfo),
    flags,
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

function decodeNextHops(attributes: Attributes, flags: number): NextHop[] {
  const several = attributes.bytes(MULTIPATH);
  if (several !== undefined) return decodeMultipath(several);
  const gateway = decodeGateway(attributes);
  const interfaceIndex = attributes.u32(OUTPUT_INTERFACE);
  return gateway === undefined && interfaceIndex === undefined ? [] : [{ gateway, interfaceIndex, weight: 1, flags }];
}

/** RTA_GATEWAY, or RTA_VIA for a gateway of the other family; undefined if it is no address. */
function decodeGateway(attributes: Attributes | undefined): Uint8Array | undefined {
  return ifAddress(attributes?.bytes(GATEWAY) ?? attributes?.bytes(VIA)?.subarray(VIA_ADDRESS));
}

/** Next hops up to the first malformed one. */
function decodeMultipath(bytes: Uint8Array): NextHop[] {
  const hops: NextHop[] = [];
  let at = 0;
  while (bytes.length - at >= NEXT_HOP_LENGTH) {
    const length = readU16le(bytes, at);
    if (length < NEXT_HOP_LENGTH || length > bytes.length - at) break;
    hops.push({
      gateway: decodeGateway(readAttributes(bytes, at + NEXT_HOP_LENGTH, at + length)),
      interfaceIndex: readU32le(bytes, at + NEXT_HOP_INDEX),
      weight: readU8(bytes, at + NEXT_HOP_HOPS) + 1,
      flags: readU8(bytes, at + NEXT_HOP_FLAGS),
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
  header[PROTOCOL] = PROTOCOL_BOOT;
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
