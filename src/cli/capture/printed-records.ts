/** `--print`: frames are printed while they are written. @module */
import type { FrameSink } from '../../base/frame.ts';
import type { RecordBatch } from '../../capture/index.ts';
import { RecordFrames } from '../../pcap/index.ts';
import type { FrameEditor, RecordOutput } from '../../session/index.ts';

/** Returns an output that writes to `output`, and prints the frames that it has taken. */
export function withLines(output: RecordOutput, lines: FrameSink): RecordOutput {
  const frames = new RecordFrames(output.recordFormat);
  let leadLength = 0;
  return besides(output, lines, {
    onLead: (lead) => {
      leadLength = lead.length;
    },
    onTaken(batch, count) {
      let left = count;
      frames.forEach(batch.bytes, batch.inPlace ? 0 : leadLength, (frame) => {
        if (left === 0) return;
        left -= 1;
        lines.add(frame, frame.length);
      });
    },
  });
}

/** Returns an editor that prints the frames that a copy of a PCAPNG file keeps. */
export function printingEditor(lines: FrameSink): FrameEditor {
  return {
    edit(frame) {
      lines.add(frame, frame.length);
      return true;
    },
  };
}

/** Returns an output that writes to `output`, and flushes and closes `lines` with it. */
export function flushingLines(output: RecordOutput, lines: FrameSink): RecordOutput {
  return besides(output, lines, {});
}

function besides(
  output: RecordOutput,
  lines: FrameSink,
  {
    onLead,
    onTaken,
  }: { readonly onLead?: (lead: Uint8Array) => void; readonly onTaken?: (batch: RecordBatch, frames: number) => void },
): RecordOutput {
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
      onLead?.(lead);
      return lead;
    },
    descriptions: () => output.descriptions?.(),
    async take(batch) {
      const taken = await output.take(batch);
      onTaken?.(batch, taken.frames);
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
