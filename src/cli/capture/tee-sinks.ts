/** A sink that passes frames to two others. @module */
import type { FrameSink } from '../../base/frame.ts';

/** Passes frames, flush and close to `first`, then to `second`. */
export function teeSinks(first: FrameSink, second: FrameSink): FrameSink {
  return {
    add(frame, keep) {
      first.add(frame, keep);
      second.add(frame, keep);
    },
    async flush() {
      await first.flush();
      await second.flush();
    },
    async close() {
      await first.close();
      await second.close();
    },
  };
}
