/** Runs engines on simulated networks, with a virtual clock and fixed nonces. @module */
import { parseAddress } from '../../src/base/address.ts';
import type { MonitorOptions, MonitorSummary } from '../../src/icmp/monitor/events.ts';
import { monitor } from '../../src/icmp/monitor/monitor.ts';
import type { PingEvent, PingReply, PingSummary } from '../../src/icmp/ping/events.ts';
import type { PingOptions } from '../../src/icmp/ping/options.ts';
import { ping } from '../../src/icmp/ping/ping.ts';
import type { TracerouteEvent, TracerouteHop, TracerouteSummary } from '../../src/icmp/traceroute/events.ts';
import type { TracerouteOptions } from '../../src/icmp/traceroute/options.ts';
import { type TracerouteParts, traceroute } from '../../src/icmp/traceroute/traceroute.ts';
import { EchoMethod, type EchoMethodOptions } from '../../src/probe/methods/icmp-echo.ts';
import { NodeMethod, type NodeMethodOptions } from '../../src/probe/methods/node-information.ts';
import { SynMethod } from '../../src/probe/methods/tcp-syn.ts';
import { UdpMethod, type UdpMethodOptions } from '../../src/probe/methods/udp.ts';
import { type PingTextOptions, pingTextFormatter } from '../../src/report/probe/ping-text.ts';
import { formatTracerouteEvent, type TracerouteTextOptions } from '../../src/report/probe/traceroute-text.ts';
import { answerSyn } from './simulation/answer-syn.ts';
import type { NetworkDescription } from './simulation/network-description.ts';
import { SimulatedNetwork } from './simulation/simulated-network.ts';
import { VirtualClock } from './virtual-clock.ts';

export const NONCE = 0x5eed_cafe;

/** Returns a network with a directly connected target, on addresses of RFC 5737. */
export function directNetwork(
  destination: NetworkDescription['destination'],
  more: Partial<NetworkDescription> = {},
): NetworkDescription {
  return {
    name: 'direct',
    about: 'a host on the same wire',
    family: 4,
    source: '192.0.2.1',
    target: '192.0.2.2',
    hops: [],
    destination,
    ...more,
  };
}

export interface SimulatedPing {
  readonly events: readonly PingEvent[];
  readonly replies: readonly PingReply[];
  readonly summary: PingSummary;
  readonly text: string;
  /** Duration of the run in virtual milliseconds. */
  readonly elapsed: number;
}

export async function simulatePing(
  description: NetworkDescription,
  options: PingOptions & { readonly signalAt?: number } = {},
  method: Partial<EchoMethodOptions> & { readonly query?: NodeMethodOptions['query'] } = {},
  text: PingTextOptions = {},
): Promise<SimulatedPing> {
  const clock = new VirtualClock();
  await using transport = new SimulatedNetwork(description, clock);
  const { query, ...echo } = method;
  const parts = {
    transport,
    clock,
    method:
      query === undefined
        ? new EchoMethod({ family: description.family, nonce: NONCE, ...echo })
        : new NodeMethod({ query, nonce: NONCE }),
  };
  const abort = new AbortController();
  if (options.signalAt !== undefined) clock.at(options.signalAt, () => abort.abort());
  const events: PingEvent[] = [];
  const format = pingTextFormatter(text);
  let screen = '';
  for await (const event of ping(parts, { target: description.target, ...options, signal: abort.signal })) {
    events.push(event);
    screen += format(event);
  }
  const summary = events.at(-1);
  if (summary?.type !== 'summary') throw new Error('the run ended without a summary');
  const replies = events.filter((event) => event.type === 'reply');
  return { events, replies, summary, text: screen, elapsed: clock.now() };
}

export type Protocol = 'icmp' | 'udp' | 'tcp';

export interface SimulatedTraceroute {
  readonly events: readonly TracerouteEvent[];
  readonly hops: readonly TracerouteHop[];
  readonly summary: TracerouteSummary;
  /** Output with the names of the description. */
  readonly text: string;
  readonly elapsed: number;
}

/** Returns the names of the description by address, in place of reverse DNS. */
function namesOf(description: NetworkDescription): Map<string, string> {
  const names = new Map<string, string>();
  for (const hop of description.hops) {
    for (const router of 'paths' in hop ? hop.paths : [hop]) {
      if (router.name !== undefined) names.set(router.address, router.name);
    }
  }
  if (description.destination.name !== undefined) names.set(description.target, description.destination.name);
  return names;
}

function simulatedMethod(
  description: NetworkDescription,
  protocol: Protocol,
  more: Partial<UdpMethodOptions> = {},
): TracerouteParts['method'] {
  const { family } = description;
  const sourceAddress = parseAddress(description.source) ?? new Uint8Array(4);
  const common = { family, nonce: NONCE, sourceAddress, sourcePort: 40_000 };
  if (protocol === 'udp') return new UdpMethod({ ...common, ...more });
  if (protocol === 'tcp') return new SynMethod(common);
  return new EchoMethod({ family, nonce: NONCE, size: 12, maxSize: more.maxSize ?? 12, isFlowStable: true });
}

export async function simulateTraceroute(
  description: NetworkDescription,
  options: TracerouteOptions & { readonly protocol?: Protocol; readonly method?: Partial<UdpMethodOptions> } = {},
  text: TracerouteTextOptions = {},
): Promise<SimulatedTraceroute> {
  const clock = new VirtualClock();
  const protocol = options.protocol ?? 'udp';
  const { trafficClass = 0 } = options;
  await using transport = new SimulatedNetwork(description, clock, { protocol, answerTcp: answerSyn, trafficClass });
  const parts = { transport, clock, method: simulatedMethod(description, protocol, options.method) };
  const { sourceAddress } = transport.capabilities;
  const names = namesOf(description);
  const events: TracerouteEvent[] = [];
  let screen = '';
  for await (const event of traceroute(parts, { target: description.target, sourceAddress, ...options })) {
    events.push(event);
    screen += formatTracerouteEvent(event, { command: 'tracert', nameOf: (address) => names.get(address), ...text });
  }
  const summary = events.at(-1);
  if (summary?.type !== 'summary') throw new Error('the run ended without a summary');
  const hops = events.filter((event) => event.type === 'hop');
  return { events, hops, summary, text: screen, elapsed: clock.now() };
}

export interface SimulatedMonitor {
  readonly summary: MonitorSummary;
  readonly pathChanges: number;
  /** Reasons why probes were not sent. */
  readonly refusals: readonly string[];
  readonly rounds: number;
  readonly elapsed: number;
}

export async function simulateMonitor(
  description: NetworkDescription,
  options: MonitorOptions & { readonly protocol?: Protocol } = {},
): Promise<SimulatedMonitor> {
  const clock = new VirtualClock();
  const protocol = options.protocol ?? 'icmp';
  await using transport = new SimulatedNetwork(description, clock, { protocol, answerTcp: answerSyn });
  const parts = { transport, clock, method: simulatedMethod(description, protocol) };
  let pathChanges = 0;
  const refusals: string[] = [];
  let rounds = 0;
  for await (const event of monitor(parts, { target: description.target, ...options })) {
    if (event.type === 'path-change') pathChanges += 1;
    if (event.type === 'refused') refusals.push(event.errorName);
    if (event.type === 'round') rounds += 1;
    if (event.type === 'summary') return { summary: event, pathChanges, refusals, rounds, elapsed: clock.now() };
  }
  throw new Error('the run ended without a summary');
}
