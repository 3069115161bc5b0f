/** The probes of the runs that follow a path: traceroute and path monitoring. @module */
import { defined } from '../base/defined.ts';
import { StackError } from '../base/errors.ts';
import {
  EchoMethod,
  type ProbeMethod,
  randomNonce,
  SynMethod,
  type Target,
  type TransportCapabilities,
  type TransportNeeds,
  UdpMethod,
} from '../probe/index.ts';

/** Protocol and ports of the probes. */
export interface PathProbeOptions {
  readonly protocol?: 'udp' | 'icmp' | 'tcp';
  /** Destination port; 33,434 for UDP and 80 for TCP by default. */
  readonly port?: number;
  /** Increments the UDP destination port with each probe. By default all probes keep one flow (Paris traceroute). */
  readonly isClassic?: boolean;
}

/** Options of a path's probes, with all defaults filled in. */
export interface PathProbes extends Omit<PathProbeOptions, 'protocol'> {
  readonly protocol: 'udp' | 'icmp' | 'tcp';
  /** Payload bytes; 12 by default. */
  readonly size?: number | undefined;
}

/** With 28 bytes of headers, the 40 byte packets of traceroute(8). */
const DEFAULT_SIZE = 12;
const DEFAULT_TCP_PORT = 80;
/** Room for the headers of a reply. */
const MAX_HEADER_LENGTH = 64;
const MIN_PAYLOAD_LENGTH = 56;

export function pathNeeds({ family, address, zone }: Target, { protocol, size = 0 }: PathProbes): TransportNeeds {
  return {
    family,
    protocol,
    destination: address,
    zone,
    maxMessageLength: MAX_HEADER_LENGTH + Math.max(MIN_PAYLOAD_LENGTH, size),
  };
}

/** @throws StackError `TRANSPORT` for a protocol that the transport does not send */
export function pathMethod(
  family: 4 | 6,
  { identifier, name, sourceAddress, sourcePort }: TransportCapabilities,
  { protocol, port, isClassic = false, size = DEFAULT_SIZE }: PathProbes,
): ProbeMethod {
  const nonce = randomNonce();
  if (protocol === 'icmp') return new EchoMethod({ family, nonce, identifier, size, isFlowStable: true });
  if (sourceAddress === undefined || sourcePort === undefined) {
    throw new StackError('TRANSPORT', `cannot send ${protocol.toUpperCase()} probes from a ${name}`);
  }
  const common = { family, nonce, sourceAddress, sourcePort };
  if (protocol === 'tcp') return new SynMethod({ ...common, ports: [port ?? DEFAULT_TCP_PORT] });
  // An unprivileged socket does not return the quoted checksum, so the port carries the number of the probe.
  const ports = isClassic || name === 'UDP socket' ? 'classic' : 'paris';
  return new UdpMethod({ ...common, size, ports, ...defined({ destinationPort: port }) });
}
