import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildPcap, joinBytes, parseAll } from '../support/capture-file.ts';

const DATA = new Uint8Array(60).map((_, index) => index);
const HEX = Buffer.from(DATA).toString('hex');

describe('classic PCAP (draft-ietf-opsawg-pcap, libpcap sf-pcap.c)', () => {
  test.each([
    ['microseconds', 0xa1b2c3d4, 123_456, 123_456_000],
    ['nanoseconds', 0xa1b23c4d, 123_456_789, 123_456_789],
    ['the modified format', 0xa1b2cd34, 123_456, 123_456_000],
  ])('%s, in both byte orders', (_, magic, fraction, nanoseconds) => {
    for (const littleEndian of [true, false]) {
      const file = buildPcap({ magic, littleEndian, records: [[0xffff_ffff, fraction, 60, 1500, DATA]] });
      const { frames, code, parser } = parseAll(file);
      expect(code).toBeUndefined();
      expect(frames).toEqual([{ bytes: HEX, wireLength: 1500, seconds: 0xffff_ffff, nanoseconds, interfaceIndex: 0 }]);
      const unit = magic === 0xa1b23c4d ? { timestampResolution: 9 } : {};
      expect(parser.interfaces).toEqual([{ linkType: 1, snapLength: 65_535, ...unit }]);
    }
  });

  test('old versions have captured and wire length in reverse order', () => {
    const record = [1, 2, 80, 60, DATA] as const;
    for (const version of [
      [2, 2],
      [543, 0],
      [2, 3],
    ] as const) {
      expect(parseAll(buildPcap({ version, records: [record] })).frames).toMatchObject([
        { bytes: HEX, wireLength: 80 },
      ]);
    }
    const straight = [1, 2, 60, 80, DATA] as const;
    for (const version of [
      [2, 3],
      [2, 4],
    ] as const) {
      expect(parseAll(buildPcap({ version, records: [straight] })).frames).toMatchObject([
        { bytes: HEX, wireLength: 80 },
      ]);
    }
    for (const version of [
      [1, 4],
      [2, 5],
      [3, 0],
    ] as const) {
      expect(parseAll(buildPcap({ version, records: [straight] })).code).toBe('FILE_FORMAT');
    }
  });

  test('the link-type field also holds the length of a frame check sequence', () => {
    const { parser } = parseAll(buildPcap({ linkType: 0x2400_0001 }));
    expect(parser.interfaces).toEqual([{ linkType: 1, snapLength: 65_535, frameCheckLength: 4 }]);
    expect(parseAll(buildPcap({ linkType: 12 })).parser.interfaces[0]?.linkType).toBe(101); // DLT_RAW of Linux
  });

  test('snap length 0 is no limit; a longer record is truncated to the snap length, as in libpcap', () => {
    expect(parseAll(buildPcap({ snapLength: 0 })).parser.interfaces[0]?.snapLength).toBe(262_144);
    const { frames } = parseAll(buildPcap({ snapLength: 58, records: [[0, 0, 60, 60, DATA]] }));
    expect(frames).toMatchObject([{ bytes: HEX.slice(0, 116), wireLength: 60 }]);
  });

  test('a captured length above the wire length is kept', () => {
    expect(parseAll(buildPcap({ records: [[0, 0, 60, 42, DATA]] })).frames).toMatchObject([
      { bytes: HEX, wireLength: 42 },
    ]);
  });

  test('microseconds above a second carry over', () => {
    const { frames } = parseAll(buildPcap({ records: [[10, 1_999_999, 60, 60, DATA]] }));
    expect(frames).toMatchObject([{ seconds: 11, nanoseconds: 999_999_000 }]);
  });

  test('an invalid captured length is an error, after the frames before it', () => {
    const good = [0, 0, 60, 60, DATA] as const;
    const { frames, code } = parseAll(buildPcap({ records: [good, [0, 0, 0xffff_fff0, 60, DATA], good] }));
    expect([frames.length, code]).toEqual([1, 'FILE_FORMAT']);
    const onUsb = buildPcap({ linkType: 220, records: [[0, 0, 300_000, 300_000, new Uint8Array(300_000)]] });
    expect(parseAll(onUsb).frames).toMatchObject([{ wireLength: 300_000 }]);
  });

  test('a file truncated anywhere yields the frames before, then an error', () => {
    const record = [1, 2, 60, 60, DATA] as const;
    const file = buildPcap({ records: [record, record] });
    for (let length = 0; length <= file.length; length += 1) {
      const { frames, code } = parseAll(file.subarray(0, length));
      expect(frames.length, `${length} bytes`).toBe(Math.max(0, Math.floor((length - 24) / 76)));
      const isWhole = length >= 24 && (length - 24) % 76 === 0;
      expect(code, `${length} bytes`).toBe(isWhole ? undefined : 'FILE_TRUNCATED');
    }
  });

  test('rejects files of other formats', () => {
    expect(parseAll(new TextEncoder().encode('GIF89a, and more of it')).code).toBe('FILE_FORMAT');
    expect(parseAll(new Uint8Array(0)).code).toBe('FILE_TRUNCATED');
  });

  test('the result does not depend on the chunks', () => {
    const records = Array.from({ length: 30 }, (_, index) => {
      const bytes = DATA.subarray(0, index * 2);
      return [index, index, bytes.length, 99, bytes] as const;
    });
    const file = buildPcap({ records });
    const whole = parseAll(file).frames;
    expect(whole.length).toBe(30);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (chunkLength) => {
        expect(parseAll(file, chunkLength).frames).toEqual(whole);
      }),
    );
  });

  test('more frames than fit into a batch, and records longer than the buffer', () => {
    const many = Array.from({ length: 10_000 }, () => [0, 0, 1, 1, DATA.subarray(0, 1)] as const);
    expect(parseAll(buildPcap({ records: many })).frames.length).toBe(10_000);
    const long = new Uint8Array(262_144).fill(7);
    const records = Array.from({ length: 5 }, () => [0, 0, long.length, long.length, long] as const);
    const { frames, code } = parseAll(buildPcap({ snapLength: 0, records }), 1000);
    expect([frames.length, code]).toEqual([5, undefined]);
    expect(frames.every((frame) => frame.bytes === '07'.repeat(262_144))).toBe(true);
  });

  test('a filter accepts, truncates and rejects; a filter by link type has precedence', () => {
    const records = [1, 2, 3].map((second) => [second, 0, 60, 60, DATA] as const);
    const file = buildPcap({ records });
    const filter = (frame: { readonly seconds: number }): number => [0, 0, 10, 1000][frame.seconds] ?? 0;
    expect(parseAll(file, 99, { filter }).frames.map((frame) => frame.bytes.length / 2)).toEqual([10, 60]);
    const program = { match: (bytes: Uint8Array, wireLength?: number) => bytes.length + (wireLength ?? 0) - 119 };
    expect(parseAll(file, 99, { filter: program }).frames.map((frame) => frame.bytes)).toEqual(['00', '00', '00']);
    const filterFor =
      (linkType: number): (() => number) =>
      () =>
        linkType === 1 ? 0 : 1;
    expect(parseAll(file, 99, { filter, filterFor }).frames).toEqual([]);
    expect(parseAll(file, 99, { filterFor: () => undefined }).frames.length).toBe(3);
  });

  test('any bytes after a header are parsed without an exception', () => {
    const header = buildPcap({});
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (rest, chunkLength) => {
        const { frames, code } = parseAll(joinBytes(header, rest), chunkLength);
        expect(frames.length * 16).toBeLessThanOrEqual(rest.length);
        if (rest.length > 0 && frames.length === 0) expect(code).toMatch(/^FILE_/);
      }),
    );
  });
});
