/** Records of merged frames, gathered in areas of memory that the disk takes directly, as `RecordGatherer` does of one ring. @module */
import { EMPTY } from '../base/bytes.ts';
import type { FrameView } from '../base/frame.ts';
import type { RecordFormat } from '../pcap/index.ts';
import type { FrameMerger } from './frame-merger.ts';
import { FrameRecords } from './frame-records.ts';
import type { RecordBatch, RecordOptions } from './live-source.ts';
import { CaptureMemory } from './memory.ts';

/** One being filled, and others on their way to a disk that stalls now and then. */
const AREA_COUNT = 4;
/** Writes of 4 MiB cost a disk the least per byte (bench/live/capture.ts). */
const FULL_LENGTH = 4 << 20;
/** Room for a lead in front, and for the longest record behind a full area: whole pages, for direct writes. */
const LEAD_ROOM = 4096;
const LONGEST_RECORD = 16 << 20;

export class MergedGatherer {
  readonly #memory: CaptureMemory;
  readonly #records: FrameRecords;
  readonly #lead: () => Uint8Array;
  /** Offsets of areas that nobody keeps. */
  readonly #free: number[] = [];
  /** Frames that each interface gave, by its number. */
  readonly #delivered: number[];
  #area: number | undefined;
  #full = 0;
  #frames = 0;
  #frameBytes = 0;
  #remaining: number;
  #giveBackLent: () => void = () => {};
  #onReturn: () => void = () => {};

  /**
   * @param longest bytes of a frame at most
   * @param delivered is counted up
   */
  constructor(format: RecordFormat, longest: number, delivered: number[], options: RecordOptions) {
    const areaLength = LEAD_ROOM + FULL_LENGTH + Math.min(longest + LEAD_ROOM, LONGEST_RECORD);
    this.#memory = new CaptureMemory({ ringSize: 0, outputSize: AREA_COUNT * areaLength });
    this.#records = new FrameRecords(this.#memory.bytes, format);
    this.#delivered = delivered;
    this.#lead = options.lead ?? (() => EMPTY);
    this.#remaining = options.limit ?? Number.POSITIVE_INFINITY;
    for (let area = 0; area < AREA_COUNT; area += 1) this.#free.push(this.#memory.output + area * areaLength);
  }

  /** The limit is reached. */
  get isDone(): boolean {
    return this.#remaining === 0;
  }

  /** All other areas are kept: hand this one over once it is full, or another has come back. */
  get isLast(): boolean {
    return this.#free.length === 0;
  }

  /** Resolves once an area has come back. */
  returned(): Promise<void> {
    return new Promise((resolve) => {
      this.#onReturn = resolve;
    });
  }

  /** More frames may be put into the present area. */
  get hasRoom(): boolean {
    return this.#records.cursor < this.#full && this.#remaining > 0;
  }

  /** Begins an area, once there is one that nobody keeps. */
  async begin(): Promise<void> {
    this.takeBack();
    while (this.isLast) await this.returned();
    const area = this.#free.shift() as number;
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

  /** The area that was begun, as a batch. */
  hand(): RecordBatch {
    const area = this.#area as number;
    const bytes = this.#memory.bytes.subarray(area, this.#records.cursor);
    const giveBack = (): void => {
      this.#free.push(area);
      this.#onReturn();
    };
    this.#giveBackLent = giveBack;
    const retain = (): (() => void) => {
      this.#giveBackLent = () => {};
      return giveBack;
    };
    return { bytes, inPlace: false, frames: this.#frames, frameBytes: this.#frameBytes, retain };
  }

  /** Nobody looks at the last batch any more, unless it was retained. */
  takeBack(): void {
    const giveBack = this.#giveBackLent;
    this.#giveBackLent = () => {};
    giveBack();
  }

  readonly #hasRoom = (): boolean => this.hasRoom;

  readonly #add = (frame: FrameView): void => {
    const { interfaceIndex } = frame;
    this.#records.add(frame, interfaceIndex);
    this.#frames += 1;
    this.#frameBytes += frame.length;
    this.#remaining -= 1;
    this.#delivered[interfaceIndex] = (this.#delivered[interfaceIndex] ?? 0) + 1;
  };
}
