/**
 * Gathers the records of many ring blocks in areas of the output memory; one is written to the file while the next is
 * filled. A block returns to the kernel as soon as it was walked; only while every area is in use must the ring hold
 * new frames. Blocks that can become blocks of the file in place do so where that is cheaper. @module
 */
import { EMPTY } from '../../base/bytes.ts';
import type { RecordBatch, RecordReadOptions } from '../live-source.ts';
import type { CaptureMemory } from '../memory.ts';
import type { BlockRing } from '../ring/ring.ts';
import { BlockHeader } from '../ring/tpacket.ts';
import { OutputAreas } from './output-areas.ts';
import type { Recorder } from './pump.ts';
import { COPY_STEP } from './record-code.ts';

/** Blocks per area: writes of 4 MiB cost the least per byte (bench/live/capture.ts). */
const BLOCKS_PER_AREA = 4;
/** Blocks per turn, so that signals and timers run even if no frame is accepted. */
const MAX_BLOCKS = 64;
/** A recorder counts in 32 bits. */
const MAX_FRAMES = 0xffff_ffff;

/** Minimum mean frame length: with shorter frames the file would consist of filler, and the copy is cheap. */
const MIN_FRAME_IN_PLACE = 768;
/** Minimum share of the block in use. */
const MIN_USED_IN_PLACE = 0.75;
/** Bytes needed after the last frame: the end of its block, and the shortest filler. */
const ROOM_BEHIND = 16;

/** Returns the bytes of records per area, for a ring with blocks of this size. */
export function recordRoomFor(blockSize: number): number {
  return BLOCKS_PER_AREA * blockSize + COPY_STEP;
}

/** The recorders of a capture. */
export interface Recorders {
  /** Writes to the output area. */
  readonly gathering: Recorder;
  /** Works within the ring; undefined if user space filters, or if records have no room there. */
  readonly placing: Recorder | undefined;
}

export class RecordGatherer {
  /** The areas that records are gathered in. When all are in use, wait for `returned`. */
  readonly areas: OutputAreas;
  readonly #memory: CaptureMemory;
  readonly #ring: BlockRing;
  readonly #recorders: Recorders;
  readonly #lead: () => Uint8Array;
  #remaining: number;

  constructor(memory: CaptureMemory, ring: BlockRing, recorders: Recorders, options: RecordReadOptions) {
    this.#memory = memory;
    this.#ring = ring;
    this.#recorders = recorders;
    this.#lead = options.lead ?? (() => EMPTY);
    this.#remaining = options.limit ?? Number.POSITIVE_INFINITY;
    this.areas = new OutputAreas(recordRoomFor(ring.blockSize), ring.poison, memory);
  }

  /** The record limit is reached. */
  get isDone(): boolean {
    return this.#remaining === 0;
  }

  /** Records the available blocks while there is room. Undefined: no frame was accepted, or no area is free. */
  gather(): RecordBatch | undefined {
    this.areas.takeBack();
    const block = this.#ring.peek();
    if (block === undefined) return undefined;
    return this.#mayPlace(block) ? this.#place(block) : this.#copy();
  }

  #copy(): RecordBatch | undefined {
    if (this.areas.isEmpty) return undefined;
    const recorder = this.#recorders.gathering;
    let end = this.areas.begin(this.#lead());
    const lastStart = end + (BLOCKS_PER_AREA - 1) * this.#ring.blockSize;
    let frames = 0;
    let frameBytes = 0;
    for (let blocks = 0; blocks < MAX_BLOCKS && end <= lastStart && frames < this.#remaining; blocks += 1) {
      const block = this.#ring.peek();
      if (block === undefined || (frames > 0 && this.#mayPlace(block))) break;
      end += recorder.record(block, end, Math.min(this.#remaining - frames, MAX_FRAMES));
      frames += recorder.frames;
      frameBytes += recorder.frameBytes;
      this.#ring.release();
    }
    if (frames === 0) return undefined;
    this.#remaining -= frames;
    return this.areas.finish(end, { frames, frameBytes });
  }

  /** Records adjacent blocks in place, as one batch. */
  #place(first: number): RecordBatch {
    const { blockSize } = this.#ring;
    const recorder = this.#recorders.placing as Recorder;
    let end = first;
    let frames = 0;
    let frameBytes = 0;
    do {
      recorder.record(this.#ring.take(), end, MAX_FRAMES);
      frames += recorder.frames;
      frameBytes += recorder.frameBytes;
      end += blockSize;
    } while (end < first + BLOCKS_PER_AREA * blockSize && this.#ring.peek() === end && this.#mayPlace(end, frames));
    const bytes = this.#memory.bytes.subarray(first, end);
    this.#remaining -= frames;
    return this.areas.lend({ bytes, inPlace: true, frames, frameBytes }, () => {
      for (let block = first; block < end; block += blockSize) this.#ring.giveBack(block);
    });
  }

  /** @param placed frames of the batch so far */
  #mayPlace(block: number, placed = 0): boolean {
    if (this.#recorders.placing === undefined) return false;
    const { view } = this.#memory;
    const frames = view.getUint32(block + BlockHeader.frames, true);
    const used = view.getUint32(block + BlockHeader.used, true);
    const { blockSize } = this.#ring;
    return (
      this.#ring.isHandedOver(block) &&
      placed + frames <= this.#remaining &&
      used >= frames * MIN_FRAME_IN_PLACE &&
      used >= blockSize * MIN_USED_IN_PLACE &&
      used <= blockSize - ROOM_BEHIND
    );
  }
}
