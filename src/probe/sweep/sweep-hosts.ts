/** Sweeps addresses over a transport of its own. @module */
import { formatAddress, parseAddress } from '../../base/address.ts';
import { systemClock } from '../../base/clock.ts';
import { StackError } from '../../base/errors.ts';
import { type HostOptions, HostRun } from '../host-run.ts';
import type { ProbeMethod } from '../method.ts';
import { EchoMethod, randomNonce } from '../methods/icmp-echo.ts';
import { SynMethod } from '../methods/tcp-syn.ts';
import { preciseClock } from '../precise-clock.ts';
import { resolveTarget } from '../resolve-target.ts';
import type { TransportCapabilities } from '../transport.ts';
import type { SweepEvent, SweepOptions } from './events.ts';
import { type SweepRun, sweep } from './sweep.ts';
import { SweepTargets } from './targets.ts';

/** Options of `sweepHosts`; times in milliseconds. */
export interface SweepHostsOptions extends Omit<SweepOptions, 'targets'>, HostOptions {}

/** A sweep. Iterate it once, event by event or in batches. */
export interface SweepHostsRun extends AsyncIterable<SweepEvent> {
  /** Undefined before the sockets are open. */
  readonly capabilities: TransportCapabilities | undefined;
  /** The counts so far, and the share of addresses probed, 0 to 1; undefined before the sockets are open. */
  snapshot(): ReturnType<SweepRun['snapshot']> | undefined;
  /** All events of one turn of the event loop at once, at a third of the cost. */
  batches(): AsyncIterable<readonly SweepEvent[]>;
}

const MAX_MESSAGE_LENGTH = 64;
/** The nonce and the number of the probe. */
const PAYLOAD_SIZE = 8;

/**
 * Probes every address of `targets`: networks, ranges, addresses and names. Opens its transport at the first iteration,
 * and closes it at the end. The errors of `resolveSweepTargets` and `openTransport` reach the iteration.
 * @example
 * for await (const event of sweepHosts('192.0.2.0/24')) if (event.type === 'alive') console.log(event.address);
 */
export function sweepHosts(
  targets: string | readonly string[] | SweepTargets,
  options: SweepHostsOptions = {},
): SweepHostsRun {
  const { ports } = options;
  const host = new HostRun(
    {
      resolve: () =>
        targets instanceof SweepTargets ? targets : resolveSweepTargets([targets].flat(), options.family),
      needs: (found: SweepTargets) => ({
        family: found.family,
        protocol: ports === undefined ? 'icmp' : 'tcp',
        destination: found.at(0),
        zone: found.zone,
        maxMessageLength: MAX_MESSAGE_LENGTH,
        wantsTransmitTime: false,
      }),
      method: ({ family }, capabilities) => methodFor(family, capabilities, ports),
      begin: (parts, found) => sweep(parts, { ...options, targets: found }),
      clock: options.rate === 0 ? preciseClock : systemClock, // at a limited rate there is time to sleep
    },
    options,
  );
  return {
    get capabilities() {
      return host.capabilities;
    },
    snapshot: () => host.run?.snapshot(),
    batches: () => host.events((run) => run.batches()),
    [Symbol.asyncIterator]: () => host.events((run) => run),
  };
}

/**
 * Collects networks, ranges and addresses, and looks up the names among them.
 * @param family the wanted address family; by default that of the first target
 * @param onUnknown called for each name that does not resolve; without it, such a name is an error
 * @throws StackError `TARGET` for other text, an address of another family, or no address at all; `NO_HOST` for an unknown
 * name
 */
export function resolveSweepTargets(
  texts: readonly string[],
  family?: 4 | 6,
  onUnknown?: (error: StackError) => void,
): SweepTargets | Promise<SweepTargets> {
  if (!texts.some(isName)) return collect(texts, family);
  const lookUp = async (text: string): Promise<string | undefined> => {
    try {
      return isName(text) ? formatAddress((await resolveTarget(text, family)).address) : text;
    } catch (error) {
      if (onUnknown === undefined || !(error instanceof StackError)) throw error;
      onUnknown(error);
      return undefined;
    }
  };
  return Promise.all(texts.map(lookUp)).then((found) =>
    collect(
      found.filter((text) => text !== undefined),
      family,
    ),
  );
}

function isName(text: string): boolean {
  return parseAddress(text) === undefined && !/[/:]/.test(text) && /[a-z]/i.test(text);
}

function collect(texts: readonly string[], family: 4 | 6 | undefined): SweepTargets {
  const targets = new SweepTargets();
  for (const text of texts) targets.add(text);
  if (targets.size === 0) throw new StackError('TARGET', 'no address to sweep');
  if (family !== undefined && targets.family !== family) {
    throw new StackError('TARGET', `the targets are IPv${targets.family} addresses, but only IPv${family} is wanted`);
  }
  return targets;
}

function methodFor(
  family: 4 | 6,
  { identifier, sourceAddress, sourcePort }: TransportCapabilities,
  ports: readonly number[] | undefined,
): ProbeMethod {
  const nonce = randomNonce();
  if (ports === undefined) return new EchoMethod({ family, nonce, identifier, size: PAYLOAD_SIZE });
  if (sourceAddress === undefined || sourcePort === undefined) {
    throw new StackError('TRANSPORT', 'TCP probes need raw sockets; use --transport raw');
  }
  return new SynMethod({ family, nonce, sourceAddress, sourcePort, ports });
}
