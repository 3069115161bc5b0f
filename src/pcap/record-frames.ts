/** Reads the frames of ready-made records, as this package writes them. @module */
import { readU32le } from '../base/bytes.ts';
import type { FrameView } from '../base/frame.ts';
import { FrameCursor } from '../base/frame-columns.ts';
import { EnhancedPacket, readTime } from './enhanced-packet.ts';
import { PcapRecordHeader, type RecordFormat } from './format.ts';
import { PCAP_LAYOUT } from './pcap-writer.ts';
import { PCAPNG_LAYOUT } from './pcapng-writer.ts';

/** Visits frames in batches of records of one format. */
export class RecordFrames {
  readonly #cursor = new FrameCursor();
  readonly #format: RecordFormat;

  constructor(format: RecordFormat) {
    this.#format = format;
  }

  /**
   * Visits the frames of the whole records in `bytes` from `start` on. The interface of a frame is its number in the
   * file; 0 in PCAP.
   */
  forEach(bytes: Uint8Array, start: number, visit: (frame: FrameView) => void): void {
    const { headLength, recordLength, isFrame } = this.#format.container === 'pcap' ? PCAP_LAYOUT : PCAPNG_LAYOUT;
    this.#cursor.data = bytes;
    for (let at = start; at + headLength <= bytes.length; ) {
      const next = at + recordLength(bytes, at);
      if (next > bytes.length || next <= at) return;
      if (isFrame(bytes, at)) visit(this.#frameAt(bytes, at));
      at = next;
    }
  }

  #frameAt(bytes: Uint8Array, at: number): FrameView {
    const cursor = this.#cursor;
    if (this.#format.container === 'pcap') {
      cursor.offset = at + PcapRecordHeader.length;
      cursor.length = readU32le(bytes, at + PcapRecordHeader.capturedLength);
      cursor.wireLength = readU32le(bytes, at + PcapRecordHeader.wireLength);
      cursor.seconds = readU32le(bytes, at + PcapRecordHeader.seconds);
      const fraction = readU32le(bytes, at + PcapRecordHeader.fraction);
      cursor.nanoseconds = this.#format.timestampPrecision === 'nano' ? fraction : fraction * 1000;
    } else {
      cursor.offset = at + EnhancedPacket.data;
      cursor.length = readU32le(bytes, at + EnhancedPacket.capturedLength);
      cursor.wireLength = readU32le(bytes, at + EnhancedPacket.wireLength);
      cursor.interfaceIndex = readU32le(bytes, at + EnhancedPacket.interface);
      readTime(bytes, at + EnhancedPacket.timeHigh, cursor);
    }
    return cursor;
  }
}
