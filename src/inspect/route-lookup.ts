/** Which route the kernel selects for a destination. @module */
import { formatAddress } from '../base/address.ts';
import { StackError } from '../base/errors.ts';
import {
  decodeRoute,
  lookUpRoute,
  type NetlinkConnection,
  NetlinkError,
  type NetlinkMessage,
} from '../netlink/index.ts';
import { describeRoute, interfaceNames, type RouteEntry } from './routes.ts';

export interface RouteLookupResult {
  /** The destination. */
  readonly to: string;
  /** What the kernel does with a packet: its next hop, source address and MTU. */
  readonly route: RouteEntry;
  /** The entry of the routing table that matched; undefined for kernels before 4.13 and for exceptions. */
  readonly entry: RouteEntry | undefined;
}

/** Errors of routes that drop (net/ipv4/fib_semantics.c, `fib_props`), and of a missing route. */
const REASONS: Readonly<Record<string, string>> = {
  ENETUNREACH: 'no routing table has a route to it',
  EHOSTUNREACH: 'an "unreachable" route drops packets to it',
  EACCES: 'a "prohibit" route drops packets to it',
  EINVAL: 'a "blackhole" route drops packets to it, or the address is not valid as a destination',
};

/**
 * Asks the kernel for the route of a packet that this host sends.
 * @param interfaceIndex index of an interface that the packet must leave by
 * @throws StackError `NO_ROUTE` if packets are not sent; NetlinkError
 */
export async function findRoute(
  netlink: NetlinkConnection,
  destination: Uint8Array,
  interfaceIndex?: number,
): Promise<RouteLookupResult> {
  const nameOf = await interfaceNames(netlink);
  const to = formatAddress(destination);
  const wanted = `find the route to ${to}`;
  const ask = async (message: NetlinkMessage): Promise<RouteEntry | undefined> => {
    for await (const answer of netlink.request(message, { wanted })) {
      const route = decodeRoute(answer);
      if (route !== undefined) return describeRoute(route, nameOf);
    }
    return undefined;
  };
  const route = await ask(lookUpRoute(destination, { interfaceIndex })).catch((cause: unknown) => {
    // An explanation of the kernel is about the request.
    const isRoute = cause instanceof NetlinkError && cause.explanation === '';
    const reason = isRoute ? REASONS[cause.errorName] : undefined;
    if (reason === undefined) throw cause;
    throw new StackError('NO_ROUTE', `no route to ${to}: ${reason}`, { cause });
  });
  if (route === undefined) throw new StackError('NO_ROUTE', `no route to ${to}: the kernel returned none`);
  const entry = await ask(lookUpRoute(destination, { interfaceIndex, matched: true })).catch(() => undefined);
  return { to, route, entry };
}
