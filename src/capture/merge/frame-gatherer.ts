/**
 * Records of frames one by one, of a merge or of a file, gathered in areas of memory that the disk takes directly, as
 * `RecordGatherer` does of one ring. @module
 */
import { EMPTY } from '../../base/bytes.ts';
import { StackError } from '../../base/errors.ts';
import type { FrameBatch, FrameView } from '../../base/frame.ts';
import { MAX_RECORD_LENGTH, type RecordFormat } from '../../pcap/index.ts';
import type { RecordBatch, RecordReadOptions } from '../live-source.ts';
import { CaptureMemory } from '../memory.ts';
import { FrameRecords } from '../pump/frame-records.ts';
import { OutputAreas, outputSizeFor } from '../pump/output-areas.ts';
import type { FrameMerger } from './frame-merger.ts';

/** Writes of 4 MiB cost a disk the least per byte (bench/live/capture.ts). */
const FULL_LENGTH = 4 << 20;
/** What a record has besides the frame, at most. */
const RECORD_OVERHEAD = 4096;

export class FrameGatherer {
  /** Bytes of a frame at most. */
  readonly longest: number;
  readonly #memory: CaptureMemory;
  readonly #records: FrameRecords;
  readonly #lead: () => Uint8Array;
  readonly #areas: OutputAreas;
  /** Frames that each interface gave, by its number. */
  readonly #delivered: number[];
  #area: number | undefined;
  #full = 0;
  #frames = 0;
  #frameBytes = 0;
  #remaining: number;

  /**
   * @param longest bytes of a frame at most
   * @param delivered is counted up, by interface
   * @param poison whether records are overwritten when they have come back
   */
  constructor(format: RecordFormat, longest: number, delivered: number[], options: RecordReadOptions, poison: boolean) {
    this.longest = Math.min(longest, MAX_RECORD_LENGTH);
    const recordRoom = FULL_LENGTH + this.longest + RECORD_OVERHEAD;
    this.#memory = new CaptureMemory({ ringSize: 0, outputSize: outputSizeFor(recordRoom) });
    this.#areas = new OutputAreas(this.#memory, recordRoom, poison);
    this.#records = new FrameRecords(this.#memory.bytes, format);
    this.#delivered = delivered;
    this.#lead = options.lead ?? (() => EMPTY);
    this.#remaining = options.limit ?? Number.POSITIVE_INFINITY;
  }

  /** The limit is reached. */
  get isDone(): boolean {
    return this.#remaining === 0;
  }

  /** All other areas are kept: hand this one over once it is full, or another has come back. */
  get isLast(): boolean {
    return this.#areas.isEmpty;
  }

  /** Resolves once an area has come back. */
  returned(): Promise<void> {
    return this.#areas.returned();
  }

  /** More frames may be put into the present area. */
  get hasRoom(): boolean {
    return this.#records.cursor < this.#full && this.#remaining > 0;
  }

  /** Begins an area, once there is one that nobody keeps. */
  async begin(): Promise<void> {
    this.takeBack();
    while (this.isLast) await this.returned();
    const area = this.#areas.take() as number;
    const lead = this.#lead();
    this.#memory.bytes.set(lead, area);
    this.#area = area;
    this.#records.cursor = area + lead.length;
    this.#full = area + lead.length + FULL_LENGTH;
    this.#frames = 0;
    this.#frameBytes = 0;
  }

  /** Takes what the merger's batch has, as far as there is room. */
  take(merger: FrameMerger): void {
    merger.forEachWhile(this.#hasRoom, this.#add);
    merger.settle();
  }

  /**
   * Takes frames of a batch, from the one with the number `first` on, as far as there is room.
   * @param check throws for a frame that must not be taken; those before it are
   * @returns the number of the next one
   */
  takeFrom(batch: FrameBatch, first: number, check: (frame: FrameView) => void): number {
    let number = 0;
    let next = first;
    batch.forEach((frame) => {
      if (number === next && this.hasRoom) {
        check(frame);
        this.#add(frame);
        next += 1;
      }
      number += 1;
    });
    return next;
  }

  /** Puts down ready-made records, none of them frames, of at most 4 MiB. */
  put(records: Uint8Array): void {
    this.#memory.bytes.set(records, this.#records.cursor);
    this.#records.cursor += records.length;
  }

  /** The area that was begun, as a batch. */
  hand(): RecordBatch {
    const area = this.#area as number;
    const bytes = this.#memory.bytes.subarray(area, this.#records.cursor);
    return this.#areas.lendArea(area, { bytes, inPlace: false, frames: this.#frames, frameBytes: this.#frameBytes });
  }

  /** Nobody looks at the last batch any more, unless it was retained. */
  takeBack(): void {
    this.#areas.takeBack();
  }

  readonly #hasRoom = (): boolean => this.hasRoom;

  readonly #add = (frame: FrameView): void => {
    const { interfaceIndex, length } = frame;
    if (length > this.longest) {
      throw new StackError('FRAME_LENGTH', `a frame of ${length} bytes where ${this.longest} were announced at most`);
    }
    this.#records.add(frame, interfaceIndex);
    this.#frames += 1;
    this.#frameBytes += length;
    this.#remaining -= 1;
    this.#delivered[interfaceIndex] = (this.#delivered[interfaceIndex] ?? 0) + 1;
  };
}
