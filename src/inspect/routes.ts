/** Routing tables of the host. @module */
import { formatAddress } from '../base/address.ts';
import {
  dumpRoutes,
  type EntryVisitor,
  type NetlinkConnection,
  type NextHop,
  NextHopFlag,
  type Route,
  RouteTable,
  readRoute,
} from '../netlink/index.ts';
import { AF_INET, AF_INET6 } from '../sys/constants.ts';
import { dumpLinksOf } from './interfaces.ts';
import { protocolName, routeTypeName, scopeName, tableName } from './route-names.ts';

/** Ticks of USER_HZ in a second, on all supported machines. */
const TICKS_PER_SECOND = 100;

/** A next hop of a route. */
interface RouteNextHop {
  /** Undefined if the destination is on the link. */
  readonly gateway: string | undefined;
  /** Hostile text; undefined if the route has no interface. */
  readonly interface: string | undefined;
  readonly interfaceIndex: number | undefined;
  readonly weight: number;
  /** Names of the `NextHopFlag`s that are set. */
  readonly flags: readonly (keyof typeof NextHopFlag)[];
}

/** Only JSON types, so that the list can be printed as is. */
export interface RouteEntry {
  readonly family: 4 | 6;
  /** Network address; all zero with prefix length 0 for a default route. */
  readonly destination: string;
  readonly prefixLength: number;
  /** IPv6: `fd00::/8` if the route is limited to sources. */
  readonly from: string | undefined;
  readonly typeOfService: number;
  /** `unicast`, `local`, `blackhole`; a number if it is unknown. */
  readonly type: string;
  readonly table: number;
  readonly tableName: string;
  /** Origin of the route: `kernel`, `static`, `dhcp`, `ra`, `bird`; a number if it is unknown. */
  readonly protocol: string;
  readonly scope: string;
  readonly metric: number | undefined;
  /** Source address of packets that the host sends along the route. */
  readonly source: string | undefined;
  readonly mtu: number | undefined;
  readonly isMtuLocked: boolean;
  readonly preference: 'low' | 'medium' | 'high' | undefined;
  readonly nextHopId: number | undefined;
  /** None for routes that drop, several for multipath routes. */
  readonly nextHops: readonly RouteNextHop[];
  /** Seconds until the route expires; negative if it has expired. */
  readonly expires: number | undefined;
}

/** A list of routes. */
export interface RouteList {
  readonly routes: readonly RouteEntry[];
  /** False if the tables changed during every attempt: routes may be missing or duplicated. */
  readonly consistent: boolean;
}

/**
 * Lists the routes of all tables of a family, in the order of the kernel.
 * @throws NetlinkError
 */
export async function listRoutes(netlink: NetlinkConnection, family: 4 | 6): Promise<RouteList> {
  const nameOf = await interfaceNames(netlink);
  const request = dumpRoutes(family === 4 ? AF_INET : AF_INET6);
  let routes: RouteEntry[] = [];
  const begin = (): EntryVisitor => {
    routes = [];
    return (type, bytes, start, end) => {
      const route = readRoute(type, bytes, start, end);
      if (route !== undefined) routes.push(describeRoute(route, nameOf));
    };
  };
  const consistent = await netlink.scan(request, begin, { wanted: 'list routes' });
  return { routes, consistent };
}

/** Returns a function that names the interfaces of the namespace. */
export async function interfaceNames(netlink: NetlinkConnection): Promise<(index: number) => string> {
  const names = new Map((await dumpLinksOf(netlink, false)).map(({ index, name }) => [index, name]));
  return (index) => names.get(index) ?? `link#${index}`;
}

export function describeRoute(route: Route, nameOf: (index: number) => string): RouteEntry {
  const { family, destination, source, sourceLength, preferredSource, expiresTicks, preference } = route;
  return {
    family: family === AF_INET ? 4 : 6,
    destination: destination === undefined ? (family === AF_INET ? '0.0.0.0' : '::') : formatAddress(destination),
    prefixLength: route.prefixLength,
    from: source === undefined ? undefined : `${formatAddress(source)}/${sourceLength}`,
    typeOfService: route.typeOfService,
    type: routeTypeName(route.type),
    table: route.table,
    tableName: tableName(route.table),
    protocol: protocolName(route.protocol),
    scope: scopeName(route.scope),
    metric: route.priority,
    source: preferredSource === undefined ? undefined : formatAddress(preferredSource),
    mtu: route.mtu,
    isMtuLocked: route.isMtuLocked,
    preference: preference === undefined ? undefined : PREFERENCES[preference],
    nextHopId: route.nextHopId,
    nextHops: route.nextHops.map((hop) => describeNextHop(hop, nameOf)),
    expires: expiresTicks === undefined ? undefined : expiresTicks / TICKS_PER_SECOND,
  };
}

/** ICMPV6_ROUTER_PREF_*, RFC 4191. */
const PREFERENCES: Readonly<Record<number, RouteEntry['preference']>> = { 0: 'medium', 1: 'high', 3: 'low' };

function describeNextHop({ gateway, interfaceIndex, weight, flags }: NextHop, nameOf: (index: number) => string) {
  return {
    gateway: gateway === undefined ? undefined : formatAddress(gateway),
    interface: interfaceIndex === undefined ? undefined : nameOf(interfaceIndex),
    interfaceIndex,
    weight,
    flags: flags === 0 ? NO_FLAGS : FLAG_NAMES.filter((name) => (flags & NextHopFlag[name]) !== 0),
  };
}

const NO_FLAGS: RouteNextHop['flags'] = [];
const FLAG_NAMES = Object.keys(NextHopFlag) as (keyof typeof NextHopFlag)[];

/** Whether FreeBSD would show the route: those of the main tables, and the addresses of the host. */
export function isOfMainTables({ table, type }: RouteEntry): boolean {
  return table === RouteTable.local ? type === 'local' : table === RouteTable.main || table === RouteTable.default;
}
