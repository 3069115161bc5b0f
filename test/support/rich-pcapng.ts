/** Builds PCAPNG files with blocks and options of every kind, field by field (draft-ietf-opsawg-pcapng). @module */
import { buildBlock, joinBytes, packFields } from './capture-file.ts';

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);

/** A block of a file: its type as a number of its section's byte order, and all of its bytes. */
export interface PlainBlock {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Splits a file into its blocks, independent of the parser under test. */
export function blocksOf(file: Uint8Array): PlainBlock[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const blocks: PlainBlock[] = [];
  let little = true;
  for (let at = 0; at + 12 <= file.length; ) {
    if (view.getUint32(at) === 0x0a0d0d0a) little = view.getUint32(at + 8, true) === 0x1a2b3c4d;
    const length = view.getUint32(at + 4, little);
    blocks.push({ type: view.getUint32(at, little), bytes: new Uint8Array(file.subarray(at, at + length)) });
    at += length;
  }
  return blocks;
}

/** Builds the blocks of a section in one byte order. */
export class SectionBuilder {
  readonly little: boolean;

  constructor(little: boolean) {
    this.little = little;
  }

  block(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
    return buildBlock(type, joinBytes(...parts), this.little);
  }

  words(...values: readonly number[]): Uint8Array {
    return packFields(
      values.map((value) => [4, value] as const),
      this.little,
    );
  }

  halves(...values: readonly number[]): Uint8Array {
    return packFields(
      values.map((value) => [2, value] as const),
      this.little,
    );
  }

  /** An option, padded; text or bytes. */
  option(code: number, value: string | Uint8Array): Uint8Array {
    const bytes = typeof value === 'string' ? encoder.encode(value) : value;
    return joinBytes(this.halves(code, bytes.length), padded(bytes));
  }

  /** A 64-bit number. */
  wide(value: number): Uint8Array {
    return this.little ? this.words(value, 0) : this.words(0, value);
  }

  endOfOptions(): Uint8Array {
    return this.halves(0, 0);
  }

  /** @param length of the section; default: unknown */
  header(length: number | undefined, ...options: readonly Uint8Array[]): Uint8Array {
    const sectionLength = length === undefined ? this.words(0xffff_ffff, 0xffff_ffff) : this.wide(length);
    return this.block(0x0a0d0d0a, this.words(0x1a2b3c4d), this.halves(1, 0), sectionLength, ...options);
  }

  describe(linkType: number, snapLength: number, ...options: readonly Uint8Array[]): Uint8Array {
    return this.block(1, this.halves(linkType, 0), this.words(snapLength), ...options);
  }

  /** An enhanced packet block with a time in ticks. */
  packet(
    number: number,
    ticks: readonly [number, number],
    data: Uint8Array,
    ...options: readonly Uint8Array[]
  ): Uint8Array {
    return this.block(6, this.words(number, ...ticks, data.length, data.length), padded(data), ...options);
  }

  obsoletePacket(number: number, drops: number, ticks: readonly [number, number], data: Uint8Array): Uint8Array {
    return this.block(2, this.halves(number, drops), this.words(...ticks, data.length, data.length), padded(data));
  }

  simplePacket(data: Uint8Array): Uint8Array {
    return this.block(3, this.words(data.length), data);
  }

  /** Returns the blocks with a header that tells their length. */
  section(blocks: readonly Uint8Array[], ...options: readonly Uint8Array[]): Uint8Array {
    const body = joinBytes(...blocks);
    return joinBytes(this.header(body.length, ...options), body);
  }
}

function padded(bytes: Uint8Array): Uint8Array {
  return joinBytes(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
}

/** A frame of an Ethernet interface with 1 in its first byte, and so on. */
function frameOf(number: number, length: number): Uint8Array {
  return new Uint8Array(length).fill(number);
}

/** Microseconds of the second 1,700,000,000. */
const TICKS: readonly [number, number] = [0x60a24, 0x181e4000];

/** Number of frames in a file of `richFile`. */
export const RICH_FRAMES = 12;

/** Bytes that only blocks and options hold which `--strip` leaves out. */
export const SECRET_TEXTS = [
  'section remark',
  'second remark',
  'uplink of the customer',
  'host 192.0.2.99',
  'interface remark',
  'CLIENT_RANDOM 00',
  'secret-host.example',
  'names remark',
  'packet remark',
  'custom data',
  'unknown block',
  'statistics remark',
];

/** Two sections, little-endian and big-endian, with blocks and options of every kind. The first byte of a frame is its number. */
export function richFile(): Uint8Array {
  return joinBytes(...[true, false].map((little, index) => richSection(new SectionBuilder(little), index * 6)));
}

function richSection(build: SectionBuilder, first: number): Uint8Array {
  const { little } = build;
  const end = build.endOfOptions();
  const customOption = (code: number): Uint8Array =>
    build.option(code, joinBytes(build.words(32_473), encoder.encode('custom data')));
  const flags = build.option(2, build.words(1));
  const comments = [build.option(1, 'packet remark one'), build.option(1, 'packet remark two\n\x1b[31m')];
  const hash = build.option(3, Uint8Array.of(2, 0xde, 0xad, 0xbe, 0xef));
  const drops = build.option(4, build.wide(7 + first));
  const rest = [
    build.option(5, build.wide(99)),
    build.option(6, build.words(3)),
    customOption(2988),
    customOption(19_372),
  ];
  const name = joinBytes(Uint8Array.of(192, 0, 2, 99), encoder.encode('secret-host.example\0'));
  return build.section(
    [
      build.describe(
        1,
        65_535,
        build.option(2, 'eth0'),
        build.option(3, 'uplink of the customer'),
        build.option(9, Uint8Array.of(6)),
        build.option(1, 'interface remark'),
        build.option(11, '\0host 192.0.2.99'),
        build.option(4, Uint8Array.of(192, 0, 2, 99, 255, 255, 255, 0)),
        end,
      ),
      build.block(10, build.words(0x544c_534b, 16), encoder.encode('CLIENT_RANDOM 00')),
      build.block(
        4,
        build.halves(1, name.length),
        padded(name),
        build.halves(0, 0),
        build.option(1, 'names remark'),
        end,
      ),
      build.packet(0, TICKS, frameOf(first + 1, 61), flags, ...comments, hash, drops, ...rest, end),
      build.block(0x0bad, build.words(32_473), encoder.encode('custom data')),
      build.describe(1, 0, build.option(2, 'eth1'), build.option(9, Uint8Array.of(9)), end), // nanoseconds
      build.packet(1, [0x17979cfe, 0x362a0005], frameOf(first + 2, 62)), // 1,700,000,000.000000005
      build.block(0x4000_0bad, build.words(32_473), encoder.encode('custom data')),
      build.obsoletePacket(0, 5, TICKS, frameOf(first + 3, 63)),
      build.block(0x7777, encoder.encode('unknown block')),
      build.simplePacket(frameOf(first + 4, 64)),
      build.packet(
        0,
        [TICKS[0], TICKS[1] + 2_000_000],
        frameOf(first + 5, 65),
        flags,
        build.option(1, 'packet remark three'),
      ),
      build.packet(1, [0x17979cfe, 0x362a0006], frameOf(first + 6, 66), build.option(4, build.wide(1)), end),
      build.block(
        5,
        build.words(0, ...TICKS),
        build.option(4, build.wide(100)),
        build.option(5, build.wide(3)),
        build.option(1, 'statistics remark'),
        end,
      ),
    ],
    build.option(1, little ? 'section remark' : 'second remark'),
    build.option(2, 'a machine'),
    build.option(3, 'an operating system'),
    build.option(4, 'a test'),
    NOTHING,
    end,
  );
}
