/** TCP metrics, round trip times and thresholds remembered per destination, as a cache to flush. @module */
import { genericRequest, MessageFlag, type NetlinkConnection, resolveGenericFamily } from '../netlink/index.ts';
import type { FlushableCache } from './flushable-cache.ts';

/** TCP_METRICS_CMD_* of linux/tcp_metrics.h. */
const GET = 1;
const DELETE = 2;

/** @param generic a connection to `NetlinkProtocol.generic` @returns undefined if the kernel has no such cache */
export async function tcpMetricsCache(generic: NetlinkConnection): Promise<FlushableCache | undefined> {
  const family = await resolveGenericFamily(generic, 'tcp_metrics');
  if (family === undefined) return undefined;
  const name = 'TCP metrics';
  const count = async (): Promise<number> => {
    const request = genericRequest(family, GET, MessageFlag.dump);
    return (await generic.dump(request, { wanted: `list the ${name}` })).messages.length;
  };
  return {
    name,
    count: async () => ({ entries: await count(), kept: 0 }),
    async flushRound() {
      // Without an address, the request is about all destinations.
      await generic.execute(genericRequest(family, DELETE, 0), { wanted: `flush the ${name}` });
      return count();
    },
  };
}
