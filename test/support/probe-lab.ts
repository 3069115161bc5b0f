/** Sends probes from a lab host with the kernel transport. @module */
import { parseAddress } from '../../src/base/address.ts';
import type { PingEvent, PingReply, PingSummary } from '../../src/icmp/ping/events.ts';
import type { PingOptions } from '../../src/icmp/ping/options.ts';
import { ping } from '../../src/icmp/ping/ping.ts';
import type { TracerouteEvent, TracerouteHop, TracerouteSummary } from '../../src/icmp/traceroute/events.ts';
import type { TracerouteOptions } from '../../src/icmp/traceroute/options.ts';
import { traceroute } from '../../src/icmp/traceroute/traceroute.ts';
import type { LabHost } from '../../src/lab/index.ts';
import type { KernelTransportOptions } from '../../src/probe/kernel/kernel-options.ts';
import { openKernelTransport } from '../../src/probe/kernel/open-kernel-transport.ts';
import type { ProbeMethod } from '../../src/probe/method.ts';
import { EchoMethod, type EchoMethodOptions, randomNonce } from '../../src/probe/methods/icmp-echo.ts';
import { SynMethod } from '../../src/probe/methods/tcp-syn.ts';
import { UdpMethod } from '../../src/probe/methods/udp.ts';
import { preciseClock } from '../../src/probe/precise-clock.ts';
import type { TransportCapabilities } from '../../src/probe/transport.ts';

type More = Partial<KernelTransportOptions>;

function bytesOf(target: string): Uint8Array {
  const address = parseAddress(target);
  if (address === undefined) throw new TypeError(`not an address: "${target}"`);
  return address;
}

export async function probePing(
  host: LabHost,
  target: string,
  options: PingOptions,
  method: Partial<EchoMethodOptions> = {},
  more: More = {},
): Promise<{
  readonly events: readonly PingEvent[];
  readonly replies: readonly PingReply[];
  readonly summary: PingSummary;
}> {
  const address = bytesOf(target);
  const family = address.length === 4 ? 4 : 6;
  const maxMessageLength = 8 + (method.size ?? 56);
  await using transport = host.run(() =>
    openKernelTransport({ family, protocol: 'icmp', destination: address, maxMessageLength, ...more }),
  );
  const { identifier } = transport.capabilities;
  const echo = new EchoMethod({ family, nonce: randomNonce(), identifier, ...method });
  const events: PingEvent[] = [];
  for await (const event of ping({ transport, clock: preciseClock, method: echo }, { address, ...options }))
    events.push(event);
  const summary = events.at(-1);
  if (summary?.type !== 'summary') throw new Error('the run ended without a summary');
  return { events, replies: events.filter((event) => event.type === 'reply'), summary };
}

/** Returns the probe method for a transport. */
function methodFor(
  family: 4 | 6,
  protocol: 'icmp' | 'udp' | 'tcp',
  { identifier, sourceAddress, sourcePort, name }: TransportCapabilities,
  size?: number,
): ProbeMethod {
  const nonce = randomNonce();
  if (protocol === 'icmp') return new EchoMethod({ family, nonce, identifier, size: size ?? 12, isFlowStable: true });
  if (sourceAddress === undefined || sourcePort === undefined) throw new TypeError(`${name} has no name`);
  if (protocol === 'tcp') return new SynMethod({ family, nonce, sourceAddress, sourcePort });
  const ports = name === 'UDP socket' ? 'classic' : 'paris';
  return new UdpMethod({ family, nonce, sourceAddress, sourcePort, ports, size: size ?? 12 });
}

export async function probeTraceroute(
  host: LabHost,
  target: string,
  protocol: 'icmp' | 'udp' | 'tcp',
  options: TracerouteOptions = {},
  more: More = {},
): Promise<{
  readonly events: readonly TracerouteEvent[];
  readonly hops: readonly TracerouteHop[];
  readonly summary: TracerouteSummary;
}> {
  const address = bytesOf(target);
  const family = address.length === 4 ? 4 : 6;
  await using transport = host.run(() =>
    openKernelTransport({ family, protocol, destination: address, flows: 64, ...more }),
  );
  const method = methodFor(family, protocol, transport.capabilities, options.size);
  const events: TracerouteEvent[] = [];
  for await (const event of traceroute({ transport, clock: preciseClock, method }, { address, ...options }))
    events.push(event);
  const summary = events.at(-1);
  if (summary?.type !== 'summary') throw new Error('the run ended without a summary');
  return { events, hops: events.filter((event) => event.type === 'hop'), summary };
}
