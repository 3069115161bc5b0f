/** Exceptions of routes, learned path MTUs and redirects, as a cache to flush. @module */
import { existsSync, writeFileSync } from 'node:fs';
import { dumpRouteExceptions, type NetlinkConnection } from '../netlink/index.ts';
import { AF_INET, AF_INET6 } from '../sys/constants.ts';
import type { FlushableCache } from './flushable-cache.ts';

/** @param run runs synchronous work in the namespace of the connection */
export function routeExceptionCache(
  netlink: NetlinkConnection,
  family: 4 | 6,
  run: (work: () => void) => void,
): FlushableCache {
  const name = `IPv${family} route exceptions`;
  const count = async (): Promise<number> => {
    const request = dumpRouteExceptions(family === 4 ? AF_INET : AF_INET6);
    return (await netlink.dump(request, { wanted: `list the ${name}` })).messages.length;
  };
  return {
    name,
    count: async () => ({ entries: await count(), kept: 0 }),
    async flushRound() {
      const file = `/proc/sys/net/ipv${family}/route/flush`;
      // A kernel without IPv6 has no such file.
      run(() => {
        if (existsSync(file)) writeFileSync(file, '1');
      });
      return count();
    },
  };
}
