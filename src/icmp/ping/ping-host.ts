/** Pings a host over a transport of its own. @module */
import { formatAddress } from '../../base/address.ts';
import { defined } from '../../base/defined.ts';
import {
  DEFAULT_ECHO_SIZE,
  EchoMethod,
  type EchoMethodOptions,
  type HostOptions,
  HostRun,
  type NodeInformation,
  NodeMethod,
  type PingMethod,
  randomNonce,
  resolveTarget,
  type Target,
  type TransportCapabilities,
  type TransportNeeds,
} from '../../probe/index.ts';
import type { PingEvent, PingSummary } from './events.ts';
import type { PingOptions } from './options.ts';
import { ping } from './ping.ts';

/** Options of `pingHost`; times in milliseconds. */
export interface PingHostOptions
  extends Omit<PingOptions, 'target' | 'address' | 'zone' | 'optionsLength'>,
    Pick<EchoMethodOptions, 'size' | 'pattern' | 'message'>,
    HostOptions {
  /** Sends node information queries (RFC 4620) for this in place of echo requests; IPv6. */
  readonly nodeInformation?: NodeInformation['query'];
  /** Path MTU discovery: `do` sets "don't fragment", `dont` lets routers fragment. */
  readonly pathMtu?: 'do' | 'dont' | 'want';
  /** Sends the record route option (RFC 791, 3.1); IPv4. */
  readonly recordRoute?: boolean;
}

/** A ping run. Iterate it once. */
export interface PingHostRun extends AsyncIterable<PingEvent> {
  /** Undefined before the first event. */
  readonly capabilities: TransportCapabilities | undefined;
  /** The figures so far; undefined before the first event. */
  snapshot(): PingSummary | undefined;
}

const ICMP_HEADER_LENGTH = 8;
const RECORD_ROUTE_LENGTH = 40;

/**
 * Pings a host until the count, the deadline or the signal ends the run. Opens its transport at the first iteration, and
 * closes it at the end. The iteration throws a StackError for an unknown host (`NO_HOST`) or missing privilege
 * (`PRIVILEGE`), and a RangeError for a size or message that the address family does not have.
 * @param host a name or an address, `fe80::1%eth0` for a link-local one, or a resolved target
 * @example
 * for await (const event of pingHost('192.0.2.1', { count: 5 })) process.stdout.write(formatPingEvent(event));
 */
export function pingHost(host: string | Target, options: PingHostOptions = {}): PingHostRun {
  const run = new HostRun(
    {
      resolve: () => (typeof host === 'string' ? resolveTarget(host, options.family) : host),
      needs: (target: Target) => needsOf(target, options),
      method: ({ family }, { identifier }) => methodFor(family, identifier, options),
      begin: (parts, { name, address, family, zone }) => {
        const { sourceAddress } = parts.transport.capabilities;
        const shown = family === 6 && sourceAddress !== undefined ? formatAddress(sourceAddress) : undefined;
        return ping(parts, {
          ...options,
          target: name,
          address,
          optionsLength: options.recordRoute === true ? RECORD_ROUTE_LENGTH : 0,
          ...defined({ zone, source: options.source ?? shown }),
        });
      },
    },
    options,
  );
  return {
    get capabilities() {
      return run.capabilities;
    },
    snapshot: () => run.run?.snapshot(),
    [Symbol.asyncIterator]: () => run.events((started) => started),
  };
}

function needsOf({ family, address, zone }: Target, options: PingHostOptions): TransportNeeds {
  const size = options.sizes?.to ?? options.size ?? DEFAULT_ECHO_SIZE;
  return {
    family,
    protocol: 'icmp',
    destination: address,
    zone,
    maxMessageLength: ICMP_HEADER_LENGTH + size,
    recordRoute: options.recordRoute ?? false,
    allowBroadcast: options.anySource ?? false,
    message: options.nodeInformation === undefined ? (options.message ?? 'echo') : 'node-information',
    ...defined({ pathMtu: options.pathMtu }),
  };
}

/** @param identifier the one that the filter of the transport accepts */
function methodFor(family: 4 | 6, identifier: number | undefined, options: PingHostOptions): PingMethod {
  const nonce = randomNonce();
  const { nodeInformation: query, size, pattern, message, sizes } = options;
  if (query === undefined) {
    const first = sizes?.from ?? size;
    return new EchoMethod({
      family,
      nonce,
      identifier,
      ...defined({ size: first, maxSize: sizes?.to, pattern, message }),
    });
  }
  if (family === 4) throw new RangeError('node information queries are for IPv6 hosts');
  return new NodeMethod({ query, nonce: identifier === undefined ? nonce : identifier * 0x1_0000 + (nonce & 0xffff) });
}
