/** One stream of frames into two sinks. @module */
import type { FrameSink } from '../../base/frame.ts';

/** Frames go to `first`, then to `second`; so do flush and close. */
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
