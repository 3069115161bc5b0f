/** Frames and files for the capture suites. @module */
import type { FrameView } from '../../src/base/frame.ts';
import type { ByteSink } from '../../src/pcap/byte-sink.ts';
import { PcapWriter } from '../../src/pcap/pcap-writer.ts';
import { PcapngWriter } from '../../src/pcap/pcapng-writer.ts';
import { encodeEthernet } from '../../src/wire/ethernet.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { pseudoHeaderSum } from '../../src/wire/pseudo-header.ts';
import { encodeTcp, TcpFlag } from '../../src/wire/tcp.ts';
import { encodeUdp } from '../../src/wire/udp.ts';

export type FileFormat = 'pcap' | 'pcapng';

/** Number of frames in one pass. */
export const FRAMES = 4096;
export const FRAME_LENGTHS = [100, 1400] as const;

/** Returns a lent frame over an array. */
export function lend(bytes: Uint8Array, index = 0): FrameView {
  const nanoseconds = (index * 1000) % 1_000_000_000;
  return {
    data: bytes,
    offset: 0,
    length: bytes.length,
    wireLength: bytes.length,
    seconds: 1_700_000_000,
    nanoseconds,
    interfaceIndex: 0,
  };
}

/** Sink that discards everything. */
export function nowhere(): ByteSink {
  return { failure: undefined, write: (bytes) => bytes.length, takeBack: () => false, close: () => Promise.resolve() };
}

/** Returns a capture file of `FRAMES` frames of one length, in memory. */
export async function captureFile(format: FileFormat, length: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const sink: ByteSink = {
    ...nowhere(),
    write(bytes) {
      chunks.push(bytes.slice());
      return bytes.length;
    },
  };
  const writer = format === 'pcap' ? new PcapWriter(sink, { linkType: 1 }) : new PcapngWriter(sink);
  if (writer instanceof PcapngWriter) writer.addInterface({ linkType: 1 });
  const bytes = new Uint8Array(length);
  for (let index = 0; index < FRAMES; index += 1) {
    bytes.fill(index & 0xff);
    writer.add(lend(bytes, index), length);
  }
  await writer.close();
  return new Uint8Array(Buffer.concat(chunks));
}

const FROM = new Uint8Array([192, 0, 2, 1]);
const TO = new Uint8Array([198, 51, 100, 2]);

/** Returns TCP and UDP frames like those of a busy server. */
export function trafficFrames(): readonly Uint8Array[] {
  const payload = new Uint8Array(200).fill(0x61);
  const options = new Uint8Array([1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]);
  const frames: Uint8Array[] = [];
  for (let index = 0; index < 64; index += 1) {
    const out = new Uint8Array(400);
    const isTcp = index % 4 !== 0;
    const upperLength = isTcp ? 32 + payload.length : 8 + payload.length;
    const at = encodeEthernet({ destination: new Uint8Array(6), source: new Uint8Array(6), etherType: 0x0800 }, out);
    const header = {
      source: FROM,
      destination: TO,
      protocol: isTcp ? 6 : 17,
      timeToLive: 64,
      payloadLength: upperLength,
    };
    const upper = encodeIpv4(header, out, at);
    const sum = pseudoHeaderSum(out, at + 12, 4, header.protocol, upperLength);
    const flags = TcpFlag.acknowledgment | TcpFlag.push;
    const ports = { sourcePort: 40_000 + index, destinationPort: 8443, payload };
    const end = isTcp
      ? encodeTcp({ ...ports, flags, sequence: index * 200, acknowledgment: 1, window: 501, options }, sum, out, upper)
      : encodeUdp(ports, out, upper, sum);
    frames.push(out.slice(0, end));
  }
  return frames;
}
