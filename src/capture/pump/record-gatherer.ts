/**
 * Gathers the records of many blocks into areas of the output memory, each written to the file while the next one is
 * filled. A block goes back to the kernel as soon as it is walked; only when every area is kept does the ring have to
 * hold what comes. Where blocks of the ring can become blocks of the file in place, and it pays, they do. @module
 */
import { EMPTY } from '../../base/bytes.ts';
import type { RecordBatch, RecordReadOptions } from '../live-source.ts';
import type { CaptureMemory } from '../memory.ts';
import type { BlockRing } from '../ring/ring.ts';
import { BlockHeader } from '../ring/tpacket.ts';
import { OutputAreas } from './output-areas.ts';
import type { Recorder } from './pump.ts';
import { COPY_STEP } from './record-code.ts';

/** Blocks that one area takes: writes of 4 MiB cost a disk the least per byte (bench/live/capture.ts). */
const BLOCKS_PER_AREA = 4;
/** Blocks walked at a time, so that signals and timers get their turn also when no frame is kept. */
const MAX_BLOCKS = 64;
/** A recorder counts in 32 bits. */
const MAX_FRAMES = 0xffff_ffff;

/** Frames must take at least so many bytes each for the file to hold little beside them, and for the copy to cost more. */
const MIN_FRAME_IN_PLACE = 768;
/** At least such a part of the block must be in use. */
const MIN_USED_IN_PLACE = 0.75;
/** What must be free behind the last frame: the end of its block, and the shortest filler. */
const ROOM_BEHIND = 16;

/** Bytes of records that an area must have room for, of a ring with blocks of that size. */
export function recordRoomFor(blockSize: number): number {
  return BLOCKS_PER_AREA * blockSize + COPY_STEP;
}

/** How records come to be. */
export interface Recorders {
  /** Into the output area. */
  readonly gathering: Recorder;
  /** Within the ring; undefined where frames are refused here, or records have no room there. */
  readonly placing: Recorder | undefined;
}

export class RecordGatherer {
  /** Holds what was gathered. When it is empty, wait for `returned`. */
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

  /** The limit is reached. */
  get isDone(): boolean {
    return this.#remaining === 0;
  }

  /** Walks the blocks that are ours, as long as there is room. Undefined: no frame was kept, or no area is free. */
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

  /** Blocks that follow each other in memory make one batch. */
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
