/** The registry of protocols: numbers, order and limits. @module */
import { describe, expect, test } from 'vitest';
import type { AnyLayer } from '../../src/dissect/layer.ts';
import { DecodeContext, type Protocol, ProtocolTable } from '../../src/dissect/protocol.ts';
import { type Region, wireLengthOf } from '../../src/dissect/region.ts';
import { PROTOCOLS } from '../../src/dissect/registry.ts';
import { SPACES, type Space } from '../../src/dissect/space.ts';

const REGION: Region = { start: 0, end: 8, wireEnd: 10 };

function decode(
  protocols: readonly Protocol<AnyLayer>[],
  run: (context: DecodeContext<AnyLayer>) => void,
): readonly AnyLayer[] {
  const context = new DecodeContext<AnyLayer>(new Uint8Array(8), new ProtocolTable(protocols), false);
  run(context);
  return context.layers;
}

/** Returns a protocol that adds a layer with its name and the number that selected it. */
const named = (name: string, numbers: Protocol<AnyLayer>['numbers']): Protocol<AnyLayer> => ({
  numbers,
  decode: (context, { start }, { space, number }) => {
    context.add({ kind: `${name} ${space} ${number}`, start, headerLength: 0 });
  },
});

describe('the registry', () => {
  const table = new ProtocolTable(PROTOCOLS);

  test.each(Object.keys(SPACES) as Space[])(
    '%s: each number belongs to one protocol, which the table finds',
    (space) => {
      const claims = PROTOCOLS.flatMap((protocol) =>
        (protocol.numbers[space] ?? []).map((number) => ({ number, protocol })),
      );
      expect(new Set(claims.map(({ number }) => number)).size).toBe(claims.length);
      for (const { number, protocol } of claims) {
        expect(table.find(space, number)).toMatchObject({ space, number });
        expect(table.find(space, number)?.protocol).toBe(protocol);
      }
      const known = new Set(claims.map(({ number }) => number));
      const all = Array.from({ length: 0x1_0000 }, (_, number) => number);
      expect(all.filter((number) => !known.has(number) && table.find(space, number) !== undefined)).toEqual([]);
    },
  );
});

describe('numbers', () => {
  const first = named('first', { udpPort: [53, 4000], etherType: [53] });
  const second = named('second', { udpPort: [67, 53] });

  test('of two protocols that claim a number, the first has it', () => {
    expect(decode([first, second], (context) => context.decode('udpPort', 53, REGION))).toMatchObject([
      { kind: 'first udpPort 53' },
    ]);
  });

  test.each([
    [67, 9, 'second udpPort 67'],
    [9, 67, 'second udpPort 67'],
    [67, 53, 'first udpPort 53'],
    [53, 67, 'first udpPort 53'],
    [53, 4000, 'first udpPort 53'],
    [4000, 53, 'first udpPort 4000'],
    [9, 10, 'data'],
  ])('ports %d > %d: %s', (source, destination, kind) => {
    expect(
      decode([first, second], (context) => context.decodePort('udpPort', source, destination, REGION)),
    ).toMatchObject([{ kind }]);
  });

  test.each(Object.entries(SPACES) as [Space, string][])('of %s without a protocol: %s', (space, kind) => {
    const layers = decode([], (context) => context.decode(space, 99, REGION));
    const length = wireLengthOf(REGION);
    const fields = { unknown: { space, number: 99 }, 'ip-protocol': { protocol: 99 }, data: {} }[kind];
    expect(layers).toEqual([{ kind, start: 0, headerLength: kind === 'data' ? 8 : 0, length, ...fields }]);
  });
});

describe('limits', () => {
  test('unlimited nesting of a protocol ends with a mark', () => {
    const nesting: Protocol<AnyLayer> = {
      numbers: { ppp: [1] },
      decode: (context, region) => {
        context.add({ kind: 'nesting', start: region.start, headerLength: 0 });
        context.decode('ppp', 1, region);
      },
    };
    const layers = decode([nesting], (context) => context.decode('ppp', 1, REGION));
    expect(layers.length).toBe(49);
    expect(layers.at(-1)?.kind).toBe('nested');
  });

  test('a protocol that selects itself without adding a layer also ends', () => {
    let calls = 0;
    const looping: Protocol<AnyLayer> = {
      numbers: { ppp: [1] },
      decode: (context, region) => {
        calls += 1;
        context.decode('ppp', 1, region);
      },
    };
    expect(decode([looping], (context) => context.decode('ppp', 1, REGION))).toEqual([]);
    expect(calls).toBeLessThan(100);
  });
});
