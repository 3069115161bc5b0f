/** Frames read back from ready-made records. */
import { expect, test } from 'vitest';
import type { ByteSink } from '../../src/pcap/byte-sink.ts';
import { PCAP_FILE_HEADER_LENGTH, type RecordFormat } from '../../src/pcap/format.ts';
import { PcapWriter } from '../../src/pcap/pcap-writer.ts';
import { encodePcapngHeader, PcapngWriter } from '../../src/pcap/pcapng-writer.ts';
import { RecordFrames } from '../../src/pcap/record-frames.ts';

const FRAMES = [
  { seconds: 1, nanoseconds: 999_999_000, wireLength: 1514, interfaceIndex: 0, bytes: Uint8Array.of(1, 2, 3) },
  {
    seconds: 1_764_000_000,
    nanoseconds: 123_456_000,
    wireLength: 5,
    interfaceIndex: 1,
    bytes: Uint8Array.of(4, 5, 6, 7, 8),
  },
  { seconds: 4_294_967_295, nanoseconds: 1000, wireLength: 9, interfaceIndex: 0, bytes: new Uint8Array(0) },
];

/** Collects what a writer writes. */
function memorySink(): { readonly sink: ByteSink; bytes(): Uint8Array } {
  const parts: Uint8Array[] = [];
  const sink: ByteSink = {
    write: (bytes) => {
      parts.push(bytes.slice());
      return bytes.length;
    },
    failure: undefined,
    takeBack: () => false,
    close: async () => {},
  };
  return { sink, bytes: () => new Uint8Array(Buffer.concat(parts)) };
}

function read(format: RecordFormat, bytes: Uint8Array, start: number): object[] {
  const found: object[] = [];
  new RecordFrames(format).forEach(bytes, start, ({ data, offset, length, ...frame }) => {
    found.push({ ...frame, bytes: data.slice(offset, offset + length) });
  });
  return found;
}

test('PCAPNG: times in nanoseconds, interfaces, and other blocks in between', async () => {
  const out = memorySink();
  const writer = new PcapngWriter(out.sink);
  const interfaces = [{ linkType: 1 }, { linkType: 101 }];
  for (const described of interfaces) writer.addInterface(described);
  for (const { bytes, ...frame } of FRAMES) {
    writer.add({ ...frame, data: bytes, offset: 0, length: bytes.length }, bytes.length);
    writer.addStatistics(0, { received: 1, dropped: 0, wallTime: 0 });
  }
  await writer.close();
  const { length } = encodePcapngHeader(interfaces);
  const all = out.bytes();
  expect(read({ container: 'pcapng', inPlace: false }, all, length)).toEqual(FRAMES);
  expect(read({ container: 'pcapng', inPlace: false }, all.subarray(0, all.length - 1), length)).toEqual(FRAMES);
  const cut = all.subarray(0, length + 40);
  expect(read({ container: 'pcapng', inPlace: false }, cut, length)).toEqual(FRAMES.slice(0, 1));
});

test.each(['micro', 'nano'] as const)('PCAP: times in %sseconds', async (timestampPrecision) => {
  const out = memorySink();
  const writer = new PcapWriter(out.sink, { linkType: 1, timestampPrecision });
  for (const { bytes, ...frame } of FRAMES) {
    writer.add({ ...frame, data: bytes, offset: 0, length: bytes.length }, bytes.length);
  }
  await writer.close();
  const expected = FRAMES.map((frame) => ({ ...frame, interfaceIndex: 0 }));
  expect(read({ container: 'pcap', timestampPrecision }, out.bytes(), PCAP_FILE_HEADER_LENGTH)).toEqual(expected);
});
