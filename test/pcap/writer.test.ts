import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StackError } from '../../src/base/errors.ts';
import type { ByteSink, OutputError } from '../../src/pcap/byte-sink.ts';
import { PcapWriter } from '../../src/pcap/pcap-writer.ts';
import { PcapngWriter } from '../../src/pcap/pcapng-writer.ts';
import { buildPcap, joinBytes, lentFrame, parseAll } from '../support/capture-file.ts';
import { toHex } from '../support/hex.ts';

/** Sink with limited space, like a small disk. */
class MemorySink implements ByteSink {
  readonly chunks: Uint8Array[] = [];
  failure: StackError | undefined;
  writes = 0;
  closed = 0;
  #room: number;
  readonly #canTakeBack: boolean;

  constructor(room = Number.POSITIVE_INFINITY, canTakeBack = true) {
    this.#room = room;
    this.#canTakeBack = canTakeBack;
  }

  get bytes(): Uint8Array {
    return joinBytes(...this.chunks);
  }

  write(bytes: Uint8Array): number {
    this.writes += 1;
    const taken = Math.min(bytes.length, this.#room);
    this.#room -= taken;
    this.chunks.push(bytes.slice(0, taken));
    if (taken < bytes.length) this.failure = new StackError('DISK_FULL', 'cannot write to x: the disk is full');
    return taken;
  }

  takeBack(count: number): boolean {
    if (!this.#canTakeBack) return false;
    const kept = this.bytes.slice(0, this.bytes.length - count);
    this.chunks.splice(0, this.chunks.length, kept);
    return true;
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

const DATA = new Uint8Array(100).map((_, index) => index);

describe('PcapWriter', () => {
  test.each([
    ['micro', 0xa1b2c3d4, 123_456],
    ['nano', 0xa1b23c4d, 123_456_789],
  ] as const)('writes the fields of the draft, %s', async (timestampPrecision, magic, fraction) => {
    const sink = new MemorySink();
    const writer = new PcapWriter(sink, { linkType: 1, snapLength: 96, timestampPrecision });
    writer.add(lentFrame(DATA, { wireLength: 1500, offset: 0 }), 60);
    writer.add(lentFrame(DATA, { offset: 10, length: 90, seconds: 0xffff_fffe }), 1000);
    await writer.close();
    const expected = buildPcap({
      magic,
      snapLength: 96,
      records: [
        [1_700_000_000, fraction, 60, 1500, DATA.subarray(0, 60)],
        [0xffff_fffe, fraction, 90, 100, DATA.subarray(10, 100)],
      ],
    });
    expect(toHex(sink.bytes)).toBe(toHex(expected));
    expect([writer.frames, writer.length, sink.writes, sink.closed]).toEqual([2, expected.length, 2, 1]);
  });

  test('truncates frames longer than the snap length', async () => {
    const sink = new MemorySink();
    const writer = new PcapWriter(sink, { linkType: 1, snapLength: 50 });
    writer.add(lentFrame(DATA), 100);
    await writer.flush();
    expect(parseAll(sink.bytes).frames).toMatchObject([{ bytes: toHex(DATA.subarray(0, 50)), wireLength: 100 }]);
  });

  test('ready-made records keep their position among added frames and are not copied', async () => {
    const sink = new MemorySink();
    const writer = new PcapWriter(sink, { linkType: 1 });
    const ready = buildPcap({
      records: [
        [7, 0, 3, 3, DATA.subarray(0, 3)],
        [8, 0, 0, 9, DATA.subarray(0, 0)],
      ],
    }).subarray(24);
    writer.add(lentFrame(DATA, { seconds: 6 }), 100);
    writer.writeRecords(ready, 2);
    writer.add(lentFrame(DATA, { seconds: 9 }), 100);
    await writer.close();
    expect(parseAll(sink.bytes).frames.map((frame) => frame.seconds)).toEqual([6, 7, 8, 9]);
    expect([writer.frames, sink.writes]).toEqual([4, 4]); // header, frame, records, frame
  });

  test('packet-buffered output writes every frame at once', () => {
    const sink = new MemorySink();
    const writer = new PcapWriter(sink, { linkType: 1, packetBuffered: true });
    writer.add(lentFrame(DATA), 100);
    expect(sink.bytes.length).toBe(24 + 116);
    writer.add(lentFrame(DATA), 100);
    expect(sink.bytes.length).toBe(24 + 2 * 116);
  });

  test('a frame longer than the buffer', async () => {
    const sink = new MemorySink();
    const writer = new PcapWriter(sink, { linkType: 1, bufferLength: 64 });
    for (let count = 0; count < 3; count += 1) writer.add(lentFrame(DATA), 100);
    await writer.close();
    expect(parseAll(sink.bytes).frames.length).toBe(3);
  });

  test('on a disk full at any place, the file ends with a complete record, and the error gives the number of records', () => {
    for (let room = 24; room < 24 + 3 * 116; room += 1) {
      const sink = new MemorySink(room);
      const writer = new PcapWriter(sink, { linkType: 1 });
      const whole = Math.floor((room - 24) / 116);
      for (let count = 0; count < 3; count += 1) writer.add(lentFrame(DATA), 100);
      let thrown: unknown;
      try {
        writer.writeRecords(new Uint8Array(0), 0);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ code: 'DISK_FULL', framesWritten: whole });
      expect(String(thrown)).toMatch(`the output holds ${whole} whole ${whole === 1 ? 'frame' : 'frames'}`);
      expect(parseAll(sink.bytes)).toMatchObject({ code: undefined });
      expect(sink.bytes.length).toBe(24 + whole * 116);
      expect([writer.frames, writer.length]).toEqual([whole, sink.bytes.length]);
    }
  });

  test('ready-made records on a full disk, and all later calls', async () => {
    const sink = new MemorySink(24 + 116 + 50);
    const writer = new PcapWriter(sink, { linkType: 1 });
    const record = buildPcap({ records: [[7, 0, 100, 100, DATA]] }).subarray(24);
    expect(() => writer.writeRecords(joinBytes(record, record, record), 3)).toThrow(
      /disk is full; the output holds 1 whole frame$/,
    );
    expect(() => writer.add(lentFrame(DATA), 100)).toThrow(/disk is full/);
    expect(() => writer.writeRecords(record, 1)).toThrow(/disk is full/);
    await expect(writer.flush()).rejects.toThrow(/disk is full/);
    await writer.close();
    expect(sink.closed).toBe(1);
    expect(parseAll(sink.bytes).frames.length).toBe(1);
  });

  test('the error also says when a partial record cannot be removed', () => {
    const writer = new PcapWriter(new MemorySink(24 + 50, false), { linkType: 1, packetBuffered: true });
    let thrown: OutputError | undefined;
    try {
      writer.add(lentFrame(DATA), 100);
    } catch (error) {
      thrown = error as OutputError;
    }
    expect(thrown?.message).toBe(
      'cannot write to x: the disk is full; the output holds 0 whole frames and part of another',
    );
  });

  test('a disk without space for the header', () => {
    expect(() => new PcapWriter(new MemorySink(10), { linkType: 1 })).toThrow(/0 whole frames/);
  });

  test('any frames survive a round trip', async () => {
    const frame = fc.record({
      bytes: fc.uint8Array({ maxLength: 300 }),
      wireLength: fc.integer({ min: 0, max: 0xffff }),
      seconds: fc.integer({ min: 0, max: 0xffff_ffff }),
      nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { maxLength: 20 }),
        fc.integer({ min: 1, max: 2000 }),
        async (frames, bufferLength) => {
          const plain = new MemorySink();
          const blocks = new MemorySink();
          const pcap = new PcapWriter(plain, { linkType: 1, timestampPrecision: 'nano', bufferLength });
          const pcapng = new PcapngWriter(blocks, { bufferLength });
          pcapng.addInterface({ linkType: 1 });
          for (const { bytes, ...fields } of frames) {
            pcap.add(lentFrame(bytes, fields), bytes.length);
            pcapng.add(lentFrame(bytes, fields), bytes.length);
          }
          await pcap.close();
          await pcapng.close();
          const expected = frames.map(({ bytes, ...fields }) => ({
            bytes: toHex(bytes),
            ...fields,
            interfaceIndex: 0,
          }));
          expect(parseAll(plain.bytes)).toMatchObject({ frames: expected, code: undefined });
          expect(parseAll(blocks.bytes)).toMatchObject({ frames: expected, code: undefined });
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('PcapngWriter', () => {
  test('describes interfaces, and assigns frames to them by index', async () => {
    const sink = new MemorySink();
    const writer = new PcapngWriter(sink, { comment: 'on the whole' });
    expect(writer.addInterface({ linkType: 1, name: 'eth0', filter: 'tcp', interfaceIndex: 4 })).toBe(0);
    writer.add(lentFrame(DATA, { interfaceIndex: 99 }), 100); // the only interface
    expect(writer.addInterface({ linkType: 101, snapLength: 20, description: 'tunnel', interfaceIndex: 7 })).toBe(1);
    writer.add(lentFrame(DATA, { interfaceIndex: 7 }), 100, 'a remark');
    writer.add(lentFrame(DATA, { interfaceIndex: 4 }), 33);
    expect(() => writer.add(lentFrame(DATA, { interfaceIndex: 5 }), 1)).toThrow(/index 5/);
    writer.addTo(1, lentFrame(DATA, { interfaceIndex: 5 }), 10);
    expect(() => writer.addTo(2, lentFrame(DATA), 1)).toThrow(/no interface 2/);
    writer.addStatistics(1, { received: 2 ** 40, dropped: 3, wallTime: 1_700_000_000_123.5 });
    expect(() => writer.addStatistics(2, { received: 0, dropped: 0, wallTime: 0 })).toThrow(/no interface 2/);
    await writer.close();
    const { frames, parser, code } = parseAll(sink.bytes);
    expect(code).toBeUndefined();
    expect(parser.interfaces).toEqual([
      { linkType: 1, snapLength: 262_144, timestampResolution: 9, name: 'eth0', filter: 'tcp' },
      { linkType: 101, snapLength: 20, timestampResolution: 9, description: 'tunnel' },
    ]);
    expect(frames.map((frame) => [frame.interfaceIndex, frame.bytes.length / 2])).toEqual([
      [0, 100],
      [1, 20],
      [0, 33],
      [1, 10],
    ]);
    expect([writer.frames, writer.length]).toEqual([4, sink.bytes.length]);
  });

  test('a file on a full disk ends with a complete block, and the error counts frames, not blocks', () => {
    const sink = new MemorySink(300);
    const writer = new PcapngWriter(sink);
    writer.addInterface({ linkType: 1 });
    writer.add(lentFrame(DATA), 100);
    writer.add(lentFrame(DATA), 100);
    expect(() => writer.add(lentFrame(new Uint8Array(300_000)), 300_000)).toThrow(/; the output holds 1 whole frame$/);
    expect(parseAll(sink.bytes)).toMatchObject({ code: undefined });
    expect(parseAll(sink.bytes).frames.length).toBe(1);
  });
});
