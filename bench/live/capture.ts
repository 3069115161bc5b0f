/**
 * Compares `tapline capture -w`, tcpdump and netsniff-ng. The generator (trafgen) runs on one core and the capturer on
 * another, in separate network namespaces. @module
 */
import { twoHosts } from '../../src/lab/index.ts';
import { type CaptureResult, type Capturer, countFrames, holdContest } from './capture-contest.ts';
import { generate, trafgenDatagram } from './generators.ts';
import { tapline } from './tapline.ts';

const BUFFER_MEBIBYTES = 64;
/** UDP ports of the frames that match the filter, and of the other frames. */
const MATCHING_PORT = 7;
const OTHER_PORT = 9;

interface Load {
  readonly name: string;
  readonly frameLength: number;
  readonly filter: string;
  /** One in `oneIn` frames matches the filter. */
  readonly oneIn: number;
  /** Frames sent. */
  readonly frames: number;
}

const LOADS: readonly Load[] = [
  { name: '100-byte frames, full speed', frameLength: 100, filter: 'udp', oneIn: 1, frames: 2e6 },
  { name: '1,400-byte frames, full speed', frameLength: 1400, filter: 'udp', oneIn: 1, frames: 2e6 },
  // More frames, because each costs so little that the time in which V8 compiles the code would dominate.
  { name: '100-byte frames, 1 in 1,000 kept', frameLength: 100, filter: 'udp dst port 7', oneIn: 1000, frames: 2e7 },
];

function taplineCapture(file: string, { filter }: Load): readonly string[] {
  return tapline(['capture', '-i', 'eth0', '-w', file, '-B', String(BUFFER_MEBIBYTES), filter]);
}

const CAPTURERS: readonly Capturer<Load>[] = [
  {
    name: 'tcpdump',
    file: 'capture.pcap',
    readyText: 'listening on',
    words: (file, { filter }) => [
      ...['tcpdump', '-i', 'eth0', '-w', file],
      ...['-B', String(BUFFER_MEBIBYTES * 1024), '-Z', 'root', filter],
    ],
  },
  { name: 'tapline', file: 'capture.pcap', readyText: 'listening on', words: taplineCapture },
  { name: 'tapline, PCAPNG', file: 'capture.pcapng', readyText: 'listening on', words: taplineCapture },
  {
    name: 'netsniff-ng',
    file: 'capture.pcap',
    readyText: '',
    words: (file, { filter }) => [
      ...['netsniff-ng', '--in', 'eth0', '--out', file, '--silent'],
      ...['--ring-size', `${BUFFER_MEBIBYTES}MiB`, '--filter', filter],
    ],
  },
];

/** Runs every load with every capturer, `rounds` times in turn. */
export function benchCapture(rounds: number, report: (result: CaptureResult) => void): Promise<CaptureResult[]> {
  return holdContest<Load>(
    {
      plan: twoHosts(),
      loads: LOADS,
      capturers: CAPTURERS,
      send: async (lab, { frameLength, oneIn, frames: count }, folder) => {
        const frames =
          trafgenDatagram(frameLength, OTHER_PORT).repeat(oneIn - 1) + trafgenDatagram(frameLength, MATCHING_PORT);
        const started = performance.now();
        await generate(lab.host('left'), folder, { interface: 'eth0', frames, count });
        const framesPerSecond = (count / (performance.now() - started)) * 1000;
        return { frames: count, wanted: count / oneIn, framesPerSecond };
      },
      count: (file) => countFrames(file),
    },
    rounds,
    report,
  );
}
