/** `--count`: frames are counted and not printed. @module */
import type { FrameSink } from '../../base/frame.ts';

/** The record loop counts the frames. */
export const COUNTING_SINK: FrameSink = {
  add() {},
  async flush() {},
  async close() {},
};

/** Returns `5 packets` and a line end, as tcpdump prints them. */
export function formatCount(frames: number): string {
  return `${frames} packet${frames === 1 ? '' : 's'}\n`;
}
