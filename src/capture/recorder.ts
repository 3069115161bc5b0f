/** What puts the frames of a block down as records: the pump, or the reference walk. @module */
import { writeU32le } from '../base/bytes.ts';
import type { FrameView } from '../base/frame.ts';
import { EnhancedPacket, enhancedPacketLength, PcapRecordHeader, writeEnhancedPacket } from '../pcap/index.ts';
import type { BlockBatch } from './block-batch.ts';
import type { CaptureMemory } from './memory.ts';
import { createPump, type Recorder } from './pump.ts';
import type { PumpSettings } from './pump-code.ts';

/** The fastest recorder that this machine allows: the pump where WebAssembly is on and the engine may use it. */
export function createRecorder(
  memory: CaptureMemory,
  batch: BlockBatch,
  settings: PumpSettings,
  mayPump: boolean,
): Recorder {
  return (mayPump ? createPump(memory, settings) : undefined) ?? new ReferenceRecorder(memory, batch, settings);
}

/** Gathers in TypeScript, over the reference walk. */
class ReferenceRecorder implements Recorder {
  readonly #bytes: Uint8Array;
  readonly #batch: BlockBatch;
  /** Writes all of a record but the frame's bytes. Returns where those go, and moves the cursor behind the record. */
  readonly #begin: (frame: FrameView) => number;
  #cursor = 0;
  #limit = 0;
  frames = 0;
  frameBytes = 0;

  constructor(memory: CaptureMemory, batch: BlockBatch, { format }: PumpSettings) {
    this.#bytes = memory.bytes;
    this.#batch = batch;
    if (format.container === 'pcapng') {
      this.#begin = (frame) => this.#beginBlock(frame);
    } else {
      const divisor = format.timestampPrecision === 'micro' ? 1000 : 1;
      this.#begin = (frame) => this.#beginRecord(frame, divisor);
    }
  }

  record(block: number, output: number, limit: number): number {
    this.frames = 0;
    this.frameBytes = 0;
    this.#cursor = output;
    this.#limit = limit;
    this.#batch.wrap(block).forEach(this.#append);
    return this.#cursor - output;
  }

  readonly #append = (frame: FrameView): void => {
    if (this.frames === this.#limit) return;
    const data = this.#begin(frame);
    this.#bytes.copyWithin(data, frame.offset, frame.offset + frame.length);
    this.frames += 1;
    this.frameBytes += frame.length;
  };

  #beginRecord(frame: FrameView, divisor: number): number {
    const at = this.#cursor;
    writeU32le(this.#bytes, at + PcapRecordHeader.seconds, frame.seconds);
    writeU32le(this.#bytes, at + PcapRecordHeader.fraction, Math.trunc(frame.nanoseconds / divisor));
    writeU32le(this.#bytes, at + PcapRecordHeader.capturedLength, frame.length);
    writeU32le(this.#bytes, at + PcapRecordHeader.wireLength, frame.wireLength);
    this.#cursor = at + PcapRecordHeader.length + frame.length;
    return at + PcapRecordHeader.length;
  }

  #beginBlock(frame: FrameView): number {
    const at = this.#cursor;
    const length = enhancedPacketLength(frame.length);
    writeEnhancedPacket(this.#bytes, at, length, 0, frame, frame.length);
    this.#cursor = at + length;
    return at + EnhancedPacket.data;
  }
}
