/** Refuses to replay on interfaces that carry a default route. @module */
import { formatAddress } from '../../base/address.ts';
import { StackError } from '../../base/errors.ts';
import {
  connectNetlink,
  decodeLink,
  decodeRoute,
  dumpLinks,
  dumpRoutes,
  type Link,
  type NetlinkConnection,
  type NextHop,
  type Route,
  RouteType,
} from '../../netlink/index.ts';
import { AF_INET6 } from '../../sys/constants.ts';

/** Maximum depth of stacked interfaces (bridges on bonds on VLANs). */
const MAX_LAYERS = 16;

/**
 * Refuses an interface that carries an IPv4 or IPv6 default route in any routing table, itself or through an interface
 * on top of it: a VLAN, or the bridge or bond that it is a port of.
 * @param netlink a connection to the namespace of the interface; default: that of the calling thread
 * @throws StackError `DEFAULT_ROUTE`
 * @throws NetlinkError
 */
export async function refuseDefaultRoute(
  interfaceName: string,
  interfaceIndex: number,
  netlink: NetlinkConnection = connectNetlink(),
): Promise<void> {
  try {
    const wanted = `look up the routes over ${interfaceName}`;
    const links = (await netlink.dump(dumpLinks(), { wanted })).messages.map(decodeLink);
    const routes = (await netlink.dump(dumpRoutes(), { wanted })).messages.map(decodeRoute);
    const names = standingOn(interfaceIndex, links.filter(isThere));
    for (const route of routes.filter(isThere)) {
      const hop = isDefault(route) ? route.nextHops.find((each) => names.has(each.interfaceIndex ?? 0)) : undefined;
      if (hop === undefined) continue;
      const name = names.get(hop.interfaceIndex ?? 0) ?? interfaceName;
      throw new StackError('DEFAULT_ROUTE', `${interfaceName} carries a default route: ${describe(route, hop, name)}`);
    }
  } finally {
    netlink.close();
  }
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function isDefault({ prefixLength, type }: Route): boolean {
  return prefixLength === 0 && type === RouteType.unicast;
}

function describe({ family, table }: Route, { gateway }: NextHop, name: string): string {
  const via = gateway === undefined ? '' : ` via ${formatAddress(gateway)}`;
  return `default${via} dev ${name} table ${table} (${family === AF_INET6 ? 'IPv6' : 'IPv4'})`;
}

/** Returns the interface and those that send through it: names by index. */
function standingOn(index: number, links: readonly Link[]): Map<number, string> {
  const names = new Map<number, string>();
  const note = (link: Link): void => void names.set(link.index, link.name);
  for (const link of links) if (link.index === index) note(link);
  for (let layer = 0; layer < MAX_LAYERS; layer += 1) {
    const before = names.size;
    for (const below of links.filter((link) => names.has(link.index))) {
      for (const link of links) if (link.index === below.masterIndex || isStackedOn(link, below)) note(link);
    }
    if (names.size === before) break;
  }
  return names;
}

/** The parent of a veth is its peer, which is not below it. */
function isStackedOn(link: Link, below: Link): boolean {
  return link.parentIndex === below.index && link.parentNamespace === undefined && link.kind !== 'veth';
}
