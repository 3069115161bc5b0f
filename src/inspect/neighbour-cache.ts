/** The neighbour caches as something to flush. @module */
import {
  decodeNeighbour,
  deleteNeighbour,
  dumpNeighbours,
  type Neighbour,
  NeighbourFlag,
  NeighbourState,
  type NetlinkConnection,
  NetlinkError,
} from '../netlink/index.ts';
import { AF_INET, AF_INET6 } from '../sys/constants.ts';
import type { FlushableCache } from './flushable-cache.ts';

/** Entries that a flush keeps: set by an administrator, or by a control plane, or without a link address. */
function isKept({ state, flags }: Neighbour): boolean {
  return (
    (state & (NeighbourState.permanent | NeighbourState.noArp)) !== 0 || (flags & NeighbourFlag.externLearned) !== 0
  );
}

/** @param interfaceIndex limits the flush to one interface */
export function neighbourCache(
  netlink: NetlinkConnection,
  family: 4 | 6,
  interfaceIndex: number | undefined,
): FlushableCache {
  const name = family === 4 ? 'ARP cache' : 'NDP cache';
  const entries = async (): Promise<Neighbour[]> => {
    const request = dumpNeighbours(family === 4 ? AF_INET : AF_INET6);
    const { messages } = await netlink.dump(request, { wanted: `list the ${name}` });
    const all = messages.flatMap((message) => decodeNeighbour(message) ?? []);
    return interfaceIndex === undefined ? all : all.filter((entry) => entry.interfaceIndex === interfaceIndex);
  };
  return {
    name,
    async count() {
      const all = (await entries()).filter(({ state }) => state !== NeighbourState.noArp);
      return { entries: all.length, kept: all.filter(isKept).length };
    },
    async flushRound() {
      let left = 0;
      for (const entry of await entries()) {
        // An entry in use stays, without its address, until it is released: FAILED is as flushed as it gets.
        if (isKept(entry)) continue;
        if (entry.state !== NeighbourState.failed) left += 1;
        await deleteEntry(netlink, entry, name);
      }
      return left;
    },
  };
}

async function deleteEntry(netlink: NetlinkConnection, entry: Neighbour, name: string): Promise<void> {
  try {
    await netlink.execute(deleteNeighbour(entry), { wanted: `flush the ${name}` });
  } catch (error) {
    // It has expired meanwhile, or its interface is gone.
    if (error instanceof NetlinkError && /^(ENOENT|ENODEV|ENXIO)$/.test(error.errorName)) return;
    throw error;
  }
}
