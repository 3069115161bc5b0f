/** Times the text line of a frame, for three TCP segments with timestamps to one UDP datagram. @module */
import type { FrameView } from '../../src/base/frame.ts';
import { dissect } from '../../src/dissect/dissect.ts';
import { frameToJson } from '../../src/report/packet/json.ts';
import { PacketPrinter } from '../../src/report/packet/line.ts';
import type { PacketPrintOptions } from '../../src/report/packet/options.ts';
import { lend, trafficFrames } from '../support/capture-workload.ts';
import { type BenchRow, type BenchSuite, measure } from '../support/suite.ts';

const TIME = 'ns a frame';

export const packetLineSuite: BenchSuite = {
  name: 'packet-line',
  about: 'nanoseconds per frame, from bytes to text',
  columns: [TIME],
  async run() {
    const frames = trafficFrames().map((bytes, index) => lend(bytes, index));
    const rows: BenchRow[] = [];
    const add = async (name: string, work: (frame: FrameView) => number): Promise<void> => {
      const pass = () => {
        let sum = 0;
        for (const frame of frames) sum += work(frame);
        return sum;
      };
      rows.push({ name, values: { [TIME]: await measure(frames.length, pass, { time: 200, warmupTime: 200 }) } });
    };
    await add('dissect', (frame) => dissect(frame, 1).layers.length);
    for (const [name, options] of STYLES) {
      const printer = new PacketPrinter(options);
      await add(`line, ${name}`, (frame) => printer.format(frame, 1).length);
    }
    await add('JSON', (frame) => JSON.stringify(frameToJson(frame, 1)).length);
    return rows;
  },
};

const STYLES: readonly (readonly [name: string, options: PacketPrintOptions])[] = [
  ['-n', { numeric: true }],
  ['-n -e', { numeric: true, linkHeader: true }],
  ['-n -v', { numeric: true, verbosity: 1 }],
  ['-n -q -t', { numeric: true, quiet: true, time: 'none' }],
  ['-n -X', { numeric: true, dump: { form: 'hexAndText' } }],
];
