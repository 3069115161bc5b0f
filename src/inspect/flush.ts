/**
 * Flushes the network caches of the kernel: neighbours, route exceptions (path MTUs and redirects) and TCP metrics.
 * Permanent entries are kept. Connection tracking is no cache, and is not touched. @module
 */
import { messageOf, nodeCodeOf, StackError } from '../base/errors.ts';
import { type NetlinkConnection, NetlinkError } from '../netlink/index.ts';
import type { FlushableCache } from './flushable-cache.ts';
import { neighbourCache } from './neighbour-cache.ts';
import { routeExceptionCache } from './route-exceptions.ts';
import { tcpMetricsCache } from './tcp-metrics.ts';

/** What a flush needs of a host. */
export interface FlushHost {
  readonly netlink: NetlinkConnection;
  /** A connection to `NetlinkProtocol.generic`. */
  readonly generic: NetlinkConnection;
  /** Runs synchronous work in the namespace of the host. */
  run<T>(work: () => T): T;
}

export interface FlushOptions {
  /** Flushes the neighbours of this interface only; other caches do not belong to an interface. */
  readonly interfaceIndex?: number | undefined;
  /** Counts only. */
  readonly dryRun?: boolean;
}

/** Entries of a cache. */
export interface FlushResult {
  readonly cache: string;
  readonly before: number;
  /** Permanent entries, and those of a control plane. */
  readonly kept: number;
  /** Undefined for a dry run. */
  readonly after: number | undefined;
}

/** Traffic creates new entries while others are flushed; the kernel, too, needs more than one round at times. */
const MAX_ROUNDS = 10;

/**
 * Flushes every cache until nothing is left that may go, and counts the entries before and after.
 * @throws StackError `PRIVILEGE` without CAP_NET_ADMIN; NetlinkError
 */
export async function flushCaches(host: FlushHost, options: FlushOptions = {}): Promise<readonly FlushResult[]> {
  const results: FlushResult[] = [];
  for (const cache of await cachesOf(host, options.interfaceIndex)) {
    const { entries: before, kept } = await cache.count();
    if (options.dryRun !== true) await flush(cache);
    const after = options.dryRun === true ? undefined : (await cache.count()).entries;
    results.push({ cache: cache.name, before, kept, after });
  }
  return results;
}

async function cachesOf(
  { netlink, generic, run }: FlushHost,
  interfaceIndex: number | undefined,
): Promise<FlushableCache[]> {
  const neighbours = ([4, 6] as const).map((family) => neighbourCache(netlink, family, interfaceIndex));
  if (interfaceIndex !== undefined) return neighbours;
  const routes = ([4, 6] as const).map((family) => routeExceptionCache(netlink, family, run));
  const metrics = await tcpMetricsCache(generic);
  return [...neighbours, ...routes, ...(metrics === undefined ? [] : [metrics])];
}

async function flush(cache: FlushableCache): Promise<void> {
  try {
    for (let round = 1; round <= MAX_ROUNDS; round += 1) if ((await cache.flushRound()) === 0) return;
  } catch (cause) {
    const code = cause instanceof NetlinkError ? cause.errorName : nodeCodeOf(cause);
    if (code !== 'EPERM' && code !== 'EACCES') throw cause;
    const message =
      cause instanceof NetlinkError ? cause.message : `cannot flush the ${cache.name}: ${messageOf(cause)}`;
    throw new StackError('PRIVILEGE', `${message}; run as root, or with CAP_NET_ADMIN`, { cause });
  }
}
