/** Frames as records of a capture file in memory, put down in TypeScript: where no pump walks the ring. @module */
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
      const nanosecondsPerUnit = format.timestampPrecision === 'micro' ? 1000 : 1;
      this.#begin = (frame) => this.#beginRecord(frame, nanosecondsPerUnit);
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
