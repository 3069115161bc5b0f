/** Traces the path to a host over a transport of its own. @module */
import { defined } from '../../base/defined.ts';
import {
  type HostOptions,
  HostRun,
  resolveTarget,
  type Target,
  type TransportCapabilities,
} from '../../probe/index.ts';
import { type PathProbeOptions, type PathProbes, pathMethod, pathNeeds } from '../path-probes.ts';
import type { TracerouteEvent } from './events.ts';
import type { TracerouteOptions } from './options.ts';
import { traceroute } from './traceroute.ts';

/** Options of `traceHost`; times in milliseconds. */
export interface TraceHostOptions
  extends Omit<TracerouteOptions, 'target' | 'address' | 'zone' | 'sourceAddress' | 'size'>,
    PathProbeOptions,
    HostOptions {
  /** Searches the path MTU: begins with packets of 1,500 bytes, and shrinks them to each MTU a router reports. */
  readonly findPathMtu?: boolean;
}

/** A traceroute. Iterate it once. */
export interface TraceHostRun extends AsyncIterable<TracerouteEvent> {
  /** Undefined before the first event. */
  readonly capabilities: TransportCapabilities | undefined;
}

/** Payload of an Ethernet frame of 1,500 bytes, without the headers of IP and of ICMP or UDP. */
const ETHERNET_PAYLOAD = { 4: 1_472, 6: 1_452 } as const;
const MULTIPATH_FLOWS = 256;

/**
 * Traces the path to a host: UDP probes by default. Opens its transport at the first iteration, and closes it at the end.
 * The iteration throws a StackError for an unknown host (`NO_HOST`), missing privilege (`PRIVILEGE`), or a protocol that
 * the transport does not send (`TRANSPORT`).
 * @param host a name or an address, `fe80::1%eth0` for a link-local one, or a resolved target
 * @example
 * for await (const event of traceHost('192.0.2.1')) process.stdout.write(formatTracerouteEvent(event));
 */
export function traceHost(host: string | Target, options: TraceHostOptions = {}): TraceHostRun {
  const { findPathMtu: searchesMtu = false, isMultipath = false } = options;
  const sizeOf = (family: 4 | 6): number | undefined => (searchesMtu ? ETHERNET_PAYLOAD[family] : undefined);
  const probesOf = (family: 4 | 6): PathProbes => ({ protocol: 'udp', ...options, size: sizeOf(family) });
  const run = new HostRun(
    {
      resolve: () => (typeof host === 'string' ? resolveTarget(host, options.family) : host),
      needs: (target: Target) => ({
        ...pathNeeds(target, probesOf(target.family)),
        flows: isMultipath ? MULTIPATH_FLOWS : 0,
        ...defined({ pathMtu: searchesMtu ? ('probe' as const) : undefined }),
      }),
      method: ({ family }, capabilities) => pathMethod(family, capabilities, probesOf(family)),
      begin: (parts, { name, address, family, zone }) =>
        traceroute(parts, {
          ...options,
          target: name,
          address,
          ...defined({ zone, size: sizeOf(family), sourceAddress: parts.transport.capabilities.sourceAddress }),
        }),
    },
    options,
  );
  return {
    get capabilities() {
      return run.capabilities;
    },
    [Symbol.asyncIterator]: () => run.events((started) => started),
  };
}
