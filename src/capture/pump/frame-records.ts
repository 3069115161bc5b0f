/** Writes frames as records into memory, in TypeScript: for frames that no pump reads from a ring. @module */
import { copyBytes } from '../../base/bytes.ts';
import type { FrameView } from '../../base/frame.ts';
import {
  EnhancedPacket,
  enhancedPacketLength,
  PcapRecordHeader,
  type RecordFormat,
  writeEnhancedPacket,
  writePcapRecordHeader,
} from '../../pcap/index.ts';

export class FrameRecords {
  readonly #bytes: Uint8Array;
  /** Writes a record except for the frame's bytes, and moves the cursor past it. Returns the offset for these bytes. */
  readonly #begin: (frame: FrameView, interfaceNumber: number) => number;
  /** Offset of the next record. */
  cursor = 0;

  /** @param bytes the memory; the caller ensures that records fit */
  constructor(bytes: Uint8Array, format: RecordFormat) {
    this.#bytes = bytes;
    if (format.container === 'pcapng') {
      this.#begin = (frame, interfaceNumber) => this.#beginBlock(frame, interfaceNumber);
    } else {
      const nanosecondsPerUnit = format.timestampPrecision === 'micro' ? 1000 : 1;
      this.#begin = (frame) => this.#beginRecord(frame, nanosecondsPerUnit);
    }
  }

  /** Adds a frame, from the same memory or another. */
  add(frame: FrameView, interfaceNumber: number): void {
    const at = this.#begin(frame, interfaceNumber);
    const { data, offset, length } = frame;
    const bytes = this.#bytes;
    if (data === bytes) bytes.copyWithin(at, offset, offset + length);
    else copyBytes(data, offset, length, bytes, at);
  }

  #beginRecord(frame: FrameView, nanosecondsPerUnit: number): number {
    const at = this.cursor;
    writePcapRecordHeader(this.#bytes, at, nanosecondsPerUnit, frame, frame.length);
    this.cursor = at + PcapRecordHeader.length + frame.length;
    return at + PcapRecordHeader.length;
  }

  #beginBlock(frame: FrameView, interfaceNumber: number): number {
    const at = this.cursor;
    const length = enhancedPacketLength(frame.length);
    writeEnhancedPacket(this.#bytes, at, length, interfaceNumber, frame, frame.length);
    this.cursor = at + length;
    return at + EnhancedPacket.data;
  }
}
