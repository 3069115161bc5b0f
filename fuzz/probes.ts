/**
 * Fuzz target: answers to probes. With any bytes, as an answer or as an error queue entry, methods, extension reader and
 * engines must not throw, and texts must be printable. @module
 */

import { PingEngine } from '../src/icmp/ping/engine.ts';
import { TracerouteEngine } from '../src/icmp/traceroute/engine.ts';
import type { ProbeEngine } from '../src/probe/drive.ts';
import type { ProbeMethod } from '../src/probe/method.ts';
import { EchoMethod } from '../src/probe/methods/icmp-echo.ts';
import { NodeMethod } from '../src/probe/methods/node-information.ts';
import { SynMethod } from '../src/probe/methods/tcp-syn.ts';
import { UdpMethod } from '../src/probe/methods/udp.ts';
import type { ArrivalEvent } from '../src/probe/transport.ts';
import { pingTextFormatter } from '../src/report/probe/ping-text.ts';
import { shortQuoteText } from '../src/report/probe/short-quote-text.ts';
import { formatTracerouteEvent } from '../src/report/probe/traceroute-text.ts';
import { readExtensions } from '../src/wire/icmp-extensions.ts';
import { RandomSource } from '../test/support/random-source.ts';
import { answerSyn } from '../test/support/simulation/answer-syn.ts';
import { forgeError, quotePacket } from '../test/support/simulation/forge.ts';
import { mutate } from './mutate.ts';

const SOURCE = Uint8Array.of(192, 0, 2, 1);
const TARGET = Uint8Array.of(192, 0, 2, 2);
const COMMON = { family: 4, nonce: 0x5eed_cafe, sourceAddress: SOURCE, sourcePort: 40_000 } as const;
const PROTOCOLS = { icmp: 1, udp: 17, tcp: 6 } as const;
const MESSAGES = ['echo', 'timestamp', 'mask'] as const;
const LABELS = [{ label: 16, trafficClass: 0, isBottom: true, ttl: 1 }];
const INTERFACE = { role: 'incoming', index: 1, name: 'eth0', address: '192.0.2.3', mtu: 1500 } as const;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
/** ICMPv4 reply types by request type. */
const REPLIES: Readonly<Record<number, number>> = { 8: 0, 13: 14, 17: 18 };
const STEPS = 6;

/** Decodes node information replies (RFC 4620) with random names and addresses. */
function fuzzNode(random: RandomSource): void {
  const method = new NodeMethod({ query: 'name', nonce: COMMON.nonce });
  const probe = new Uint8Array(method.length);
  method.encode({ index: random.below(0x1_0000), flow: 0, destination: new Uint8Array(16) }, probe);
  const reply = Uint8Array.from({ length: 16 + random.below(200) }, () =>
    random.below(random.below(2) === 0 ? 8 : 256),
  );
  reply.set(probe.subarray(0, 16));
  reply.set([140, random.below(4), 0, 0, 0, random.below(6)]);
  const bytes = random.below(2) === 0 ? reply : mutate(reply, random);
  const event: ArrivalEvent = {
    kind: 'arrival',
    time: 0,
    stamp: 'kernel',
    protocol: 58,
    source: new Uint8Array(16),
    bytes,
    start: 0,
    end: bytes.length,
    hopLimit: 1,
    optionsStart: 0,
    claimedLength: bytes.length,
  };
  method.match(event);
  if (UNPRINTABLE.test(JSON.stringify(method.details(event))))
    throw new Error('control character in the details of a node');
}

/** Runs one seed. */
export function fuzzProbes(seed: number): void {
  const random = new RandomSource(seed);
  fuzzNode(random);
  const method = pickMethod(random);
  const isPing = method instanceof EchoMethod && random.below(2) === 0;
  const engine = isPing
    ? new PingEngine(method, { address: TARGET, count: 3, interval: 0, reportShortQuotes: true })
    : new TracerouteEngine(method, { address: TARGET, maxHops: 4, probes: 2, reportShortQuotes: true });
  let text = '';
  const format = pingTextFormatter();
  for (let step = 0; step < STEPS; step += 1) {
    engine.advance(step);
    const batch = engine.takeOutbox().map((spec) => ({ token: spec.token, bytes: spec.bytes.slice() }));
    for (const { token } of batch) engine.onSent(token, { status: 'sent', time: step }, step);
    for (const { bytes } of batch) answer(engine, method, bytes, random, step);
    for (const event of engine.drain()) text += describe(event, format);
  }
  engine.stop(STEPS);
  for (const event of engine.drain()) text += describe(event, format);
  if (UNPRINTABLE.test(text)) throw new Error('control character in the text');
}

function describe(
  event: ReturnType<(PingEngine | TracerouteEngine)['drain']>[number],
  format: ReturnType<typeof pingTextFormatter>,
): string {
  if (event.type === 'hop')
    return formatTracerouteEvent(event, { showExtensions: true, showChanges: true, showBackward: true });
  if (event.type === 'short-quote') return shortQuoteText('ping', event);
  if (event.type === 'summary' && !('roundTrip' in event)) return '';
  return event.type === 'start' && 'maxHops' in event ? formatTracerouteEvent(event) : format(event as never);
}

function pickMethod(random: RandomSource): ProbeMethod {
  const kind = random.below(4);
  if (kind === 0) return new UdpMethod(COMMON);
  if (kind === 1) return new UdpMethod({ ...COMMON, ports: 'classic' });
  return kind === 2
    ? new SynMethod(COMMON)
    : new EchoMethod({ ...COMMON, size: 12, message: MESSAGES[random.below(MESSAGES.length)] ?? 'echo' });
}

/** Passes the engine a correct answer of one of several kinds, in two of three cases with mutations. */
function answer(
  engine: ProbeEngine<object>,
  method: ProbeMethod,
  probe: Uint8Array,
  random: RandomSource,
  now: number,
): void {
  const protocol = PROTOCOLS[method.protocol];
  const quote = quotePacket(
    { family: 4, source: SOURCE, destination: TARGET, protocol, message: probe },
    { hopLimit: 1 },
  );
  const kinds = [
    forgeError(4, { type: 11, code: 0 }, quote, { mpls: LABELS, interface: INTERFACE }),
    forgeError(4, { type: 3, code: random.below(20), mtu: random.below(0x1_0000) }, quote),
    method.protocol === 'tcp' ? answerSyn(probe, 'open') : probe.with(0, REPLIES[probe[0] ?? 0] ?? 0),
  ];
  const chosen = random.below(kinds.length);
  const right = kinds[chosen] ?? probe;
  const bytes = random.below(3) === 0 ? right : mutate(right, random);
  const isSegment = chosen === 2 && method.protocol === 'tcp';
  const event: ArrivalEvent = {
    kind: 'arrival',
    time: now + 0.5,
    stamp: 'kernel',
    protocol: isSegment ? 6 : 1,
    source: random.below(2) === 0 ? TARGET : SOURCE,
    bytes,
    start: 0,
    end: bytes.length,
    hopLimit: random.below(256),
    optionsStart: 0,
    claimedLength: random.below(4) === 0 ? random.below(0x1_0000) : bytes.length,
  };
  readExtensions(bytes, 0, bytes.length, 4);
  readExtensions(bytes, 0, bytes.length, 6);
  const match = method.match(event);
  if (match !== undefined && (match.index < 0 || !Number.isInteger(match.index)))
    throw new Error(`matched probe ${match.index}`);
  engine.onEvent(event);
  if (random.below(4) !== 0) return;
  engine.onEvent({
    ...event,
    kind: 'error-queue',
    family: random.below(2) === 0 ? 4 : 6,
    type: random.below(256),
    code: random.below(256),
    mtu: random.next(),
    destination: TARGET,
    destinationPort: random.below(0x1_0000),
  });
}
