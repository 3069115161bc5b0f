/** Selects frames of a file by time and by their position, in addition to a filter. @module */
import type { FrameView } from '../../base/frame.ts';
import type { LinkType } from '../../base/link-type.ts';
import { chooseFilter, type FilterChoice, type FrameFilter } from '../../pcap/index.ts';

/** A time of a capture. */
export interface CaptureTime {
  /** Since 1970. */
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Returns a time of a file, given the time of its first frame. */
export type TimeBound = (first: CaptureTime) => CaptureTime;

/** Frames must meet all conditions. */
export interface SelectionOptions {
  /** The earliest time. */
  readonly from?: TimeBound;
  /** The end of the range: frames of this time and later ones are left out. */
  readonly to?: TimeBound;
  /** Number of frames to leave out, after the filter and the range of time. */
  readonly skip?: number;
}

/** Returns a choice of filters for `openFile` that also applies the options. It serves one file. */
export function selectFrames(choice: FilterChoice, options: SelectionOptions): FilterChoice {
  const { skip = 0 } = options;
  if (options.from === undefined && options.to === undefined && skip === 0) return choice;
  const isSelected = timeSelector(options);
  let skipped = 0;
  const filterFor = (linkType: LinkType): FrameFilter => {
    const filter = chooseFilter(choice, linkType);
    return (frame) => {
      if (!isSelected(frame)) return 0;
      const keep = filter === undefined ? WHOLE : filter(frame);
      if (keep === 0 || skipped === skip) return keep;
      skipped += 1;
      return 0;
    };
  };
  return { filterFor };
}

/** Returns a test of the times of a file's frames, to be called for each of them in order. */
export function timeSelector(options: Pick<SelectionOptions, 'from' | 'to'>): (frame: FrameView) => boolean {
  let isBegun = false;
  let from: CaptureTime | undefined;
  let to: CaptureTime | undefined;
  return (frame) => {
    if (!isBegun) {
      isBegun = true;
      const first = { seconds: frame.seconds, nanoseconds: frame.nanoseconds };
      from = options.from?.(first);
      to = options.to?.(first);
    }
    return (from === undefined || !isBefore(frame, from)) && (to === undefined || isBefore(frame, to));
  };
}

/** More than any frame's length; 0 would reject it. */
const WHOLE = 0xffff_ffff;

function isBefore(one: CaptureTime, other: CaptureTime): boolean {
  return one.seconds < other.seconds || (one.seconds === other.seconds && one.nanoseconds < other.nanoseconds);
}
