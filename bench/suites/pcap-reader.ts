/**
 * Times reading capture files from memory: the cost per frame of the parser, and with a filter that reads one byte.
 * Chunks have the size that the parser requests. @module
 */
import type { FrameView } from '../../src/base/frame.ts';
import type { FrameFilter } from '../../src/pcap/capture-interface.ts';
import { CaptureParser } from '../../src/pcap/capture-parser.ts';
import { captureFile, type FileFormat, FRAME_LENGTHS, FRAMES } from '../support/capture-workload.ts';
import { type BenchRow, type BenchSuite, measure } from '../support/suite.ts';

const PLAIN = 'all frames';
const FILTERED = 'through a filter'; // a key of the baseline

export const pcapReaderSuite: BenchSuite = {
  name: 'pcap-reader',
  about: 'nanoseconds per frame, file in memory',
  columns: [PLAIN, FILTERED],
  async run() {
    const rows: BenchRow[] = [];
    for (const format of ['pcap', 'pcapng'] as const) {
      for (const length of FRAME_LENGTHS) rows.push(await row(format, length));
    }
    return rows;
  },
};

/** Accepts every second frame. */
const lookAtOne: FrameFilter = (frame) => ((frame.data[frame.offset + 20] as number) & 1 ? frame.length : 0);

async function row(format: FileFormat, length: number): Promise<BenchRow> {
  const file = await captureFile(format, length);
  return {
    name: `${format}, ${length} bytes a frame`,
    values: {
      [PLAIN]: await measure(FRAMES, () => readAll(file)),
      [FILTERED]: await measure(FRAMES, () => readAll(file, lookAtOne)),
    },
  };
}

let total = 0;
const visit = (frame: FrameView): void => {
  total = (total + frame.length + frame.seconds + (frame.data[frame.offset] as number)) | 0;
};

function readAll(file: Uint8Array, filter?: FrameFilter): number {
  const parser = new CaptureParser(filter === undefined ? {} : { filter });
  for (let at = 0; at < file.length; ) {
    const room = parser.room();
    const chunk = file.subarray(at, at + room.length);
    room.set(chunk);
    parser.commit(chunk.length);
    at += chunk.length;
    for (let batch = parser.parse(); batch.size > 0; batch = parser.parse()) batch.forEach(visit);
  }
  return total;
}
