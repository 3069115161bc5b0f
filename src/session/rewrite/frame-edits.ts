/** The edits of `tapline edit`: frames selected by number and time, cut, shifted in time, without duplicates. @module */
import type { FrameCursor } from '../../base/frame-columns.ts';
import { type DuplicateOptions, DuplicateWindow } from './duplicate-window.ts';
import type { FrameEditor } from './frame-editor.ts';
import { type SelectionOptions, timeSelector } from './frame-selection.ts';

/** Frame numbers from `first` to `last`, inclusive, from 1. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** Each edit is applied to the frames that the ones before it keep. */
export interface EditOptions extends Pick<SelectionOptions, 'from' | 'to'> {
  /** Frames to keep. Default: all. */
  readonly frames?: readonly NumberRange[];
  /** Frames to leave out. */
  readonly withoutFrames?: readonly NumberRange[];
  readonly duplicates?: DuplicateOptions;
  /** Maximum number of bytes per frame. */
  readonly snapLength?: number;
  /** Nanoseconds to add to all times, as whole seconds and a rest from 0 to 999,999,999. */
  readonly shift?: { readonly seconds: number; readonly nanoseconds: number };
  /** Comments by frame number. */
  readonly comments?: ReadonlyMap<number, readonly string[]>;
  /** Keep the comments of the input. Default: true. */
  readonly keepsComments?: boolean;
}

const NANOSECONDS = 1e9;
const NO_COMMENTS: readonly string[] = [];

export class FrameEdits implements FrameEditor {
  readonly keepsComments: boolean;
  readonly #options: EditOptions;
  readonly #isInTime: (frame: FrameCursor) => boolean;
  readonly #duplicates: DuplicateWindow | undefined;
  readonly #snapLength: number;
  readonly #shiftSeconds: number;
  readonly #shiftNanoseconds: number;
  /** Number of the frame edited last. */
  #number = 0;

  constructor(options: EditOptions) {
    this.keepsComments = options.keepsComments ?? true;
    this.#options = options;
    this.#isInTime = timeSelector(options);
    this.#duplicates = options.duplicates === undefined ? undefined : new DuplicateWindow(options.duplicates);
    this.#snapLength = options.snapLength ?? Number.POSITIVE_INFINITY;
    this.#shiftSeconds = options.shift?.seconds ?? 0;
    this.#shiftNanoseconds = options.shift?.nanoseconds ?? 0;
  }

  edit(frame: FrameCursor): boolean {
    this.#number += 1;
    const { frames, withoutFrames } = this.#options;
    const isInTime = this.#isInTime(frame); // also of frames that are left out: the first one sets relative times
    if (!isInTime || (frames !== undefined && !includes(frames, this.#number))) return false;
    if (withoutFrames !== undefined && includes(withoutFrames, this.#number)) return false;
    if (this.#duplicates?.repeats(frame) === true) return false;
    if (frame.length > this.#snapLength) frame.length = this.#snapLength;
    const nanoseconds = frame.nanoseconds + this.#shiftNanoseconds;
    const carry = nanoseconds >= NANOSECONDS ? 1 : 0;
    frame.seconds += this.#shiftSeconds + carry;
    frame.nanoseconds = nanoseconds - carry * NANOSECONDS;
    return true;
  }

  comments(): readonly string[] {
    return this.#options.comments?.get(this.#number) ?? NO_COMMENTS;
  }
}

function includes(ranges: readonly NumberRange[], number: number): boolean {
  for (const { first, last } of ranges) if (number >= first && number <= last) return true;
  return false;
}
