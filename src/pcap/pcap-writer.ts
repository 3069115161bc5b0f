/**
 * Writes classic PCAP as a stream (draft-ietf-opsawg-pcap): version 2.4, little-endian, micro- or nanoseconds. @module
 */
import { readU32le, writeU16le, writeU32le } from '../base/bytes.ts';
import type { FrameSink, FrameView } from '../base/frame.ts';
import type { LinkType } from '../base/link-type.ts';
import type { ByteSink } from './byte-sink.ts';
import {
  FRAME_CHECK_PRESENT,
  MAX_SNAP_LENGTH,
  PCAP_FILE_HEADER_LENGTH,
  PcapMagic,
  PcapRecordHeader,
  type TimestampPrecision,
} from './format.ts';
import { type BufferOptions, RecordBuffer } from './record-buffer.ts';
import type { FrameLayout } from './record-layout.ts';

const SNAP_LENGTH = 16;
const LINK_TYPE = 20;

/** Contents of a file header. */
export interface PcapOptions extends BufferOptions {
  readonly linkType: LinkType;
  /** Maximum number of bytes per frame; longer frames are cut. Default: 262,144. */
  readonly snapLength?: number;
  /** Length in bytes of the frame check sequence at the end of each frame, an even number, if known. */
  readonly frameCheckLength?: number;
  /** Default: `micro`, which every reader knows; `nano` has another magic number. */
  readonly timestampPrecision?: TimestampPrecision;
}

/** Writes a file header at `out[at]`. @returns the offset just past it */
export function encodePcapHeader(options: PcapOptions, out: Uint8Array, at = 0): number {
  writeU32le(out, at, options.timestampPrecision === 'nano' ? PcapMagic.nanoseconds : PcapMagic.microseconds);
  writeU16le(out, at + 4, 2);
  writeU16le(out, at + 6, 4);
  writeU32le(out, at + 8, 0); // time zone and accuracy: always 0
  writeU32le(out, at + 12, 0);
  writeU32le(out, at + SNAP_LENGTH, options.snapLength ?? MAX_SNAP_LENGTH);
  writeU32le(out, at + LINK_TYPE, linkTypeField(options));
  return at + PCAP_FILE_HEADER_LENGTH;
}

function linkTypeField({ linkType, frameCheckLength }: PcapOptions): number {
  return frameCheckLength === undefined ? linkType : linkType | FRAME_CHECK_PRESENT | (frameCheckLength << 27);
}

/** Writes the header of a record with `captured` bytes of a frame at `out[at]`. */
export function writePcapRecordHeader(
  out: Uint8Array,
  at: number,
  nanosecondsPerUnit: number,
  frame: Pick<FrameView, 'seconds' | 'nanoseconds' | 'wireLength'>,
  captured: number,
): void {
  writeU32le(out, at + PcapRecordHeader.seconds, frame.seconds);
  writeU32le(out, at + PcapRecordHeader.fraction, Math.trunc(frame.nanoseconds / nanosecondsPerUnit));
  writeU32le(out, at + PcapRecordHeader.capturedLength, captured);
  writeU32le(out, at + PcapRecordHeader.wireLength, frame.wireLength);
}

/** Layout of records as this module and the live pump write them. */
export const PCAP_LAYOUT: FrameLayout = {
  headLength: PcapRecordHeader.length,
  recordLength: (bytes, at) => PcapRecordHeader.length + readU32le(bytes, at + PcapRecordHeader.capturedLength),
  isFrame: () => true,
  capturedLength: (bytes, at) => readU32le(bytes, at + PcapRecordHeader.capturedLength),
  seconds: (bytes, at) => readU32le(bytes, at + PcapRecordHeader.seconds),
};

/**
 * Writes frames to a PCAP file. `add` gathers records in one buffer; `writeRecords` writes ready-made records without a
 * copy. An output error is thrown as an `OutputError` by the call that writes, and by every later call.
 */
export class PcapWriter implements FrameSink {
  readonly #buffer: RecordBuffer;
  readonly #snapLength: number;
  readonly #nanosecondsPerUnit: number;
  readonly timestampPrecision: TimestampPrecision;

  /** Writes the file header. @throws OutputError if the sink fails */
  constructor(sink: ByteSink, options: PcapOptions) {
    this.#snapLength = options.snapLength ?? MAX_SNAP_LENGTH;
    this.timestampPrecision = options.timestampPrecision ?? 'micro';
    this.#nanosecondsPerUnit = this.timestampPrecision === 'nano' ? 1 : 1000;
    const header = new Uint8Array(PCAP_FILE_HEADER_LENGTH);
    encodePcapHeader(options, header);
    this.#buffer = new RecordBuffer(sink, PCAP_LAYOUT, options);
    this.#buffer.writeThrough(header, 0);
  }

  /** Frames added so far. */
  get frames(): number {
    return this.#buffer.frames;
  }

  /** Bytes added so far, including the file header: the size of the file after `flush`. */
  get length(): number {
    return this.#buffer.length;
  }

  /** @throws OutputError `DISK_FULL`, `OUTPUT_CLOSED` or `SYSCALL` */
  add(frame: FrameView, keep: number): void {
    const buffer = this.#buffer;
    const captured = Math.min(keep, frame.length, this.#snapLength);
    const at = buffer.reserve(PcapRecordHeader.length + captured);
    writePcapRecordHeader(buffer.bytes, at, this.#nanosecondsPerUnit, frame, captured);
    buffer.copy(frame.data, frame.offset, captured, at + PcapRecordHeader.length);
    buffer.added(1);
  }

  /**
   * Writes `frames` ready-made records in the format of this file (little-endian, same precision, within its snap
   * length), as the live pump makes them. They are written immediately, without a copy, after the buffered ones.
   * @throws OutputError `DISK_FULL`, `OUTPUT_CLOSED` or `SYSCALL`
   */
  writeRecords(records: Uint8Array, frames: number): void {
    this.#buffer.writeThrough(records, frames);
  }

  /** Writes the buffered records. @throws OutputError */
  async flush(): Promise<void> {
    this.#buffer.write();
  }

  /** Writes the buffered records and closes the output; after an error it only closes. @throws OutputError */
  close(): Promise<void> {
    return this.#buffer.close();
  }
}
