/** Plays engines against simulated networks: a virtual clock, fixed nonces, nothing of the machine. */
import { EchoMethod, type EchoMethodOptions } from '../../src/icmp/echo-method.ts';
import { ping } from '../../src/icmp/ping.ts';
import type { PingOptions } from '../../src/icmp/ping-engine.ts';
import type { PingEvent, PingReply, PingSummary } from '../../src/icmp/ping-events.ts';
import type { NetworkDescription } from '../../src/icmp/simulation/network-description.ts';
import { SimulatedNetwork } from '../../src/icmp/simulation/simulated-network.ts';
import { VirtualClock } from '../../src/probe/virtual-clock.ts';
import { pingTextFormatter, type PingTextOptions } from '../../src/report/ping-text.ts';

export const NONCE = 0x5eed_cafe;

/** A target behind no router, on addresses of RFC 5737. */
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
  /** Virtual milliseconds that the run took. */
  readonly elapsed: number;
}

export async function simulatePing(
  description: NetworkDescription,
  options: PingOptions & { readonly signalAt?: number } = {},
  method: Partial<EchoMethodOptions> = {},
  text: PingTextOptions = {},
): Promise<SimulatedPing> {
  const clock = new VirtualClock();
  await using transport = new SimulatedNetwork(description, clock);
  const parts = { transport, clock, method: new EchoMethod({ family: description.family, nonce: NONCE, ...method }) };
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
  if (summary?.type !== 'summary') throw new Error('a run ends with its summary');
  const replies = events.filter((event) => event.type === 'reply');
  return { events, replies, summary, text: screen, elapsed: clock.now() };
}
