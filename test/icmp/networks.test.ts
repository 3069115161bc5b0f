/** Simulates every network of test/networks with the commands in its `expect`. @module */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { MonitorOptions } from '../../src/icmp/monitor/events.ts';
import type { PingEvent } from '../../src/icmp/ping/events.ts';
import type { PingOptions } from '../../src/icmp/ping/options.ts';
import type { TracerouteEvent } from '../../src/icmp/traceroute/events.ts';
import type { TracerouteOptions } from '../../src/icmp/traceroute/options.ts';
import type { EchoMethodOptions } from '../../src/probe/methods/icmp-echo.ts';
import type { UdpMethodOptions } from '../../src/probe/methods/udp.ts';
import { shortQuoteText } from '../../src/report/probe/short-quote-text.ts';
import { formatTracerouteEvent, type TracerouteTextOptions } from '../../src/report/probe/traceroute-text.ts';
import { type Protocol, simulateMonitor, simulatePing, simulateTraceroute } from '../support/simulate.ts';
import type { NetworkDescription } from '../support/simulation/network-description.ts';

interface PingExpectation {
  readonly options?: PingOptions;
  readonly method?: Partial<EchoMethodOptions>;
  readonly summary: object;
  readonly lossBetween?: readonly [number, number];
  readonly order?: readonly number[];
  readonly roundTrip?: Readonly<Record<string, number>>;
  /** What `-v` says of errors that quote too little. */
  readonly shortQuotes?: readonly string[];
}

interface TracerouteExpectation {
  readonly protocols: readonly Protocol[];
  readonly options?: TracerouteOptions;
  readonly method?: Partial<UdpMethodOptions>;
  readonly text?: TracerouteTextOptions;
  /** Printed lines, with addresses only. */
  readonly lines?: readonly string[];
  /** Number of different sources at each hop. */
  readonly responders?: readonly number[];
  readonly silence?: Readonly<Record<string, string>>;
  readonly summary?: object;
  readonly port?: 'open' | 'closed';
  readonly noControlCharacters?: boolean;
  /** What `-v` says of errors that quote too little. */
  readonly shortQuotes?: readonly string[];
}

interface MonitorExpectation {
  readonly options?: MonitorOptions;
  readonly hops?: readonly { readonly address: string | null; readonly [figure: string]: unknown }[];
  readonly addresses?: readonly string[];
  readonly responders?: readonly number[];
  readonly pathChanges?: number;
  readonly lossless?: boolean;
}

interface NetworkCase extends NetworkDescription {
  readonly expect?: {
    readonly ping?: PingExpectation;
    readonly traceroute?: TracerouteExpectation;
    readonly monitor?: MonitorExpectation;
  };
}

const folder = new URL('../networks/', import.meta.url);
const cases = readdirSync(folder)
  .sort()
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as NetworkCase);

test('there are networks, each with its own name', () => {
  expect(cases.length).toBeGreaterThanOrEqual(60);
  expect(readdirSync(folder).sort()).toEqual(cases.map((one) => `${one.name}.json`).sort());
});

function shortQuotes(command: string, events: readonly (PingEvent | TracerouteEvent)[]): string[] {
  return events.flatMap((event) => (event.type === 'short-quote' ? [shortQuoteText(command, event).trimEnd()] : []));
}

describe('ping', () => {
  for (const network of cases) {
    const expected = network.expect?.ping;
    if (expected === undefined) continue;
    test(`${network.name}: ${network.about}`, async () => {
      const run = await simulatePing(network, expected.options, expected.method);
      const { lossPercent, ...rest } = expected.summary as { lossPercent?: number };
      expect(run.summary).toMatchObject(rest);
      if (expected.shortQuotes !== undefined) expect(shortQuotes('ping', run.events)).toEqual(expected.shortQuotes);
      if (lossPercent !== undefined) expect(run.summary.lossPercent).toBeCloseTo(lossPercent, 6);
      if (expected.lossBetween !== undefined) {
        expect(run.summary.lossPercent).toBeGreaterThan(expected.lossBetween[0]);
        expect(run.summary.lossPercent).toBeLessThan(expected.lossBetween[1]);
      }
      if (expected.order !== undefined) expect(run.replies.map((reply) => reply.sequence)).toEqual(expected.order);
      for (const [figure, value] of Object.entries(expected.roundTrip ?? {})) {
        expect(run.summary.roundTrip, figure).toHaveProperty(figure, expect.closeTo(value, 9));
      }
    });
  }
});

describe('traceroute', () => {
  for (const network of cases) {
    const expected = network.expect?.traceroute;
    if (expected === undefined) continue;
    test.each(expected.protocols)(`${network.name} by %s: ${network.about}`, async (protocol) => {
      const run = await simulateTraceroute(network, {
        ...expected.options,
        protocol,
        ...(expected.method === undefined ? {} : { method: expected.method }),
      });
      const lines = run.hops.map((hop) => formatTracerouteEvent(hop, expected.text).trimEnd());
      if (expected.lines !== undefined) expect(lines).toEqual(expected.lines);
      if (expected.responders !== undefined) {
        const sources = run.hops.map(
          (hop) => new Set(hop.probes.flatMap(({ answer }) => (answer ? [answer.source] : []))),
        );
        expect(sources.map((set) => set.size)).toEqual(expected.responders);
      }
      for (const [number, silence] of Object.entries(expected.silence ?? {})) {
        expect(run.hops.find((hop) => hop.hop === Number(number))?.silence, `hop ${number}`).toBe(silence);
      }
      if (expected.summary !== undefined) expect(run.summary).toMatchObject(expected.summary);
      if (expected.shortQuotes !== undefined) {
        expect(shortQuotes('traceroute', run.events)).toEqual(expected.shortQuotes);
      }
      if (expected.port !== undefined) expect(run.hops.at(-1)?.probes.at(0)?.answer?.port).toBe(expected.port);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      if (expected.noControlCharacters === true) expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    });
  }
});

describe('monitor', () => {
  for (const network of cases) {
    const expected = network.expect?.monitor;
    if (expected === undefined) continue;
    test(`${network.name}: ${network.about}`, async () => {
      const run = await simulateMonitor(network, expected.options);
      const hops = run.summary.hops;
      if (expected.hops !== undefined) {
        const figures = expected.hops.map(({ address, ...rest }) => ({ ...rest, transmitted: run.summary.rounds }));
        expect(hops).toMatchObject(figures);
        expect(hops.map((hop) => hop.addresses[0]?.address ?? null)).toEqual(expected.hops.map((hop) => hop.address));
      }
      if (expected.addresses !== undefined)
        expect(hops.map((hop) => hop.addresses[0]?.address)).toEqual(expected.addresses);
      if (expected.responders !== undefined)
        expect(hops.map((hop) => hop.addresses.length)).toEqual(expected.responders);
      if (expected.pathChanges !== undefined) expect(run.pathChanges).toBe(expected.pathChanges);
      if (expected.lossless === true) expect(hops.map((hop) => hop.lossPercent)).toEqual(hops.map(() => 0));
    });
  }
});

function networkOf(name: string): NetworkCase {
  const network = cases.find((one) => one.name === name);
  if (network === undefined) throw new Error(`there is no network ${name}`);
  return network;
}

describe('monitor: all hops in every round', () => {
  test('one round reaches a target thirty hops away', async () => {
    const longPath = networkOf('long-path');
    const { summary } = await simulateMonitor({ ...longPath, hops: longPath.hops.slice(0, 29) }, { count: 1 });
    expect(summary.isReached).toBe(true);
    expect(summary.hops.map(({ transmitted, received }) => [transmitted, received])).toEqual(
      summary.hops.map(() => [1, 1]),
    );
    expect(summary.hops).toHaveLength(30);
  });

  test('a loop shows all thirty hops', async () => {
    const hops = Array.from({ length: 30 }, (_, at) => ({ address: `10.0.${at % 2}.1`, delay: 1 }));
    const { summary } = await simulateMonitor({ ...networkOf('loop'), hops }, { count: 3 });
    expect(summary.hops.map(({ transmitted }) => transmitted)).toEqual(Array<number>(30).fill(3));
  });

  // net_max() of mtr 0.95 shows one row after the last known host.
  test('a path that becomes silent ends with one silent row', async () => {
    const { summary } = await simulateMonitor(networkOf('blackhole'), { count: 3 });
    const last = summary.hops.at(-1);
    expect(last).toMatchObject({ addresses: [], transmitted: 3, received: 0, lossPercent: 100, forwardLoss: 3 });
    expect(summary.hops.slice(0, -1).every(({ received }) => received === 3)).toBe(true);
  });

  test('a network without any reply is one silent row', async () => {
    const { summary } = await simulateMonitor(
      { ...networkOf('direct'), destination: { isSilent: true } },
      { count: 2 },
    );
    expect(summary.hops).toMatchObject([{ hop: 1, addresses: [], transmitted: 2, lossPercent: 100 }]);
  });
});

test('monitor: a refused probe is reported, and counted neither as sent nor as lost', async () => {
  const run = await simulateMonitor(networkOf('no-route'), { count: 2, unknownHops: 3 });
  expect(run.refusals).toEqual(Array<string>(6).fill('ENETUNREACH'));
  expect(run.summary).toMatchObject({ rounds: 2, isReached: false, hops: [] });
});
