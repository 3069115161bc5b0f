/** Builds capture files field by field, and parses files for comparison. @module */
import type { FrameBatch, FrameView } from '../../src/base/frame.ts';
import type { FilterChoice } from '../../src/pcap/capture-interface.ts';
import { CaptureParser } from '../../src/pcap/capture-parser.ts';

/** A frame as a plain value. */
export interface PlainFrame {
  readonly bytes: string;
  readonly wireLength: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly interfaceIndex: number;
}

/** Copies a lent frame, with its bytes as hexadecimal text, so that differences are readable. */
export function plainFrame(frame: FrameView): PlainFrame {
  return {
    bytes: Buffer.from(frame.data.subarray(frame.offset, frame.offset + frame.length)).toString('hex'),
    wireLength: frame.wireLength,
    seconds: frame.seconds,
    nanoseconds: frame.nanoseconds,
    interfaceIndex: frame.interfaceIndex,
  };
}

/** Parses a file in chunks of the given length. Returns all frames, and the error after them. */
export function parseAll(
  file: Uint8Array,
  chunkLength = 65_536,
  choice: FilterChoice = {},
): { readonly frames: PlainFrame[]; readonly parser: CaptureParser; readonly code: string | undefined } {
  const parser = new CaptureParser(choice);
  const frames: PlainFrame[] = [];
  const drain = (): void => {
    for (let batch: FrameBatch = parser.parse(); batch.size > 0; batch = parser.parse()) {
      batch.forEach((frame) => {
        frames.push(plainFrame(frame));
      });
    }
  };
  for (let at = 0; at < file.length; ) {
    const room = parser.room();
    const chunk = file.subarray(at, at + Math.min(chunkLength, room.length));
    room.set(chunk);
    parser.commit(chunk.length);
    at += chunk.length;
    drain();
  }
  parser.finish();
  drain();
  return { frames, parser, code: parser.error?.code };
}

/** Returns a lent frame over `bytes`, for writers. */
export function lentFrame(bytes: Uint8Array, fields: Partial<FrameView> = {}): FrameView {
  return {
    data: bytes,
    offset: 0,
    length: bytes.length,
    wireLength: bytes.length,
    seconds: 1_700_000_000,
    nanoseconds: 123_456_789,
    interfaceIndex: 0,
    ...fields,
  };
}

interface PcapParts {
  readonly magic?: number;
  readonly littleEndian?: boolean;
  readonly version?: readonly [number, number];
  readonly snapLength?: number;
  readonly linkType?: number;
  /** Records: seconds, fraction, captured length, wire length, bytes. */
  readonly records?: readonly (readonly [number, number, number, number, Uint8Array])[];
}

/** Builds a PCAP file field by field, after draft-ietf-opsawg-pcap. */
export function buildPcap(parts: PcapParts): Uint8Array {
  const records = parts.records ?? [];
  const little = parts.littleEndian ?? true;
  const magic = parts.magic ?? 0xa1b2c3d4;
  const extra = magic === 0xa1b2cd34 ? 8 : 0;
  const length = 24 + records.reduce((sum, record) => sum + 16 + extra + record[4].length, 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, little);
  view.setUint16(4, parts.version?.[0] ?? 2, little);
  view.setUint16(6, parts.version?.[1] ?? 4, little);
  view.setUint32(16, parts.snapLength ?? 65_535, little);
  view.setUint32(20, parts.linkType ?? 1, little);
  let at = 24;
  for (const [seconds, fraction, captured, wire, data] of records) {
    for (const [index, value] of [seconds, fraction, captured, wire].entries())
      view.setUint32(at + index * 4, value, little);
    bytes.set(data, at + 16 + extra);
    at += 16 + extra + data.length;
  }
  return bytes;
}

/** Builds a PCAPNG block: type, body (padded to 32 bits), lengths. */
export function buildBlock(type: number, body: Uint8Array, littleEndian = true): Uint8Array {
  const padded = Math.ceil(body.length / 4) * 4;
  const bytes = new Uint8Array(12 + padded);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, littleEndian);
  view.setUint32(4, bytes.length, littleEndian);
  bytes.set(body, 8);
  view.setUint32(8 + padded, bytes.length, littleEndian);
  return bytes;
}

/** Packs numbers, each as `[width in bytes, value]`. */
export function packFields(fields: readonly (readonly [1 | 2 | 4, number])[], littleEndian = true): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 1) view.setUint8(at, value);
    else if (width === 2) view.setUint16(at, value, littleEndian);
    else view.setUint32(at, value, littleEndian);
    at += width;
  }
  return bytes;
}

/** Concatenates the parts. */
export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
