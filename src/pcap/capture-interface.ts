/** What a capture file says about an interface, and filters for frames of several link types. @module */
import type { FrameView } from '../base/frame.ts';
import type { LinkType } from '../base/link-type.ts';

/** An interface of a file. A frame's `interfaceIndex` is its place in the list; classic PCAP files have one. */
export interface CaptureInterface {
  readonly linkType: LinkType;
  /** Bytes kept of each frame at most; `MAX_SNAP_LENGTH` when the file sets no limit. */
  readonly snapLength: number;
  /** `if_name`, `eth0` for instance. */
  readonly name?: string;
  /** `if_description` */
  readonly description?: string;
  /** `if_filter`: the expression that the frames were captured with. */
  readonly filter?: string;
  /** Bytes of frame check sequence at each frame's end, when the file says so. */
  readonly frameCheckLength?: number;
}

/** What a filter says about a frame: bytes to keep, 0 rejects. */
export type FrameFilter = (frame: FrameView) => number;

/** A compiled filter, as far as a reader needs to know. */
interface MatchingFilter {
  match(bytes: Uint8Array, wireLength?: number): number;
}

/** What decides about the frames of a file. */
export interface FilterChoice {
  /** Judges every frame, whatever its link type. */
  readonly filter?: FrameFilter | MatchingFilter;
  /** Gives a filter for each link type in the file; undefined accepts. Goes before `filter`. */
  readonly filterFor?: (linkType: LinkType) => FrameFilter | MatchingFilter | undefined;
}

/** The filter for one interface's frames, as a function. */
export function chooseFilter(choice: FilterChoice, linkType: LinkType): FrameFilter | undefined {
  const chosen = choice.filterFor === undefined ? choice.filter : choice.filterFor(linkType);
  if (chosen === undefined || typeof chosen === 'function') return chosen;
  return (frame) => chosen.match(frame.data.subarray(frame.offset, frame.offset + frame.length), frame.wireLength);
}
