/** Transport and probe method of `traceroute` and `mtr`. @module */
import { StackError } from '../base/index.ts';
import { DEFAULT_ECHO_SIZE, EchoMethod, randomNonce } from '../icmp/index.ts';
import type { ProbeMethod, ProbeTransport } from '../probe/index.ts';
import { SynMethod } from '../tcp/index.ts';
import { UdpMethod } from '../udp/index.ts';
import type { ProbeWords } from './probe-options.ts';
import { openTransport } from './probe-session.ts';
import type { Target } from './resolve-names.ts';

export interface PathNeeds {
  readonly protocol: 'udp' | 'icmp' | 'tcp';
  readonly port: number | undefined;
  readonly isClassic: boolean;
  /** Payload in bytes; 12 by default. */
  readonly size: number | undefined;
  /** Number of flows in addition to the first. */
  readonly flows: number;
  readonly findsMtu: boolean;
}

/** 28 bytes of headers and 12 of payload: the 40-byte packets of traceroute(8). */
const DEFAULT_SIZE = 12;

/** Opens a transport and creates the method for it. The caller closes the transport; on failure it is closed here. */
export async function openPath(
  words: ProbeWords,
  target: Target,
  needs: PathNeeds,
): Promise<{ readonly transport: ProbeTransport; readonly method: ProbeMethod }> {
  const transport = await openTransport(words, {
    family: target.family,
    protocol: needs.protocol,
    destination: target.address,
    zone: target.zone,
    flows: needs.flows,
    largestMessage: 64 + Math.max(DEFAULT_ECHO_SIZE, needs.size ?? 0),
    ...(needs.findsMtu ? { pathMtu: 'probe' as const } : {}),
  });
  try {
    return { transport, method: methodFor(transport, target.family, needs) };
  } catch (error) {
    await transport.close(); // an open socket would keep the process running
    throw error;
  }
}

function methodFor(transport: ProbeTransport, family: 4 | 6, needs: PathNeeds): ProbeMethod {
  const { identifier, name, sourceAddress, sourcePort } = transport.capabilities;
  const nonce = randomNonce();
  const size = needs.size ?? DEFAULT_SIZE;
  if (needs.protocol === 'icmp') return new EchoMethod({ family, nonce, identifier, size, isFlowStable: true });
  if (sourceAddress === undefined || sourcePort === undefined) {
    throw new StackError('TRANSPORT', `a ${name} cannot send ${needs.protocol.toUpperCase()} probes`);
  }
  const common = { family, nonce, sourceAddress, sourcePort };
  if (needs.protocol === 'tcp') return new SynMethod({ ...common, ports: [needs.port ?? 80] });
  // An unprivileged socket does not show the quoted checksum, so each probe needs a port of its own.
  const ports = needs.isClassic || name === 'UDP socket' ? 'classic' : 'paris';
  return new UdpMethod({
    ...common,
    size,
    ports,
    ...(needs.port === undefined ? {} : { destinationPort: needs.port }),
  });
}
