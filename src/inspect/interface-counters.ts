/** Interfaces with their packet counters, and where the host dropped packets. @module */
import {
  decodeQdisc,
  dumpQdiscs,
  type LinkStatistics,
  type NetlinkConnection,
  NetlinkError,
  type Qdisc,
  QdiscParent,
} from '../netlink/index.ts';
import type { NetworkInterface } from './interface.ts';
import { describeLinks, dumpAddressesOf, dumpLinksOf } from './interfaces.ts';

/** The queueing discipline at the root of an interface. */
interface RootQueue {
  /** `fq_codel`, `mq`; hostile text. */
  readonly kind: string;
  /** Packets in the queue. */
  readonly length: number;
  /** Bytes in the queue. */
  readonly backlog: number;
  readonly drops: number;
  readonly requeues: number;
  readonly overLimits: number;
}

/** An interface with its counters. */
export interface InterfaceCounters extends NetworkInterface {
  readonly statistics: LinkStatistics;
  /** Undefined for interfaces without a queue. */
  readonly rootQueue: RootQueue | undefined;
  /** Incoming packets dropped: by the driver or a protocol, and missed for lack of ring space; as in /proc/net/dev. */
  readonly inputDrops: number;
  /** Outgoing packets dropped, by the driver and by the queueing discipline. */
  readonly outputDrops: number;
}

/**
 * Lists the interfaces of the connection's namespace by index, with counters and root queueing disciplines.
 * @throws NetlinkError
 */
export async function listInterfaceCounters(netlink: NetlinkConnection): Promise<readonly InterfaceCounters[]> {
  const links = await dumpLinksOf(netlink, true);
  const interfaces = describeLinks(links, await dumpAddressesOf(netlink));
  const queues = await dumpRootQueues(netlink);
  return interfaces.flatMap((one, at) => {
    const statistics = links[at]?.statistics;
    return statistics === undefined ? [] : withCounters(one, statistics, queues.get(one.index));
  });
}

/** A kernel without packet scheduling has no disciplines, and refuses to list them. */
async function dumpRootQueues(netlink: NetlinkConnection): Promise<ReadonlyMap<number, Qdisc>> {
  const queues = new Map<number, Qdisc>();
  try {
    for (const message of (await netlink.dump(dumpQdiscs(), { wanted: 'list queueing disciplines' })).messages) {
      const qdisc = decodeQdisc(message);
      if (qdisc?.parent === QdiscParent.root) queues.set(qdisc.interfaceIndex, qdisc);
    }
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.errorName !== 'EOPNOTSUPP') throw error;
  }
  return queues;
}

function withCounters(one: NetworkInterface, statistics: LinkStatistics, queue: Qdisc | undefined): InterfaceCounters {
  return {
    ...one,
    statistics,
    rootQueue: queue === undefined ? undefined : describeQueue(queue),
    inputDrops: statistics.rxDropped + statistics.rxMissedErrors,
    outputDrops: statistics.txDropped + (queue?.drops ?? 0),
  };
}

function describeQueue({ kind, queueLength, backlog, drops, requeues, overLimits }: Qdisc): RootQueue {
  return { kind, length: queueLength, backlog, drops, requeues, overLimits };
}
