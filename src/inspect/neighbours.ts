/** Neighbours of the host: the ARP cache (IPv4) and the NDP cache (IPv6). @module */
import { IPV4_LENGTH, IPV6_LENGTH } from '../base/address.ts';
import {
  decodeNeighbour,
  dumpNeighbours,
  type EntryVisitor,
  type Link,
  NeighbourMessageType,
  NeighbourState,
  type NetlinkConnection,
  type NetlinkGroupSocket,
  NetlinkProtocol,
  netlinkEvents,
  openNetlinkGroups,
  readNeighbour,
} from '../netlink/index.ts';
import { AF_INET, AF_INET6 } from '../sys/constants.ts';
import { describeLinks, dumpLinksOf } from './interfaces.ts';
import { describeNeighbour, type NeighbourEntry } from './neighbour-entry.ts';
import { examineNeighbours, type NeighbourFinding } from './neighbour-findings.ts';
import { listRoutes } from './routes.ts';

/** The contents of one cache. */
export interface NeighbourCache {
  /** In the order of the kernel. */
  readonly entries: readonly NeighbourEntry[];
  readonly findings: readonly NeighbourFinding[];
  /** False if the cache changed during every attempt: entries may be missing or duplicated. */
  readonly consistent: boolean;
}

/**
 * Reads the cache of a family, without the entries of multicast and loopback (NOARP), and examines it.
 * @throws NetlinkError
 */
export async function readNeighbours(netlink: NetlinkConnection, family: 4 | 6): Promise<NeighbourCache> {
  const links = await dumpLinksOf(netlink, false);
  const byIndex = new Map(links.map((link) => [link.index, link]));
  const request = dumpNeighbours(family === 4 ? AF_INET : AF_INET6);
  let entries: NeighbourEntry[] = [];
  const begin = (): EntryVisitor => {
    entries = [];
    return (type, bytes, start, end) => {
      const neighbour = readNeighbour(type, bytes, start, end);
      if (neighbour === undefined || neighbour.state === NeighbourState.noArp) return;
      entries.push(describeNeighbour(neighbour, byIndex.get(neighbour.interfaceIndex)));
    };
  };
  const consistent = await netlink.scan(request, begin, { wanted: 'list neighbours' });
  // Only entries without an answer are compared with the gateways; the routes may be many.
  const needsRoutes = entries.some(({ mac }) => mac === undefined);
  const routes = needsRoutes ? (await listRoutes(netlink, family)).routes : [];
  return { entries, findings: examineNeighbours(entries, describeLinks(links, []), routes), consistent };
}

/** A change of a cache; `'lost'` if changes were lost and the cache must be read again. */
export type NeighbourEvent = { readonly event: 'changed' | 'deleted'; readonly entry: NeighbourEntry } | 'lost';

/** RTNLGRP_NEIGH of linux/rtnetlink.h. */
const NEIGHBOUR_GROUP = 3;

/** Subscribes to the changes of neighbours, in the calling thread's network namespace. @throws SyscallError */
export function subscribeToNeighbours(): NetlinkGroupSocket {
  return openNetlinkGroups(NetlinkProtocol.route, [NEIGHBOUR_GROUP]);
}

/**
 * Yields the changes of the cache of a family until `signal` is aborted.
 * @param socket of `subscribeToNeighbours`, opened before the cache is read, so that no change is missed; is closed
 * @throws NetlinkError, SyscallError
 */
export async function* watchNeighbours(
  netlink: NetlinkConnection,
  family: 4 | 6,
  socket: NetlinkGroupSocket,
  signal: AbortSignal,
): AsyncGenerator<NeighbourEvent, void, undefined> {
  let links = new Map<number, Link>();
  for await (const messages of netlinkEvents(socket, signal)) {
    if (messages === 'lost') {
      yield 'lost';
      continue;
    }
    for (const message of messages) {
      const neighbour = decodeNeighbour(message);
      if (neighbour === undefined || neighbour.state === NeighbourState.noArp) continue;
      if (neighbour.address.length !== (family === 4 ? IPV4_LENGTH : IPV6_LENGTH)) continue;
      const { interfaceIndex } = neighbour;
      if (!links.has(interfaceIndex)) {
        links = new Map((await dumpLinksOf(netlink, false)).map((link) => [link.index, link]));
      }
      const event = message.type === NeighbourMessageType.delete ? 'deleted' : 'changed';
      yield { event, entry: describeNeighbour(neighbour, links.get(interfaceIndex)) };
    }
  }
}
