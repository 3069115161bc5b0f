/** `--print`: frames are printed while they are written. @module */
import type { FrameSink } from '../../base/frame.ts';
import { RecordFrames } from '../../pcap/index.ts';
import type { RecordOutput } from '../../session/index.ts';

/** Returns an output that writes to `output`, and prints the frames that it has taken. */
export function withLines(output: RecordOutput, lines: FrameSink): RecordOutput {
  const frames = new RecordFrames(output.recordFormat);
  let leadLength = 0;
  return {
    recordFormat: output.recordFormat,
    stopped: output.stopped,
    get ended() {
      return output.ended;
    },
    get lost() {
      return output.lost;
    },
    lead() {
      const lead = output.lead();
      leadLength = lead.length;
      return lead;
    },
    descriptions: () => output.descriptions?.(),
    async take(batch) {
      const taken = await output.take(batch);
      let left = taken.frames;
      frames.forEach(batch.bytes, batch.inPlace ? 0 : leadLength, (frame) => {
        if (left === 0) return;
        left -= 1;
        lines.add(frame, frame.length);
      });
      await lines.flush();
      return taken;
    },
    async flush() {
      await output.flush();
      await lines.flush();
    },
    async close() {
      await output.close();
      await lines.close();
    },
  };
}
