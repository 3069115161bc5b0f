/**
 * Gathers the records of many blocks into areas of the output memory, each written to the file while the next one is
 * filled. A block goes back to the kernel as soon as it is walked; only when every area is kept does the ring have to
 * hold what comes. @module
 */
import { EMPTY } from '../base/bytes.ts';
import { PcapRecordHeader } from '../pcap/index.ts';
import type { RecordBatch, RecordOptions } from './live-source.ts';
import type { CaptureMemory } from './memory.ts';
import { COPY_STEP } from './pump-code.ts';
import type { Recorder } from './recorder.ts';
import type { BlockRing } from './ring.ts';

/** One being filled, and others on their way to a disk that stalls now and then. */
const AREA_COUNT = 4;
/** Blocks that one area takes: writes of 4 MiB cost a disk the least per byte (bench/live/capture.ts). */
const BLOCKS_PER_AREA = 4;
/** Room for a lead, a whole number of pages; an area begins on a page, for direct writes. */
const LEAD_ROOM = 4096;
const PAGE = 4096;
/** Blocks walked at a time, so that signals and timers get their turn also when no frame is kept. */
const MOST_BLOCKS = 64;
/** A recorder counts in 32 bits. */
const MOST_FRAMES = 0xffff_ffff;

function areaSize(blockSize: number): number {
  return Math.ceil((LEAD_ROOM + BLOCKS_PER_AREA * blockSize + COPY_STEP) / PAGE) * PAGE;
}

/** Bytes of output memory for a ring with blocks of that size. */
export function outputSizeFor(blockSize: number): number {
  return AREA_COUNT * areaSize(blockSize);
}

export class RecordGatherer {
  readonly #memory: CaptureMemory;
  readonly #ring: BlockRing;
  readonly #recorder: Recorder;
  readonly #lead: () => Uint8Array;
  /** Offsets of areas that nobody keeps. */
  readonly #free: number[] = [];
  /** The area whose batch was handed over last; free again at the next call unless retained. */
  #lent: number | undefined;
  #remaining: number;
  #onReturn: () => void = () => {};

  constructor(memory: CaptureMemory, ring: BlockRing, recorder: Recorder, options: RecordOptions) {
    this.#memory = memory;
    this.#ring = ring;
    this.#recorder = recorder;
    this.#lead = options.lead ?? (() => EMPTY);
    this.#remaining = options.limit ?? Number.POSITIVE_INFINITY;
    const size = areaSize(ring.blockSize);
    for (let area = 0; area < AREA_COUNT; area += 1) this.#free.push(memory.output + area * size);
  }

  /** The limit is reached. */
  get isDone(): boolean {
    return this.#remaining === 0;
  }

  /** Every area is kept: wait for `areaReturned`. */
  get isStarved(): boolean {
    return this.#free.length === 0;
  }

  /** Resolves once an area has come back. */
  areaReturned(): Promise<void> {
    return new Promise((resolve) => {
      this.#onReturn = resolve;
    });
  }

  /** Walks the blocks that are ours, as long as the area has room. Undefined: no frame was kept, or no area is free. */
  gather(): RecordBatch | undefined {
    if (this.#lent !== undefined) this.#giveBack(this.#lent);
    this.#lent = undefined;
    const area = this.#free[0];
    if (area === undefined || this.#ring.peek() === undefined) return undefined;
    const { blockSize } = this.#ring;
    const lead = this.#lead();
    const lastStart = lead.length + (BLOCKS_PER_AREA - 1) * blockSize;
    this.#memory.bytes.set(lead, area);
    let length = lead.length;
    let frames = 0;
    for (let blocks = 0; blocks < MOST_BLOCKS && length <= lastStart && frames < this.#remaining; blocks += 1) {
      const block = this.#ring.peek();
      if (block === undefined) break;
      length += this.#recorder.record(block, area + length, Math.min(this.#remaining - frames, MOST_FRAMES));
      frames += this.#recorder.kept;
      this.#ring.release();
    }
    if (frames === 0) return undefined;
    this.#remaining -= frames;
    return this.#hand(area, length, frames, length - lead.length - frames * PcapRecordHeader.length);
  }

  #hand(area: number, length: number, frames: number, frameBytes: number): RecordBatch {
    this.#free.shift();
    this.#lent = area;
    return {
      bytes: this.#memory.bytes.subarray(area, area + length),
      frames,
      frameBytes,
      retain: () => {
        this.#lent = undefined;
        return () => this.#giveBack(area);
      },
    };
  }

  #giveBack(area: number): void {
    this.#free.push(area);
    this.#onReturn();
  }
}
