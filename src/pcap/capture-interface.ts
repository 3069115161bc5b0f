/** Interfaces as capture files describe them, and filters for frames of several link types. @module */
import type { FrameView } from '../base/frame.ts';
import type { LinkType } from '../base/link-type.ts';

/**
 * An interface of a file. The `interfaceIndex` of a frame is an index into the list; classic PCAP files have one
 * interface.
 */
export interface CaptureInterface {
  readonly linkType: LinkType;
  /** Maximum number of bytes kept per frame; `MAX_SNAP_LENGTH` when the file sets no limit. */
  readonly snapLength: number;
  /** `if_name`, for instance `eth0`. */
  readonly name?: string;
  /** `if_description` */
  readonly description?: string;
  /** `if_filter`: the capture filter. */
  readonly filter?: string;
  /** `if_MACaddr`, for instance `02:00:00:00:00:01`. */
  readonly mac?: string;
  /** `if_speed`, in bits per second. */
  readonly speed?: number;
  /** `if_os`: the operating system of the capturing machine. */
  readonly operatingSystem?: string;
  /** `if_hardware`: the driver of the interface, and its place on a bus. */
  readonly hardware?: string;
  /** Length in bytes of the frame check sequence at the end of each frame, if the file declares it. */
  readonly frameCheckLength?: number;
  /** `if_tsresol`: a negative power of ten, or of two with the high bit set. Default: 6, microseconds. */
  readonly timestampResolution?: number;
  /** `if_tsoffset`: seconds to add to the timestamps. Default: 0. */
  readonly timestampOffset?: number;
}

/** Returns the number of bytes to keep; 0 rejects the frame. */
export type FrameFilter = (frame: FrameView) => number;

/** A compiled filter. */
interface MatchingFilter {
  match(bytes: Uint8Array, wireLength?: number): number;
}

/** Selects the frames of a file. */
export interface FilterChoice {
  /** Runs on all frames, whatever their link type. */
  readonly filter?: FrameFilter | MatchingFilter;
  /** Creates the filter for a link type; undefined accepts all frames. Takes precedence over `filter`. */
  readonly filterFor?: (linkType: LinkType) => FrameFilter | MatchingFilter | undefined;
}

/** Returns the filter for the frames of a link type, as a function. */
export function chooseFilter(choice: FilterChoice, linkType: LinkType): FrameFilter | undefined {
  const chosen = choice.filterFor === undefined ? choice.filter : choice.filterFor(linkType);
  if (chosen === undefined || typeof chosen === 'function') return chosen;
  return (frame) => chosen.match(frame.data.subarray(frame.offset, frame.offset + frame.length), frame.wireLength);
}
