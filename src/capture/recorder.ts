/** From a block of the ring to PCAP records in the output area: by the pump, or by the reference walk. @module */
import { writeU32le } from '../base/bytes.ts';
import type { FrameView } from '../base/frame.ts';
import { PcapRecordHeader } from '../pcap/index.ts';
import type { BlockBatch } from './block-batch.ts';
import type { CaptureMemory } from './memory.ts';
import { createPump } from './pump.ts';
import type { PumpSettings } from './pump-code.ts';

/** What one call did: bytes written, and, in `kept`, how many records. */
export interface Recorder {
  /**
   * Walks the block at `block`, writing to `output` at most `limit` records; both are offsets into the memory.
   * The records of a block never take more bytes than the block.
   */
  record(block: number, output: number, limit: number): number;
  readonly kept: number;
}

/** The fastest recorder that this machine allows: the pump where WebAssembly is on and the engine may use it. */
export function createRecorder(
  memory: CaptureMemory,
  batch: BlockBatch,
  settings: PumpSettings,
  mayPump: boolean,
): Recorder {
  return (mayPump ? createPump(memory, settings) : undefined) ?? new ReferenceRecorder(memory, batch, settings);
}

/** The same in TypeScript, over the reference walk. */
class ReferenceRecorder implements Recorder {
  readonly #bytes: Uint8Array;
  readonly #batch: BlockBatch;
  readonly #divisor: number;
  #cursor = 0;
  #limit = 0;
  kept = 0;

  constructor(memory: CaptureMemory, batch: BlockBatch, settings: PumpSettings) {
    this.#bytes = memory.bytes;
    this.#batch = batch;
    this.#divisor = settings.timestampPrecision === 'micro' ? 1000 : 1;
  }

  record(block: number, output: number, limit: number): number {
    this.kept = 0;
    this.#cursor = output;
    this.#limit = limit;
    this.#batch.wrap(block).forEach(this.#append);
    return this.#cursor - output;
  }

  readonly #append = (frame: FrameView): void => {
    if (this.kept === this.#limit) return;
    const at = this.#cursor;
    writeU32le(this.#bytes, at + PcapRecordHeader.seconds, frame.seconds);
    writeU32le(this.#bytes, at + PcapRecordHeader.fraction, Math.trunc(frame.nanoseconds / this.#divisor));
    writeU32le(this.#bytes, at + PcapRecordHeader.capturedLength, frame.length);
    writeU32le(this.#bytes, at + PcapRecordHeader.wireLength, frame.wireLength);
    this.#bytes.copyWithin(at + PcapRecordHeader.length, frame.offset, frame.offset + frame.length);
    this.#cursor = at + PcapRecordHeader.length + frame.length;
    this.kept += 1;
  };
}
