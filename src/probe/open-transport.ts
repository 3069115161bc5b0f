/** Opens the transport that the options of a run ask for. @module */
import { networkInterfaces } from 'node:os';
import { formatAddress, isLinkScoped, parseScopedAddress } from '../base/address.ts';
import { defined } from '../base/defined.ts';
import { StackError } from '../base/errors.ts';
import type { KernelTransportOptions } from './kernel/kernel-options.ts';
import { openKernelTransport } from './kernel/open-kernel-transport.ts';
import { openPortableTransport } from './portable-transport.ts';
import type { ProbeTransport } from './transport.ts';

/** How the probes of a run leave this machine. */
export interface SocketOptions {
  /** Source address as text; routing chooses it by default. */
  readonly source?: string;
  /** Outgoing interface or VRF (SO_BINDTODEVICE). */
  readonly interface?: string;
  /**
   * Sockets to use. `raw` needs CAP_NET_RAW. `unprivileged` uses ping sockets, or UDP sockets with IP_RECVERR.
   * `raw-socket` uses the package of that name. `auto`, the default, prefers raw sockets, and uses the package on systems
   * other than Linux.
   */
  readonly transport?: 'auto' | 'raw' | 'unprivileged' | 'raw-socket';
  /** Firewall mark, 32 bits (SO_MARK). */
  readonly mark?: number;
  /** Type of service (IPv4) or traffic class (IPv6), 0 to 255. */
  readonly trafficClass?: number;
  /** IPv6 flow label, 20 bits. */
  readonly flowLabel?: number;
}

/** Requirements of a run on its sockets. */
export type TransportNeeds = Omit<KernelTransportOptions, keyof SocketOptions | 'privilege' | 'identifier'> & {
  /** The interface of a link-local target. */
  readonly zone?: string | undefined;
};

const PRIVILEGE = { auto: 'auto', raw: 'raw', unprivileged: 'none' } as const;

/**
 * Opens the transport. The kernel's opens synchronously.
 * @throws StackError `TARGET` for a link-local target without a zone or with one that is not `options.interface`, or for
 * a source of the other address family; `NO_ROUTE`, `PRIVILEGE`, `RAW_SOCKET_MISSING`
 * @throws TypeError for a source that is no address
 * @throws SyscallError for an interface, address or option that the kernel refuses
 */
export function openTransport(
  { zone, ...needs }: TransportNeeds,
  options: SocketOptions,
): ProbeTransport | Promise<ProbeTransport> {
  const { transport = 'auto', mark, trafficClass, flowLabel } = options;
  if (transport === 'raw-socket' || (transport === 'auto' && process.platform !== 'linux')) {
    return openPortableTransport(needs);
  }
  const outgoing = outgoingInterface(options.interface, zone);
  if (outgoing === undefined && isLinkScoped(needs.destination)) throw missingZone(needs.destination);
  return openKernelTransport({
    ...needs,
    privilege: PRIVILEGE[transport],
    ...defined({
      source: sourceBytes(options.source, needs.family),
      interface: outgoing,
      mark,
      trafficClass,
      flowLabel,
    }),
  });
}

function sourceBytes(text: string | undefined, family: 4 | 6): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const source = parseScopedAddress(text);
  if (source === undefined) throw new TypeError(`source is not an address: ${JSON.stringify(text)}`);
  const { address } = source;
  if ((address.length === 4) === (family === 4)) return address;
  throw new StackError('TARGET', `source address ${text} is not an IPv${family} address, but the target is`);
}

/** Returns the error for a link-local target without an interface; it names the interfaces that have such addresses. */
function missingZone(destination: Uint8Array): StackError {
  const target = formatAddress(destination);
  const candidates = Object.entries(networkInterfaces())
    .filter(([, addresses]) => addresses?.some(({ address }) => address.startsWith('fe80:')))
    .map(([name]) => `${target}%${name}`);
  const advice =
    candidates.length === 0
      ? 'no interface has a link-local address'
      : `name its interface: ${candidates.join(' or ')}`;
  return new StackError('TARGET', `${target} is valid on one link only; ${advice}`);
}

function outgoingInterface(name: string | undefined, zone: string | undefined): string | undefined {
  if (name === undefined || zone === undefined || name === zone) return name ?? zone;
  throw new StackError('TARGET', `target is on interface ${zone}, but --interface is ${name}; omit --interface`);
}
