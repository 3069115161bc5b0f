/** Creates the recorder of a capture: the pump, or the reference walk. @module */
import type { FrameView } from '../../base/frame.ts';
import type { CaptureMemory } from '../memory.ts';
import type { BlockBatch } from '../ring/block-batch.ts';
import { FrameRecords } from './frame-records.ts';
import { createPump, type Recorder } from './pump.ts';
import type { PumpSettings } from './pump-code.ts';

/** Returns the pump if WebAssembly is available and the engine allows it, otherwise the reference walk. */
export function createRecorder(
  memory: CaptureMemory,
  batch: BlockBatch,
  settings: PumpSettings,
  mayPump: boolean,
): Recorder {
  return (mayPump ? createPump(memory, settings) : undefined) ?? new ReferenceRecorder(memory, batch, settings);
}

/** Records in TypeScript, with the reference walk. */
class ReferenceRecorder implements Recorder {
  readonly #records: FrameRecords;
  readonly #batch: BlockBatch;
  #limit = 0;
  frames = 0;
  frameBytes = 0;

  constructor(memory: CaptureMemory, batch: BlockBatch, { format }: PumpSettings) {
    this.#records = new FrameRecords(memory.bytes, format);
    this.#batch = batch;
  }

  record(block: number, output: number, limit: number): number {
    this.frames = 0;
    this.frameBytes = 0;
    this.#records.cursor = output;
    this.#limit = limit;
    this.#batch.wrap(block).forEach(this.#append);
    return this.#records.cursor - output;
  }

  readonly #append = (frame: FrameView): void => {
    if (this.frames === this.#limit) return;
    this.#records.add(frame, 0);
    this.frames += 1;
    this.frameBytes += frame.length;
  };
}
