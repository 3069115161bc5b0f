/** Monitors the path to a host over a transport of its own. @module */
import { defined } from '../../base/defined.ts';
import {
  type HostOptions,
  HostRun,
  resolveTarget,
  type Target,
  type TransportCapabilities,
} from '../../probe/index.ts';
import { type PathProbeOptions, pathMethod, pathNeeds } from '../path-probes.ts';
import type { MonitorEvent, MonitorOptions } from './events.ts';
import { type MonitorRun, monitor } from './monitor.ts';

/** Options of `monitorHost`; times in milliseconds. */
export interface MonitorHostOptions
  extends Omit<MonitorOptions, 'target' | 'address' | 'zone'>,
    PathProbeOptions,
    HostOptions {}

/** A monitored path. Iterate it once. `hops` and `reset` may be called at any time. */
export interface MonitorHostRun extends MonitorRun {
  /** Undefined before the first event. */
  readonly capabilities: TransportCapabilities | undefined;
}

/**
 * Monitors the path to a host until the count or the signal ends the run: ICMP echo requests by default. Opens its
 * transport at the first iteration, and closes it at the end; it throws as `traceHost` does.
 * @param host a name or an address, `fe80::1%eth0` for a link-local one, or a resolved target
 * @example
 * for await (const event of monitorHost('192.0.2.1', { count: 10 })) if (event.type === 'summary') report(event.hops);
 */
export function monitorHost(host: string | Target, options: MonitorHostOptions = {}): MonitorHostRun {
  const probes = { protocol: 'icmp', ...options } as const;
  const run = new HostRun(
    {
      resolve: () => (typeof host === 'string' ? resolveTarget(host, options.family) : host),
      needs: (target: Target) => pathNeeds(target, probes),
      method: ({ family }, capabilities) => pathMethod(family, capabilities, probes),
      begin: (parts, { name, address, zone }) =>
        monitor(parts, { ...options, target: name, address, ...defined({ zone }) }),
    },
    options,
  );
  return {
    get capabilities() {
      return run.capabilities;
    },
    hops: () => run.run?.hops() ?? [],
    reset: () => run.run?.reset(),
    [Symbol.asyncIterator]: (): AsyncIterator<MonitorEvent> => run.events((started) => started),
  };
}
