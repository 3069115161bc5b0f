/** Errors with quotes that are too short: reported only with the option, and only when valid. @module */
import { describe, expect, test } from 'vitest';
import { ShortQuoteReader } from '../../src/icmp/short-quote.ts';
import { EchoMethod } from '../../src/probe/methods/icmp-echo.ts';
import { NodeMethod } from '../../src/probe/methods/node-information.ts';
import { SynMethod } from '../../src/probe/methods/tcp-syn.ts';
import { UdpMethod } from '../../src/probe/methods/udp.ts';
import type { ArrivalEvent } from '../../src/probe/transport.ts';
import { discloseTraceroute } from '../../src/report/probe/path-disclosure.ts';
import { directNetwork, NONCE, simulatePing, simulateTraceroute } from '../support/simulate.ts';
import { forgeError } from '../support/simulation/forge.ts';

const HOST_UNREACHABLE = { type: 3, code: 1 };
const ports = { family: 4, nonce: NONCE, sourceAddress: Uint8Array.of(192, 0, 2, 1), sourcePort: 40_000 } as const;

/** Returns an IP header of 20 or 40 bytes, then 40 bytes of the protocol's message. */
function packet(family: 4 | 6, protocol: number): Uint8Array {
  const out = new Uint8Array((family === 4 ? 20 : 40) + 40);
  out[0] = family === 4 ? 0x45 : 0x60;
  out[family === 4 ? 9 : 6] = protocol;
  return out;
}

function arrival(family: 4 | 6, message: Uint8Array, more: Partial<ArrivalEvent> = {}): ArrivalEvent {
  return {
    kind: 'arrival',
    protocol: family === 4 ? 1 : 58,
    source: new Uint8Array(family === 4 ? 4 : 16),
    bytes: message,
    start: 0,
    end: message.length,
    claimedLength: message.length,
    hopLimit: 64,
    optionsStart: 0,
    time: 0,
    stamp: 'user',
    ...more,
  };
}

describe('the minimum length of a quote', () => {
  // RFC 792: IP header and 8 bytes. A node information query is known by the nonce behind these (RFC 4620, 4).
  test.each([
    ['ICMP echo', new EchoMethod({ family: 4, nonce: NONCE }), 1, 28],
    ['ICMPv6 echo', new EchoMethod({ family: 6, nonce: NONCE }), 58, 48],
    ['UDP', new UdpMethod(ports), 17, 28],
    ['TCP', new SynMethod(ports), 6, 28],
    ['node information', new NodeMethod({ query: 'name', nonce: NONCE }), 58, 56],
  ])('%s: every length', (_name, method, protocol, enough) => {
    const reader = new ShortQuoteReader(method);
    const whole = packet(method.family, protocol);
    const error = method.family === 4 ? HOST_UNREACHABLE : { type: 1, code: 0 };
    for (let length = 0; length <= whole.length; length += 1) {
      const message = forgeError(method.family, error, whole.subarray(0, length));
      const told = reader.lengthOf(arrival(method.family, message));
      expect(told, `${length} bytes`).toBe(length < enough ? length : undefined);
    }
  });
});

describe('is not reported', () => {
  const reader = new ShortQuoteReader(new EchoMethod({ family: 4, nonce: NONCE }));
  const message = forgeError(4, HOST_UNREACHABLE, packet(4, 1).subarray(0, 24));

  test('for a message with a wrong checksum', () => {
    expect(reader.lengthOf(arrival(4, message))).toBe(24);
    const damaged = message.slice();
    damaged[3] = (damaged[3] ?? 0) ^ 1;
    expect(reader.lengthOf(arrival(4, damaged))).toBeUndefined();
  });

  test('for a message truncated by the socket buffer', () => {
    expect(reader.lengthOf(arrival(4, message, { claimedLength: message.length + 1 }))).toBeUndefined();
  });

  test('for messages too short for an error', () => {
    for (let end = 0; end < 8; end += 1) {
      expect(reader.lengthOf(arrival(4, message, { end, claimedLength: end }))).toBeUndefined();
    }
  });

  test('without the option', async () => {
    const network = directNetwork({ error: HOST_UNREACHABLE, quote: 6 });
    const silent = await simulatePing(network, { count: 1, wait: 500 });
    expect(silent.events.map((event) => event.type)).toEqual(['start', 'timeout', 'summary']);
    const told = await simulatePing(network, { count: 1, wait: 500, reportShortQuotes: true });
    expect(told.events[1]).toEqual({ type: 'short-quote', source: '192.0.2.2', bytes: 26, at: 1 });
    expect(told.text).toBe(silent.text); // the line is for standard error
  });
});

test('a hidden path does not show its routers in these lines', async () => {
  const network = directNetwork({}, { hops: [{ address: '10.0.1.1', quote: 4 }] });
  const run = await simulateTraceroute(network, { probes: 1, retry: false, reportShortQuotes: true });
  const event = run.events.find((one) => one.type === 'short-quote');
  if (event === undefined) throw new Error('the router’s error is gone');
  expect(event).toMatchObject({ source: '10.0.1.1', bytes: 24 });
  expect(discloseTraceroute(event, { hiddenHops: 1 })).toEqual({ ...event, source: 'hidden' });
  expect(discloseTraceroute(event, { hiddenHops: 0 })).toBe(event);
});
