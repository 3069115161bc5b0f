import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StackError } from '../../src/base/errors.ts';
import { CaptureParser } from '../../src/pcap/capture-parser.ts';
import { buildBlock, joinBytes, packFields, parseAll } from '../support/capture-file.ts';

function section(little = true, length = -1, minor = 0): Uint8Array {
  const high = length < 0 ? 0xffff_ffff : 0;
  const low = length < 0 ? 0xffff_ffff : length;
  const lengthFields = little ? [low, high] : [high, low];
  const fields = [
    [4, 0x1a2b3c4d],
    [2, 1],
    [2, minor],
    [4, lengthFields[0] ?? 0],
    [4, lengthFields[1] ?? 0],
  ] as const;
  return buildBlock(0x0a0d0d0a, packFields(fields, little), little);
}

function option(code: number, value: Uint8Array, little = true): Uint8Array {
  const padded = new Uint8Array(Math.ceil(value.length / 4) * 4);
  padded.set(value);
  return joinBytes(
    packFields(
      [
        [2, code],
        [2, value.length],
      ],
      little,
    ),
    padded,
  );
}

function describeInterface(linkType: number, snapLength: number, little = true, ...options: Uint8Array[]): Uint8Array {
  return buildBlock(
    1,
    joinBytes(
      packFields(
        [
          [2, linkType],
          [2, 0],
          [4, snapLength],
        ],
        little,
      ),
      ...options,
    ),
    little,
  );
}

function enhanced(
  number: number,
  high: number,
  low: number,
  data: Uint8Array,
  wire = data.length,
  little = true,
): Uint8Array {
  const head = packFields(
    [
      [4, number],
      [4, high],
      [4, low],
      [4, data.length],
      [4, wire],
    ],
    little,
  );
  return buildBlock(6, joinBytes(head, data), little);
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const DATA = text('abcde');
const HEX = Buffer.from(DATA).toString('hex');

describe('PCAPNG (draft-ietf-opsawg-pcapng)', () => {
  test('sections in either byte order; interface numbers continue through the file', () => {
    const file = joinBytes(
      section(true),
      describeInterface(1, 0),
      describeInterface(101, 96),
      enhanced(1, 0, 5_000_001, DATA, 1500),
      section(false, 100, 2),
      describeInterface(113, 200, false),
      enhanced(0, 0, 6_000_002, DATA, 5, false),
    );
    const { frames, parser, code } = parseAll(file);
    expect(code).toBeUndefined();
    expect(parser.interfaces).toEqual([
      { linkType: 1, snapLength: 262_144 },
      { linkType: 101, snapLength: 96 },
      { linkType: 113, snapLength: 200 },
    ]);
    expect(frames).toEqual([
      { bytes: HEX, wireLength: 1500, seconds: 5, nanoseconds: 1000, interfaceIndex: 1 },
      { bytes: HEX, wireLength: 5, seconds: 6, nanoseconds: 2000, interfaceIndex: 2 },
    ]);
  });

  test('names, filters and descriptions of interfaces', () => {
    const file = joinBytes(
      section(),
      describeInterface(
        1,
        65_535,
        true,
        option(2, text('eth0')),
        option(3, text('uplink\0')),
        option(11, text('\0tcp port 25')),
        option(0, new Uint8Array(0)),
        option(2, text('behind the end')),
      ),
    );
    expect(parseAll(file).parser.interfaces).toEqual([
      { linkType: 1, snapLength: 65_535, name: 'eth0', description: 'uplink', filter: 'tcp port 25' },
    ]);
  });

  test.each([
    ['10^-6, said', 6, 0, [0x0005_ebd6, 0x6d6a_7d15]],
    ['10^-9', 9, 0, [0x1797_4a4b, 0x3f2a_1234]],
    ['10^-3', 3, 0, [1, 2]],
    ['seconds', 0, 0, [0, 1_700_000_000]],
    ['10^-12', 12, 0, [0x7fff_ffff, 0xffff_ffff]],
    ['2^-20', 0x94, 0, [0x6_5000, 0x1234_5678]],
    ['2^-32', 0xa0, 0, [1_700_000_000, 0x8000_0000]],
    ['with an offset', 9, 1_000_000_000, [0x0123_4567, 0x89ab_cdef]],
    ['with an offset back', 9, -5, [0x0123_4567, 0x89ab_cdef]],
  ])('times in units of %s', (_, resolution, offset, [high, low]) => {
    const offsetBytes = new Uint8Array(8);
    new DataView(offsetBytes.buffer).setBigInt64(0, BigInt(offset), true);
    const file = joinBytes(
      section(),
      describeInterface(1, 0, true, option(9, new Uint8Array([resolution])), option(14, offsetBytes)),
      enhanced(0, high ?? 0, low ?? 0, DATA),
    );
    const unit = (resolution & 0x80) === 0 ? 10n ** BigInt(resolution) : 2n ** BigInt(resolution & 0x7f);
    const ticks = (BigInt(high ?? 0) << 32n) | BigInt(low ?? 0);
    const [frame] = parseAll(file).frames;
    expect(frame?.seconds).toBe(Number(ticks / unit) + offset);
    expect(frame?.nanoseconds).toBe(Number(((ticks % unit) * 1_000_000_000n) / unit));
  });

  test('a simple packet has no time, and its length is limited by the first snap length', () => {
    const simple = buildBlock(3, joinBytes(packFields([[4, 9]]), text('abcd')));
    const file = joinBytes(section(), describeInterface(1, 4), describeInterface(1, 9), simple);
    expect(parseAll(file).frames).toEqual([
      { bytes: '61626364', wireLength: 9, seconds: 0, nanoseconds: 0, interfaceIndex: 0 },
    ]);
    const overrun = buildBlock(3, joinBytes(packFields([[4, 9]]), text('abcd')));
    expect(parseAll(joinBytes(section(), describeInterface(1, 0), overrun)).code).toBe('FILE_FORMAT');
    expect(parseAll(joinBytes(section(), overrun)).code).toBe('FILE_FORMAT');
  });

  test('the obsolete packet block: interface and drop count share a word', () => {
    const head = packFields([
      [2, 0],
      [2, 77],
      [4, 0],
      [4, 1_000_000],
      [4, 5],
      [4, 5],
    ]);
    const file = joinBytes(section(), describeInterface(1, 0), buildBlock(2, joinBytes(head, DATA)));
    expect(parseAll(file).frames).toMatchObject([{ bytes: HEX, seconds: 1, interfaceIndex: 0 }]);
  });

  test('skips other blocks: names, statistics, secrets, custom and unknown ones', () => {
    const others = [4, 5, 10, 0xbad, 0x4000_0bad, 0x7777].map((type) => buildBlock(type, text('whatever')));
    const file = joinBytes(
      section(),
      ...others,
      describeInterface(1, 0),
      ...others,
      enhanced(0, 0, 0, DATA),
      ...others,
    );
    const { frames, code } = parseAll(file);
    expect([frames.length, code]).toEqual([1, undefined]);
  });

  test.each([
    ['an interface that is not described', enhanced(7, 0, 0, DATA)],
    ['a trailing length that differs', enhanced(0, 0, 0, DATA).with(-4, 0x2c)],
    ['a length that is no multiple of four', buildBlock(6, DATA).with(4, 21)],
    [
      'a length below the least',
      packFields([
        [4, 6],
        [4, 8],
        [4, 8],
      ]),
    ],
    [
      'a block too long for any memory',
      packFields([
        [4, 6],
        [4, 0x7fff_fff0],
        [4, 0],
      ]),
    ],
    [
      'a captured length beyond its block',
      buildBlock(
        6,
        packFields([
          [4, 0],
          [4, 0],
          [4, 0],
          [4, 99],
          [4, 99],
          [4, 0],
        ]),
      ),
    ],
    ['a packet block that is too short', buildBlock(6, DATA)],
    ['an interface block that is too short', buildBlock(1, text('abcd'))],
    [
      'an unknown version',
      buildBlock(
        0x0a0d0d0a,
        packFields([
          [4, 0x1a2b3c4d],
          [2, 2],
          [2, 0],
          [4, 0],
          [4, 0],
        ]),
      ),
    ],
    [
      'no byte-order magic',
      buildBlock(
        0x0a0d0d0a,
        packFields([
          [4, 0x1a2b3c4e],
          [2, 1],
          [2, 0],
          [4, 0],
          [4, 0],
        ]),
      ),
    ],
  ])('%s is an error after the frames before it', (_, block) => {
    const file = joinBytes(section(), describeInterface(1, 0), enhanced(0, 0, 0, DATA), block, enhanced(0, 0, 0, DATA));
    const { frames, code } = parseAll(file);
    expect([frames.length, code]).toEqual([1, 'FILE_FORMAT']);
  });

  test('a frame longer than the maximum of its link type is an error; USB allows more', () => {
    const long = enhanced(0, 0, 0, new Uint8Array(262_145));
    expect(parseAll(joinBytes(section(), describeInterface(1, 0), long)).code).toBe('FILE_FORMAT');
    const { frames, code, parser } = parseAll(joinBytes(section(), describeInterface(220, 0), long));
    expect([frames.length, code, parser.longestFrame]).toEqual([1, undefined, 16 << 20]);
  });

  test('frames longer than the snap length of their interface are kept', () => {
    const file = joinBytes(section(), describeInterface(1, 2), enhanced(0, 0, 0, DATA));
    const { frames, parser } = parseAll(file);
    expect([frames[0]?.bytes, parser.interfaces[0]?.snapLength, parser.longestFrame]).toEqual([HEX, 2, 262_144]);
  });

  test('frame check sequences are counted in bits, or in bytes by some writers', () => {
    const lengths = [0, 4, 16, 32].map((bits) => {
      const described = describeInterface(1, 0, true, option(13, Uint8Array.of(bits)));
      return parseAll(joinBytes(section(), described)).parser.interfaces[0]?.frameCheckLength;
    });
    expect(lengths).toEqual([0, 4, 2, 4]);
  });

  test('texts of interfaces have a maximum length, and end at a zero byte', () => {
    const name = new Uint8Array(65_535).fill(0x61);
    const described = describeInterface(1, 0, true, option(2, name));
    const parser = new CaptureParser();
    const feed = (bytes: Uint8Array): void => {
      parser.room().set(bytes);
      parser.commit(bytes.length);
      expect(parser.parse().size).toBe(0);
    };
    feed(section());
    while (parser.error === undefined && parser.interfaces.length < 1000) feed(described);
    expect(parser.error?.code).toBe('FILE_FORMAT');
    expect(parser.interfaces.length).toBe(Math.floor((16 << 20) / name.length));
    const short = parseAll(joinBytes(section(), describeInterface(1, 0, true, option(2, name.with(4, 0)))));
    expect(short.parser.interfaces[0]?.name).toBe('aaaa');
  });

  test('a later interface whose link type the filter rejects is an error, after the frames before it', () => {
    const file = joinBytes(section(), describeInterface(1, 0), enhanced(0, 0, 0, DATA), describeInterface(147, 0));
    const filterFor = (linkType: number) => {
      if (linkType === 147) throw new StackError('FILTER_LINK_TYPE', 'no filters');
      return undefined;
    };
    const { frames, code, parser } = parseAll(joinBytes(file, enhanced(1, 0, 0, DATA)), 99, { filterFor });
    expect([frames.length, code, parser.framesSeen]).toEqual([1, 'FILTER_LINK_TYPE', 1]);
  });

  test('a file truncated anywhere yields the frames before, then an error', () => {
    const head = joinBytes(section(), describeInterface(1, 0));
    const block = enhanced(0, 0, 0, DATA);
    const file = joinBytes(head, block, block);
    for (let length = 4; length <= file.length; length += 1) {
      const { frames, code } = parseAll(file.subarray(0, length), 7);
      expect(frames.length, `${length} bytes`).toBe(Math.max(0, Math.floor((length - head.length) / block.length)));
      const isWhole = length >= head.length && (length - head.length) % block.length === 0;
      const expected = length === section().length ? 'FILE_FORMAT' : 'FILE_TRUNCATED'; // no interface
      expect(code, `${length} bytes`).toBe(isWhole ? undefined : expected);
    }
  });

  test('any bytes after a header are parsed in bounded time', () => {
    const header = joinBytes(section(), describeInterface(1, 0));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (rest) => {
        const { frames } = parseAll(joinBytes(header, rest), 64);
        expect(frames.length * 16).toBeLessThanOrEqual(rest.length);
      }),
    );
  });
});
