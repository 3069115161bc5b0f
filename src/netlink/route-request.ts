/** Requests about routes. @module */
import { readU8, writeU16le, writeU32le } from '../base/bytes.ts';
import { AF_INET } from '../sys/constants.ts';
import { bytesAttribute, joinParts, nestedAttribute, u32Attribute } from './attribute.ts';
import { requireFamily, requirePrefixLength } from './family.ts';
import { MessageFlag, type NetlinkMessage } from './message.ts';
import type { NextHop } from './route.ts';
import {
  NEXT_HOP_LENGTH,
  NextHopHeader,
  ROUTE_HEADER_LENGTH,
  RouteAttribute,
  RouteHeader,
  RouteMessageType,
  RouteMetric,
  RouteTable,
  RouteType,
} from './route-layout.ts';

/** RTPROT_* (boot): how ip(8) marks manual routes. */
const PROTOCOL_BOOT = 3;

/** RT_SCOPE_* */
const SCOPE_UNIVERSE = 0;
const SCOPE_LINK = 253;
/** RTM_F_*: report cached exceptions only; report the table of the route; report the route itself, not its use. */
const CLONED = 0x200;
const LOOKUP_TABLE = 0x1000;
const MATCH = 0x2000;

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
  const header = new Uint8Array(ROUTE_HEADER_LENGTH);
  header[RouteHeader.family] = family;
  return { type: RouteMessageType.get, flags: MessageFlag.dump, payload: header };
}

/** Request: the exceptions of routes, cached path MTUs and redirects. @param family AF_INET or AF_INET6 */
export function dumpRouteExceptions(family: number): NetlinkMessage {
  const request = dumpRoutes(family);
  writeU32le(request.payload, RouteHeader.flags, CLONED);
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
  const table = readU8(header, RouteHeader.family) === AF_INET ? LOOKUP_TABLE : 0;
  writeU32le(header, RouteHeader.flags, lookup.matched === true ? table | MATCH : table);
  const payload = joinParts(
    header,
    bytesAttribute(RouteAttribute.destination, destination),
    u32Attribute(RouteAttribute.outputInterface, lookup.interfaceIndex),
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

function encodeRoute(route: NewRoute): Uint8Array {
  const { destination, nextHops = [], mtu, table = RouteTable.main } = route;
  const header = routeHeader(destination, route.prefixLength);
  const isDirect = nextHops.length > 0 && nextHops.every((hop) => hop.gateway === undefined);
  header[RouteHeader.table] = table < 256 ? table : 0;
  header[RouteHeader.protocol] = PROTOCOL_BOOT;
  header[RouteHeader.scope] = isDirect ? SCOPE_LINK : SCOPE_UNIVERSE;
  header[RouteHeader.type] = route.type ?? RouteType.unicast;
  return joinParts(
    header,
    route.prefixLength === 0 ? undefined : bytesAttribute(RouteAttribute.destination, destination),
    ...(nextHops.length > 1
      ? [bytesAttribute(RouteAttribute.multipath, encodeMultipath(nextHops))]
      : encodeNextHop(nextHops[0])),
    u32Attribute(RouteAttribute.priority, route.priority),
    mtu === undefined ? undefined : nestedAttribute(RouteAttribute.metrics, u32Attribute(RouteMetric.mtu, mtu)),
    table < 256 ? undefined : u32Attribute(RouteAttribute.table, table),
  );
}

function encodeNextHop(hop: Partial<NextHop> | undefined): (Uint8Array | undefined)[] {
  return [
    bytesAttribute(RouteAttribute.gateway, hop?.gateway),
    u32Attribute(RouteAttribute.outputInterface, hop?.interfaceIndex),
  ];
}

function encodeMultipath(hops: readonly Partial<NextHop>[]): Uint8Array {
  const encoded = hops.map((hop) => {
    const { weight = 1 } = hop;
    if (!Number.isInteger(weight) || weight < 1 || weight > 256) throw new RangeError(`a next hop of weight ${weight}`);
    const bytes = joinParts(new Uint8Array(NEXT_HOP_LENGTH), bytesAttribute(RouteAttribute.gateway, hop.gateway));
    writeU16le(bytes, 0, bytes.length);
    bytes[NextHopHeader.hops] = weight - 1;
    writeU32le(bytes, NextHopHeader.index, hop.interfaceIndex ?? 0);
    return bytes;
  });
  return joinParts(...encoded);
}

function routeHeader(destination: Uint8Array, prefixLength: number): Uint8Array {
  const header = new Uint8Array(ROUTE_HEADER_LENGTH);
  header[RouteHeader.family] = requireFamily(destination);
  header[RouteHeader.destinationLength] = requirePrefixLength(destination, prefixLength);
  return header;
}
