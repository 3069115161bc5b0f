/** Routes as the kernel describes them: RTM_NEWROUTE and RTM_DELROUTE. @module */
import { readU8, readU16le, readU32le } from '../base/bytes.ts';
import { Attributes, align4, readAttributes } from './attribute.ts';
import { familyOf, ifAddress } from './family.ts';
import type { NetlinkMessage } from './message.ts';
import {
  NEXT_HOP_LENGTH,
  NextHopHeader,
  ROUTE_HEADER_LENGTH,
  RouteAttribute,
  RouteHeader,
  RouteMessageType,
  RouteMetric,
} from './route-layout.ts';

/** RTM_F_* bits that a description keeps apart from `NextHopFlag`. */
const NEXT_HOP_FLAGS_MASK = 0xff;
/** `struct rta_cacheinfo`: the third word is the remaining lifetime in ticks of USER_HZ. */
const CACHE_INFO_EXPIRES = 8;
/** `struct rtvia`: the family, 2 bytes, then the address. */
const VIA_ADDRESS = 2;

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

/** Decodes RTM_NEWROUTE and RTM_DELROUTE of IPv4 and IPv6; undefined for other or malformed messages. */
export function decodeRoute({ type, payload }: NetlinkMessage): Route | undefined {
  return readRoute(type, payload, 0, payload.length);
}

/** One instance serves all routes. */
const attributes = new Attributes();

/** Decodes an entry of `NetlinkConnection.scan` as `decodeRoute` does. */
export function readRoute(messageType: number, bytes: Uint8Array, start: number, end: number): Route | undefined {
  if (messageType !== RouteMessageType.new && messageType !== RouteMessageType.delete) return undefined;
  if (!attributes.wrap(bytes, start + ROUTE_HEADER_LENGTH, end)) return undefined;
  const family = readU8(bytes, start + RouteHeader.family);
  const prefixLength = readU8(bytes, start + RouteHeader.destinationLength);
  const destination = attributes.bytes(RouteAttribute.destination);
  if (destination === undefined ? prefixLength > 0 : !isPrefix(destination, family, prefixLength)) return undefined;
  const metrics = attributes.nested(RouteAttribute.metrics);
  const flags = readU32le(bytes, start + RouteHeader.flags);
  return {
    family,
    destination,
    prefixLength,
    source: ifAddress(attributes.bytes(RouteAttribute.source)),
    sourceLength: readU8(bytes, start + RouteHeader.sourceLength),
    typeOfService: readU8(bytes, start + RouteHeader.typeOfService),
    type: readU8(bytes, start + RouteHeader.type),
    table: attributes.u32(RouteAttribute.table) ?? readU8(bytes, start + RouteHeader.table),
    protocol: readU8(bytes, start + RouteHeader.protocol),
    scope: readU8(bytes, start + RouteHeader.scope),
    priority: attributes.u32(RouteAttribute.priority),
    preferredSource: ifAddress(attributes.bytes(RouteAttribute.preferredSource)),
    mtu: metrics?.u32(RouteMetric.mtu),
    isMtuLocked: ((metrics?.u32(RouteMetric.lock) ?? 0) & (1 << RouteMetric.mtu)) !== 0,
    preference: attributes.u8(RouteAttribute.preference),
    nextHopId: attributes.u32(RouteAttribute.nextHopId),
    nextHops: decodeNextHops(flags & NEXT_HOP_FLAGS_MASK),
    expiresTicks: decodeExpiry(attributes.u32(RouteAttribute.cacheInfo, CACHE_INFO_EXPIRES)),
    flags,
  };
}

function isPrefix(destination: Uint8Array, family: number, prefixLength: number): boolean {
  return familyOf(destination) === family && prefixLength <= destination.length * 8;
}

/** Signed: a route may be past its end. */
function decodeExpiry(ticks: number | undefined): number | undefined {
  return ticks === undefined || ticks === 0 ? undefined : ticks | 0;
}

function decodeNextHops(flags: number): NextHop[] {
  const several = attributes.bytes(RouteAttribute.multipath);
  if (several !== undefined) return decodeMultipath(several);
  const gateway = decodeGateway(attributes);
  const interfaceIndex = attributes.u32(RouteAttribute.outputInterface);
  return gateway === undefined && interfaceIndex === undefined ? [] : [{ gateway, interfaceIndex, weight: 1, flags }];
}

/** RTA_GATEWAY, or RTA_VIA for a gateway of the other family; undefined if it is no address. */
function decodeGateway(of: Attributes | undefined): Uint8Array | undefined {
  return ifAddress(of?.bytes(RouteAttribute.gateway) ?? of?.bytes(RouteAttribute.via)?.subarray(VIA_ADDRESS));
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
      interfaceIndex: readU32le(bytes, at + NextHopHeader.index),
      weight: readU8(bytes, at + NextHopHeader.hops) + 1,
      flags: readU8(bytes, at + NextHopHeader.flags),
    });
    at += align4(length);
  }
  return hops;
}
