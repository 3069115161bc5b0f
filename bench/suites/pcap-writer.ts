/**
 * Times writing records frame by frame, and in ready-made batches, to a sink that discards them: only the copies
 * count, not the size of the buffer. @module
 */
import type { ByteSink } from '../../src/pcap/byte-sink.ts';
import { PcapWriter } from '../../src/pcap/pcap-writer.ts';
import { PcapngWriter } from '../../src/pcap/pcapng-writer.ts';
import { captureFile, FRAME_LENGTHS, FRAMES, lend, nowhere } from '../support/capture-workload.ts';
import { type BenchRow, type BenchSuite, measure } from '../support/suite.ts';

const PCAP = 'pcap';
const PCAPNG = 'pcapng';
const READY = 'ready-made';

export const pcapWriterSuite: BenchSuite = {
  name: 'pcap-writer',
  about: 'nanoseconds per frame, to a sink that discards',
  columns: [PCAP, PCAPNG, READY],
  async run() {
    const rows: BenchRow[] = [];
    for (const length of FRAME_LENGTHS) rows.push(await row(length));
    return rows;
  },
};

async function row(length: number): Promise<BenchRow> {
  const sink: ByteSink = nowhere();
  const bytes = new Uint8Array(length).fill(7);
  const frame = lend(bytes);
  const pcap = new PcapWriter(sink, { linkType: 1, timestampPrecision: 'nano' });
  const pcapng = new PcapngWriter(sink);
  pcapng.addInterface({ linkType: 1 });
  const records = (await captureFile('pcap', length)).subarray(24);
  const addTo = (writer: PcapWriter | PcapngWriter) => () => {
    for (let index = 0; index < FRAMES; index += 1) writer.add(frame, length);
    return writer.frames;
  };
  const handOver = () => {
    pcap.writeRecords(records, FRAMES);
    return pcap.frames;
  };
  return {
    name: `${length} bytes a frame`,
    values: {
      [PCAP]: await measure(FRAMES, addTo(pcap)),
      [PCAPNG]: await measure(FRAMES, addTo(pcapng)),
      [READY]: await measure(FRAMES, handOver),
    },
  };
}
