/** Opens the transport that the options of a run ask for. @module */
import { parseScopedAddress } from '../base/address.ts';
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
 * @throws StackError `TARGET` for a zone that is not `options.interface`, `PRIVILEGE`, `RAW_SOCKET_MISSING`
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
  return openKernelTransport({
    ...needs,
    privilege: PRIVILEGE[transport],
    ...defined({
      source: sourceBytes(options.source),
      interface: outgoingInterface(options.interface, zone),
      mark,
      trafficClass,
      flowLabel,
    }),
  });
}

function sourceBytes(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const source = parseScopedAddress(text);
  if (source === undefined) throw new TypeError(`source is not an address: ${JSON.stringify(text)}`);
  return source.address;
}

function outgoingInterface(name: string | undefined, zone: string | undefined): string | undefined {
  if (name === undefined || zone === undefined || name === zone) return name ?? zone;
  throw new StackError('TARGET', `target is on interface ${zone}, but --interface is ${name}; omit --interface`);
}
