/**
 * Records of frames one by one, of a merge or of a file, gathered in areas of memory that the disk takes directly, as
 * `RecordGatherer` does of one ring. @module
 */
import { EMPTY } from '../../base/bytes.ts';
import { StackError } from '../../base/errors.ts';
import type { FrameBatch, FrameView } from '../../base/frame.ts';
import { MAX_RECORD_LENGTH, type RecordFormat } from '../../pcap/index.ts';
import type { RecordBatch, RecordReadOptions } from '../live-source.ts';
import { FrameRecords } from '../pump/frame-records.ts';
import { OutputAreas } from '../pump/output-areas.ts';
import type { FrameMerger } from './frame-merger.ts';

/** Writes of 4 MiB cost a disk the least per byte (bench/live/capture.ts). */
const FULL_LENGTH = 4 << 20;
/** What a record has besides the frame, at most. */
const RECORD_OVERHEAD = 4096;

export class FrameGatherer {
  /** Holds what was gathered. */
  readonly areas: OutputAreas;
  /** Bytes of a frame at most. */
  readonly longest: number;
  readonly #records: FrameRecords;
  readonly #lead: () => Uint8Array;
  /** Frames that each interface gave, by its number. */
  readonly #delivered: number[];
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
    this.areas = new OutputAreas(FULL_LENGTH + this.longest + RECORD_OVERHEAD, poison);
    this.#records = new FrameRecords(this.areas.bytes, format);
    this.#delivered = delivered;
    this.#lead = options.lead ?? (() => EMPTY);
    this.#remaining = options.limit ?? Number.POSITIVE_INFINITY;
  }

  /** The limit is reached. */
  get isDone(): boolean {
    return this.#remaining === 0;
  }

  /** More frames may be put into the present area. */
  get hasRoom(): boolean {
    return this.#records.cursor < this.#full && this.#remaining > 0;
  }

  /** Takes the last batch back, and begins an area once one is free. */
  async begin(): Promise<void> {
    this.areas.takeBack();
    while (this.areas.isEmpty) await this.areas.returned();
    const start = this.areas.begin(this.#lead());
    this.#records.cursor = start;
    this.#full = start + FULL_LENGTH;
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

  /** Adds ready-made records, none of them frames, of at most 4 MiB. */
  put(records: Uint8Array): void {
    this.areas.bytes.set(records, this.#records.cursor);
    this.#records.cursor += records.length;
  }

  /** Lends the area that was begun. */
  finish(): RecordBatch {
    return this.areas.finish(this.#records.cursor, { frames: this.#frames, frameBytes: this.#frameBytes });
  }

  readonly #hasRoom = (): boolean => this.hasRoom;

  readonly #add = (frame: FrameView): void => {
    const { interfaceIndex, length } = frame;
    if (length > this.longest) {
      throw new StackError('FRAME_LENGTH', `frame of ${length} bytes exceeds the announced maximum of ${this.longest}`);
    }
    this.#records.add(frame, interfaceIndex);
    this.#frames += 1;
    this.#frameBytes += length;
    this.#remaining -= 1;
    this.#delivered[interfaceIndex] = (this.#delivered[interfaceIndex] ?? 0) + 1;
  };
}
