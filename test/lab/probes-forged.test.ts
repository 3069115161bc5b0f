/** A TUN device whose far end lies: nothing that is not the answer to our probe is taken for one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readU8, readU16, writeU16 } from '../../src/base/bytes.ts';
import { checksumSum } from '../../src/base/checksum.ts';
import { createLab, type Lab, twoHosts } from '../../src/lab/index.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { probePing, probeTraceroute } from '../support/probe-lab.ts';
import { TunDevice } from '../support/tun.ts';

const HEADER = 20;
const TARGET = '10.77.0.2';
/** Last byte of the address that tells the first of the lies; the next one tells the next. */
const FIRST_LIAR = 100;

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

interface Forgery {
  readonly source?: Uint8Array;
  /** Changes the reply's ICMP message; its checksum is made right afterwards. */
  readonly change?: (message: Uint8Array) => void;
  readonly breakChecksum?: boolean;
  readonly options?: Uint8Array;
}

/** The echo reply to a request, or something very like it. */
function reply(request: Uint8Array, { source, change, breakChecksum, options }: Forgery = {}): Uint8Array {
  const message = request.slice(HEADER);
  message[0] = 0;
  change?.(message);
  writeU16(message, 2, 0);
  writeU16(message, 2, ~checksumSum(message, 0, message.length) ^ (breakChecksum === true ? 1 : 0));
  return packet(source ?? request.slice(16, 20), request.slice(12, 16), message, options);
}

function packet(
  source: Uint8Array,
  destination: Uint8Array,
  message: Uint8Array,
  options: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const out = new Uint8Array(HEADER + options.length + message.length);
  const header = { source, destination, protocol: 1, timeToLive: 60, payloadLength: message.length, options };
  out.set(message, encodeIpv4(header, out));
  return out;
}

/** An ICMP error whose quote is ours but for what `change` does to it, or that is cut. */
function error(
  request: Uint8Array,
  type: number,
  code: number,
  change: (quote: Uint8Array) => void = () => undefined,
  kept = request.length,
): Uint8Array {
  const quote = request.slice(0, kept);
  change(quote);
  const message = new Uint8Array(8 + quote.length);
  message.set([type, code]);
  message.set(quote, 8);
  writeU16(message, 2, ~checksumSum(message, 0, message.length));
  return packet(Uint8Array.of(10, 77, 0, 9), request.slice(12, 16), message);
}

const flip =
  (at: number) =>
  (bytes: Uint8Array): void => {
    bytes[at] = readU8(bytes, at) ^ 0x55;
  };

const LIES: readonly (readonly [what: string, lie: (request: Uint8Array) => Uint8Array, strangers: number])[] = [
  ['another identifier', (request) => reply(request, { change: flip(4) }), 0],
  ['another nonce in the payload', (request) => reply(request, { change: flip(8) }), 0],
  ['a number that was never sent', (request) => reply(request, { change: flip(12) }), 0],
  ['a wrong checksum', (request) => reply(request, { breakChecksum: true }), 1],
  ['another source', (request) => reply(request, { source: Uint8Array.of(10, 77, 0, 66) }), 1],
  ['our own request', (request) => packet(request.slice(16, 20), request.slice(12, 16), request.slice(HEADER)), 0],
  ['an error about another program’s probe', (request) => error(request, 3, 1, flip(HEADER + 4)), 0],
  ['an error about another nonce', (request) => error(request, 3, 1, flip(HEADER + 9)), 0],
  ['an error about a UDP datagram', (request) => error(request, 3, 3, (quote) => quote.fill(17, 9, 10)), 0],
  [
    'half a header',
    (request) => packet(request.slice(16, 20), request.slice(12, 16), Uint8Array.of(0, 0, 0xff, 0xff)),
    0,
  ],
];

describe('forged answers', () => {
  test('each of them, from an address of its own', async () => {
    using _tun = await TunDevice.open(lab.host('left'), '10.77.0.1/24', (request) => {
      if (readU8(request, 9) !== 1 || readU8(request, HEADER) !== 8) return [];
      const [, lie = () => request] = LIES[readU8(request, 19) - FIRST_LIAR] ?? [];
      return [lie(request)];
    });
    const runs = LIES.map((_, number) =>
      probePing(lab.host('left'), `10.77.0.${FIRST_LIAR + number}`, { count: 1, wait: 2000 }),
    );
    for (const [number, { summary }] of (await Promise.all(runs)).entries()) {
      const [what, , strangers] = LIES[number] ?? [];
      const expected = { transmitted: 1, received: 0, duplicates: 0, errors: 0, strangers, lossPercent: 100 };
      expect(summary, what).toMatchObject(expected);
    }
  });

  test('all of them, and then the truth, twice', async () => {
    using _tun = await TunDevice.open(lab.host('left'), '10.77.0.1/24', (request) =>
      readU8(request, 9) === 1 && readU8(request, HEADER) === 8
        ? [...LIES.map(([, lie]) => lie(request)), reply(request), reply(request)]
        : [],
    );
    const run = await probePing(lab.host('left'), TARGET, { count: 3, interval: 20 });
    expect(run.summary).toMatchObject({ transmitted: 3, received: 3, errors: 0, strangers: 6 });
    expect(run.summary.duplicates).toBeGreaterThanOrEqual(2); // the last one's comes when the run is over
    expect(run.replies[0]).toMatchObject({ hopLimit: 60, damage: undefined, wrongLength: undefined });
  });

  test('an answer with IP options, and one that is damaged, are shown for what they are', async () => {
    const options = Uint8Array.of(7, 7, 8, 10, 77, 0, 2, 0);
    using _tun = await TunDevice.open(lab.host('left'), '10.77.0.1/24', (request) => {
      if (readU8(request, 9) !== 1 || readU8(request, HEADER) !== 8) return [];
      return readU16(request, HEADER + 6) === 0
        ? [reply(request, { options })]
        : [reply(request, { change: flip(8 + 32) })];
    });
    const run = await probePing(lab.host('left'), TARGET, { count: 2, interval: 20 });
    expect([...(run.replies[0]?.options ?? [])]).toEqual([...options]);
    expect(run.replies[0]?.wrongLength).toEqual({ actual: 92, expected: 84 });
    expect(run.replies[1]?.damage).toMatchObject({ offset: 32, expected: 0x20, actual: 0x75 });
  });

  test('quotes that are too short get through the socket’s filter, and are told to those who ask', async () => {
    const lengths = [0, 9, 10, 20, 27];
    using _tun = await TunDevice.open(lab.host('left'), '10.77.0.1/24', (request) =>
      request[0] === 0x45 ? lengths.map((length) => error(request, 3, 1, undefined, length)) : [],
    );
    const told = lengths.map((bytes) => ({ type: 'short-quote', source: '10.77.0.9', bytes }));
    const pinged = await probePing(lab.host('left'), TARGET, { count: 1, wait: 1000, reportShortQuotes: true });
    expect(pinged.events.filter((event) => event.type === 'short-quote')).toMatchObject(told);
    const options = { maxHops: 1, probes: 1, wait: 1000, retry: false, reportShortQuotes: true };
    for (const protocol of ['udp', 'icmp', 'tcp'] as const) {
      const traced = await probeTraceroute(lab.host('left'), TARGET, protocol, options);
      expect(traced.events.filter((event) => event.type === 'short-quote')).toMatchObject(told);
      expect(traced.summary).toMatchObject({ isReached: false, received: 0 });
    }
  });

  test('a traceroute believes no quote but its own', async () => {
    using _tun = await TunDevice.open(lab.host('left'), '10.77.0.1/24', (request) =>
      readU8(request, 9) === 17
        ? [
            error(request, 11, 0, flip(HEADER)),
            error(request, 11, 0, flip(HEADER + 11)),
            error(request, 3, 3, flip(HEADER + 1)),
          ]
        : [],
    );
    const run = await probeTraceroute(lab.host('left'), TARGET, 'udp', { maxHops: 2, probes: 1, wait: 1000 });
    expect(run.hops.map((hop) => hop.probes[0]?.answer)).toEqual([undefined, undefined]);
    expect(run.summary).toMatchObject({ isReached: false, received: 0 });
  });
});
