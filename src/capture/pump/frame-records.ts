/** Frames as records of a capture file in memory, put down in TypeScript: where no pump walks the ring. @module */
import { copyBytes, writeU32le } from '../../base/bytes.ts';
import type { FrameView } from '../../base/frame.ts';
import {
  EnhancedPacket,
  enhancedPacketLength,
  PcapRecordHeader,
  type RecordFormat,
  writeEnhancedPacket,
} from '../../pcap/index.ts';

export class FrameRecords {
  readonly #bytes: Uint8Array;
  /** Writes all of a record but the frame's bytes. Returns where those go, and moves the cursor behind the record. */
  readonly #begin: (frame: FrameView, interfaceNumber: number) => number;
  /** Where in the memory the next record goes. */
  cursor = 0;

  /** @param bytes the memory; the caller sees to it that records fit */
  constructor(bytes: Uint8Array, format: RecordFormat) {
    this.#bytes = bytes;
    if (format.container === 'pcapng') {
      this.#begin = (frame, interfaceNumber) => this.#beginBlock(frame, interfaceNumber);
    } else {
      const divisor = format.timestampPrecision === 'micro' ? 1000 : 1;
      this.#begin = (frame) => this.#beginRecord(frame, divisor);
    }
  }

  /** Adds a frame whose bytes are elsewhere in the same memory, or in any other. */
  add(frame: FrameView, interfaceNumber: number): void {
    const at = this.#begin(frame, interfaceNumber);
    const { data, offset, length } = frame;
    const bytes = this.#bytes;
    if (data === bytes) bytes.copyWithin(at, offset, offset + length);
    else copyBytes(data, offset, length, bytes, at);
  }

  #beginRecord(frame: FrameView, divisor: number): number {
    const at = this.cursor;
    writeU32le(this.#bytes, at + PcapRecordHeader.seconds, frame.seconds);
    writeU32le(this.#bytes, at + PcapRecordHeader.fraction, Math.trunc(frame.nanoseconds / divisor));
    writeU32le(this.#bytes, at + PcapRecordHeader.capturedLength, frame.length);
    writeU32le(this.#bytes, at + PcapRecordHeader.wireLength, frame.wireLength);
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
