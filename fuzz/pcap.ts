/**
 * Fuzz target: the parser of capture files. Any bytes, in chunks of any size, must yield the same frames and the same
 * error as in one piece, and no more frames than fit into the file. The frames must survive a round trip through
 * PCAPNG. @module
 */
import type { FrameView } from '../src/base/frame.ts';
import type { ByteSink } from '../src/pcap/byte-sink.ts';
import { CaptureParser } from '../src/pcap/capture-parser.ts';
import { PcapWriter } from '../src/pcap/pcap-writer.ts';
import { PcapngWriter } from '../src/pcap/pcapng-writer.ts';
import { buildBlock, joinBytes, packFields } from '../test/support/capture-file.ts';
import { RandomSource } from '../test/support/random-source.ts';
import { SEED_FRAMES } from './frames.ts';
import { mutate } from './mutate.ts';

function collect(): ByteSink & { readonly chunks: Uint8Array[] } {
  const chunks: Uint8Array[] = [];
  return {
    chunks,
    failure: undefined,
    write(bytes) {
      chunks.push(bytes.slice());
      return bytes.length;
    },
    takeBack: () => false,
    close: () => Promise.resolve(),
  };
}

function lend(bytes: Uint8Array, index: number): FrameView {
  const wireLength = bytes.length + index;
  return {
    data: bytes,
    offset: 0,
    length: bytes.length,
    wireLength,
    seconds: index,
    nanoseconds: index,
    interfaceIndex: 0,
  };
}

function pcapFile(): Uint8Array {
  const sink = collect();
  const writer = new PcapWriter(sink, { linkType: 1, packetBuffered: true });
  SEED_FRAMES.forEach((bytes, index) => {
    writer.add(lend(bytes, index), bytes.length);
  });
  return new Uint8Array(Buffer.concat(sink.chunks));
}

function pcapngFile(): Uint8Array {
  const sink = collect();
  const writer = new PcapngWriter(sink, { packetBuffered: true });
  writer.addInterface({ linkType: 1, name: 'eth0', filter: 'ip' });
  writer.addInterface({ linkType: 101, interfaceIndex: 1 });
  SEED_FRAMES.forEach((bytes, index) => {
    writer.add(
      { ...lend(bytes, index), interfaceIndex: index % 2 },
      bytes.length,
      index === 3 ? 'a remark' : undefined,
    );
  });
  writer.addStatistics(0, { received: 1, dropped: 2, wallTime: 3 });
  return new Uint8Array(Buffer.concat(sink.chunks));
}

/** Returns sections of both byte orders, each with an interface, a time offset, and all three kinds of packet blocks. */
function sectionsFile(): Uint8Array {
  const data = SEED_FRAMES[0] ?? new Uint8Array(60);
  const blocks = [true, false].flatMap((little) => {
    const block = (
      type: number,
      fields: Parameters<typeof packFields>[0],
      rest: Uint8Array = new Uint8Array(0),
    ): Uint8Array => buildBlock(type, joinBytes(packFields(fields, little), rest), little);
    const words = (...values: readonly number[]) => values.map((value) => [4, value] as const);
    const times = words(0, 7, data.length, data.length);
    const section = [...words(0x1a2b3c4d), [2, 1], [2, 0], ...words(0xffff_ffff, 0xffff_ffff)] as const;
    const described = [
      [2, 1],
      [2, 0],
      [4, 0],
      [2, 9],
      [2, 1],
      [1, 6],
      [1, 0],
      [2, 0],
      [2, 14],
      [2, 8],
      [4, 3],
      [4, 3],
    ] as const;
    return [
      block(0x0a0d0d0a, section),
      block(1, described),
      block(6, [[4, 0], ...times], data),
      block(2, [[2, 0], [2, 0], ...times], data),
      block(3, words(data.length), data),
    ];
  });
  return joinBytes(...blocks);
}

/** Last second since 1970 that 64 bits of nanoseconds can hold. */
const LAST_SECOND = Math.floor(2 ** 64 / 1e9) - 1;

const FILES = [pcapFile(), pcapngFile(), sectionsFile()] as const;

function lineOf({ seconds, nanoseconds, wireLength, length, interfaceIndex }: FrameView): string {
  return `${seconds} ${nanoseconds} ${wireLength} ${length} ${interfaceIndex}`;
}

/** Returns all frames, and the code of the error, as one text. */
function parse(file: Uint8Array, chunkLength: number): string {
  const parser = new CaptureParser();
  const seen: string[] = [];
  const drain = (): void => {
    for (let batch = parser.parse(); batch.size > 0; batch = parser.parse()) {
      batch.forEach((frame) => {
        if (frame.offset + frame.length > frame.data.length) throw new Error('frame out of bounds');
        if (parser.interfaces[frame.interfaceIndex] === undefined) throw new Error('frame without an interface');
        seen.push(lineOf(frame));
      });
    }
  };
  for (let at = 0; at < file.length; ) {
    const room = parser.room();
    if (room.length > 40 << 20) throw new Error(`buffer of ${room.length} bytes`);
    const chunk = file.subarray(at, at + Math.min(chunkLength, room.length));
    room.set(chunk);
    parser.commit(chunk.length);
    at += chunk.length;
    drain();
  }
  parser.finish();
  drain();
  if (seen.length * 16 > file.length) throw new Error(`${seen.length} frames in ${file.length} bytes`);
  return `${seen.join('\n')}\n${parser.error?.code ?? 'whole'}`;
}

/** Writes the frames of the file as PCAPNG, reads them, and compares. */
function rewrite(file: Uint8Array): void {
  const parser = new CaptureParser();
  const sink = collect();
  const writer = new PcapngWriter(sink, { packetBuffered: true });
  const expected: string[] = [];
  let described = 0;
  parser.room().set(file);
  parser.commit(file.length);
  for (let batch = parser.parse(); batch.size > 0; batch = parser.parse()) {
    for (; described < parser.interfaces.length; described += 1) {
      const { linkType } = parser.interfaces[described] ?? { linkType: 1 };
      writer.addInterface({ linkType, snapLength: parser.longestFrame });
    }
    batch.forEach((frame) => {
      if (frame.length > parser.longestFrame) throw new Error(`frame of ${frame.length} bytes`);
      if (frame.seconds < 0 || frame.seconds > LAST_SECOND) return;
      writer.addTo(frame.interfaceIndex, frame, frame.length);
      expected.push(lineOf(frame));
    });
  }
  if (described === 0) return;
  const found = parse(new Uint8Array(Buffer.concat(sink.chunks)), 1 << 20);
  const wanted = `${expected.join('\n')}\nwhole`;
  if (found !== wanted) throw new Error(`different after a round trip through PCAPNG:\n${wanted}\n---\n${found}`);
}

/** Runs one seed. */
export function fuzzPcap(seed: number): void {
  const random = new RandomSource(seed);
  const file = mutate(FILES[random.below(FILES.length)] ?? new Uint8Array(0), random);
  const whole = parse(file, 1 << 20);
  const chunked = parse(file, 1 + random.below(97));
  if (whole !== chunked) throw new Error(`different when read in chunks:\n${whole}\n---\n${chunked}`);
  rewrite(file);
}
