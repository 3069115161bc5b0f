/** The part of a frame that a decoder works on. @module */

/** A piece of a frame: `bytes[start, end)` was captured; by the headers before it, it extends to `wireEnd`. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly wireEnd: number;
}

/** Bytes captured. */
export function capturedLengthOf(region: Region): number {
  return Math.max(0, region.end - region.start);
}

/** Bytes on the wire. */
export function wireLengthOf(region: Region): number {
  return Math.max(0, region.wireEnd - region.start);
}

/** The rest of `region` from `start` on; `start` may lie beyond the captured bytes. */
export function after(region: Region, start: number): Region {
  return { start, end: region.end, wireEnd: region.wireEnd };
}
