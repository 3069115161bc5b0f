/**
 * Gathers records frame by frame, of a merge or a file, in areas that the disk can read directly, like `RecordGatherer`
 * does for one ring. @module
 */
import { EMPTY } from '../../base/bytes.ts';
import { StackError } from '../../base/errors.ts';
import type { FrameBatch, FrameView } from '../../base/frame.ts';
import { MAX_RECORD_LENGTH, type RecordFormat } from '../../pcap/index.ts';
import type { RecordBatch, RecordReadOptions } from '../live-source.ts';
import { FrameRecords } from '../pump/frame-records.ts';
import { OutputAreas } from '../pump/output-areas.ts';
import type { FrameMerger } from './frame-merger.ts';

/** Writes of 4 MiB cost the least per byte (bench/live/capture.ts). */
const FULL_LENGTH = 4 << 20;
/** Upper bound of a record's length minus the frame's. */
const RECORD_OVERHEAD = 4096;

export class FrameGatherer {
  /** The areas that records are gathered in. */
  readonly areas: OutputAreas;
  /** Maximum frame length in bytes. */
  readonly longest: number;
  readonly #records: FrameRecords;
  readonly #lead: () => Uint8Array;
  /** Frames by interface number. */
  readonly #delivered: number[];
  #full = 0;
  #frames = 0;
  #frameBytes = 0;
  #remaining: number;

  /**
   * @param longest maximum frame length in bytes
   * @param delivered counters by interface number, incremented here
   * @param poison whether to overwrite records once they were returned
   */
  constructor(format: RecordFormat, longest: number, delivered: number[], options: RecordReadOptions, poison: boolean) {
    this.longest = Math.min(longest, MAX_RECORD_LENGTH);
    this.areas = new OutputAreas(FULL_LENGTH + this.longest + RECORD_OVERHEAD, poison);
    this.#records = new FrameRecords(this.areas.bytes, format);
    this.#delivered = delivered;
    this.#lead = options.lead ?? (() => EMPTY);
    this.#remaining = options.limit ?? Number.POSITIVE_INFINITY;
  }

  /** The record limit is reached. */
  get isDone(): boolean {
    return this.#remaining === 0;
  }

  /** The current area has room, and the limit is not reached. */
  get hasRoom(): boolean {
    return this.#records.cursor < this.#full && this.#remaining > 0;
  }

  /** Takes the last batch back and begins an area as soon as one is free. */
  async begin(): Promise<void> {
    this.areas.takeBack();
    while (this.areas.isEmpty) await this.areas.returned();
    const start = this.areas.begin(this.#lead());
    this.#records.cursor = start;
    this.#full = start + FULL_LENGTH;
    this.#frames = 0;
    this.#frameBytes = 0;
  }

  /** Adds the merger's frames while there is room. */
  take(merger: FrameMerger): void {
    merger.forEachWhile(this.#hasRoom, this.#add);
    merger.settle();
  }

  /**
   * Adds frames of a batch, from number `first` on, while there is room.
   * @param check throws for a frame that must not be added; those before it are
   * @returns the number of the next frame
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

  /** Lends the current area. */
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
