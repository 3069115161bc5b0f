/** Transport and method of the commands that walk a path. @module */

import { StackError } from '../../base/errors.ts';
import type { ProbeMethod, ProbeTransport } from '../../probe/index.ts';
import { DEFAULT_ECHO_SIZE, EchoMethod, randomNonce, SynMethod, UdpMethod } from '../../probe/index.ts';
import type { Target } from '../resolve-names.ts';
import type { ProbeWords } from './probe-options.ts';
import { openTransport } from './probe-session.ts';

export interface PathNeeds {
  readonly protocol: 'udp' | 'icmp' | 'tcp';
  readonly port: number | undefined;
  readonly isClassic: boolean;
  /** Payload bytes; the protocol's own by default. */
  readonly size: number | undefined;
  /** Flows beside the first. */
  readonly flows: number;
  readonly findsMtu: boolean;
}

/** 12 bytes behind headers of 28 make the 40 of the reference's screen. */
const DEFAULT_SIZE = 12;

/** A transport and the method that fits it. The caller closes the transport. */
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
  return { transport, method: methodFor(transport, target.family, needs) };
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
  // Without privilege the kernel does not show the quoted checksum, so the port has to tell probes apart.
  const ports = needs.isClassic || name === 'UDP socket' ? 'classic' : 'paris';
  return new UdpMethod({
    ...common,
    size,
    ports,
    ...(needs.port === undefined ? {} : { destinationPort: needs.port }),
  });
}
