/** Packets that the host dropped in places that belong to no interface. @module */
import { readIfThere } from './read-if-there.ts';

/** `/proc/net` belongs to the main thread; this path follows the namespace of the calling thread. */
const PROC = '/proc/thread-self/net';

export interface HostDrops {
  /** Backlog queues of all processors, of all namespaces (/proc/net/softnet_stat). */
  readonly softnet: {
    /** Packets dropped because the queue was full (net.core.netdev_max_backlog). */
    readonly dropped: number;
    /** Polls that ended with work left (net.core.netdev_budget). */
    readonly squeezed: number;
    /** Packets dropped by the flow limit (net.core.flow_limit_cpu_bitmap). */
    readonly flowLimited: number;
  };
  /** TCP connection requests (TcpExt in /proc/net/netstat). */
  readonly listener: {
    /** Requests for which the accept queue was full. */
    readonly overflows: number;
    /** Requests dropped for any reason, overflows included. */
    readonly drops: number;
  };
}

/** Reads the counters of the calling thread's network namespace; those that are missing are 0. */
export function readHostDrops(): HostDrops {
  return {
    softnet: parseSoftnet(readIfThere(`${PROC}/softnet_stat`) ?? ''),
    listener: parseListener(readIfThere(`${PROC}/netstat`) ?? ''),
  };
}

/** Parses a line per processor: processed, dropped, squeezed, six unused, collisions, received RPS, flow limit. */
export function parseSoftnet(text: string): HostDrops['softnet'] {
  const sum = { dropped: 0, squeezed: 0, flowLimited: 0 };
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/).map(hexadecimal);
    sum.dropped += words[1] ?? 0;
    sum.squeezed += words[2] ?? 0;
    sum.flowLimited += words[10] ?? 0;
  }
  return sum;
}

function hexadecimal(word: string): number {
  return /^[0-9a-f]{1,8}$/.test(word) ? Number.parseInt(word, 16) : 0;
}

/** Parses pairs of lines: names, then values. */
export function parseListener(text: string): HostDrops['listener'] {
  const [names, values] = text
    .split('\n')
    .filter((line) => line.startsWith('TcpExt:'))
    .map((line) => line.split(' '));
  const counter = (name: string): number => Number(values?.[names?.indexOf(name) ?? -1] ?? 0) || 0;
  return { overflows: counter('ListenOverflows'), drops: counter('ListenDrops') };
}
