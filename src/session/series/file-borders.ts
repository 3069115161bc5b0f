/** Decides where one file of a series ends and the next begins: by size, number of frames, or time. @module */
import type { FrameLayout } from '../../pcap/index.ts';
import { nextSecond, type RunLimits } from '../walk-records.ts';
import { nextBorder, periodStart } from './file-name-template.ts';
import type { OpenFile } from './series-files.ts';
import type { FileSeriesOptions, Rotation } from './series-options.ts';

/** Seconds that a frame may be older than the first of a file: frames of several CPUs overtake each other. */
const MAX_INVERSION = 1;

export class FileBorders {
  readonly #layout: FrameLayout;
  readonly #rotation: Rotation;
  readonly #isLive: boolean;
  readonly #utc: boolean;
  readonly #epilogueLength: number;

  constructor(layout: FrameLayout, { rotation = {}, isLive = true, utc = false, epilogue }: FileSeriesOptions) {
    this.#layout = layout;
    this.#rotation = rotation;
    this.#isLive = isLive;
    this.#utc = utc;
    this.#epilogueLength = epilogue?.length ?? 0;
  }

  /** The clock may end a file when no frame arrives. */
  get endByClock(): boolean {
    return this.#isLive && this.#rotation.seconds !== undefined;
  }

  /** Returns what the file takes of the records from `bytes[at]` on; at least the first one. */
  limitsOf(open: OpenFile, bytes: Uint8Array, at: number): RunLimits {
    return {
      bytes: Math.max(this.#layout.recordLength(bytes, at), this.#bytesLeft(open)),
      frames: this.#framesLeft(open),
      border: this.#borderOf(open, bytes, at),
      earliest: open.earliest,
    };
  }

  /**
   * Returns whether the file certainly takes all records from `bytes[at]` on, without looking at each.
   * @param length maximum number of bytes that they add to the file
   * @param now seconds since 1970
   */
  mayTakeAll(
    open: OpenFile,
    records: { readonly bytes: Uint8Array; readonly at: number; readonly length: number; readonly frames: number },
    now: number,
  ): boolean {
    if (records.length > this.#bytesLeft(open) || records.frames > this.#framesLeft(open)) return false;
    const border = this.#borderOf(open, records.bytes, records.at);
    if (border === Number.POSITIVE_INFINITY) return true;
    // No frame is later than now, nor earlier than the first of the file unless the clock was set back.
    return this.#isLive && now < border && now >= open.earliest;
  }

  /** Returns whether the record at `bytes[at]` belongs to the next file. */
  isFull(open: OpenFile, bytes: Uint8Array, at: number): boolean {
    if (open.frames === 0) return false;
    const layout = this.#layout;
    if (layout.recordLength(bytes, at) > this.#bytesLeft(open)) return true;
    if (this.hasAllFrames(open) && layout.isFrame(bytes, at)) return true;
    const second = nextSecond(layout, bytes, at);
    return second !== undefined && (second >= this.#borderOf(open, bytes, at) || second < open.earliest);
  }

  /** Returns whether the file's time has been over for `grace` seconds, or the clock was set back before its start. */
  isOver(open: OpenFile, now: number, grace: number): boolean {
    return now < open.earliest || (open.border !== undefined && now >= open.border + grace);
  }

  hasAllFrames(open: OpenFile): boolean {
    return this.#framesLeft(open) === 0;
  }

  /** Returns the start time of a file whose first frame has this second, for its name. */
  startOf(second: number): number {
    const { seconds: period, aligned = false } = this.#rotation;
    return period !== undefined && aligned ? periodStart(second, period, this.#utc) : second;
  }

  #bytesLeft(open: OpenFile): number {
    return (this.#rotation.bytes ?? Number.POSITIVE_INFINITY) - open.file.length - this.#epilogueLength;
  }

  #framesLeft(open: OpenFile): number {
    return (this.#rotation.frames ?? Number.POSITIVE_INFINITY) - open.frames;
  }

  /** Returns the first second after this file, set by its first record. */
  #borderOf(open: OpenFile, bytes: Uint8Array, at: number): number {
    const { seconds: period, aligned = false } = this.#rotation;
    if (period === undefined) return Number.POSITIVE_INFINITY;
    if (open.border !== undefined) return open.border;
    const first = nextSecond(this.#layout, bytes, at);
    if (first === undefined) return Number.POSITIVE_INFINITY;
    open.earliest = first - MAX_INVERSION;
    open.border = aligned ? nextBorder(first, period, this.#utc) : first + period;
    return open.border;
  }
}
