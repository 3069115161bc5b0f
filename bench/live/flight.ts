/**
 * Compares the flight recorder with a plain capture to a file. No trigger matches, so the recorder only buffers.
 * `tapline replay` sends at top speed. @module
 */
import { twoHosts } from '../../src/lab/index.ts';
import { type CaptureResult, type Capturer, holdContest } from './capture-contest.ts';
import { BENCH_FILTER, makeRecording, replayFrom } from './generators.ts';
import { printedCount, tapline } from './tapline.ts';

const FRAMES_IN_FILE = 100_000;
const RECORDING = 'frames.pcap';
const LOOPS = 10;
const FLIGHT = ['--trigger', 'udp port 53', '--trigger', 'tcp[13] & 4 != 0', '--before', '10', '--history', '256'];

interface Load {
  readonly name: string;
  readonly frameLength: number;
}

const LOADS: readonly Load[] = [100, 1400].map((frameLength) => ({
  name: `${frameLength.toLocaleString('en-US')}-byte frames`,
  frameLength,
}));

function capturer(name: string, file: string, options: readonly string[]): Capturer<Load> {
  const words = (path: string): string[] =>
    tapline(['capture', '-i', 'eth0', '-w', path, '-B', '64', ...options, BENCH_FILTER]);
  return { name, file, readyText: 'listening on', words };
}

export function benchFlight(rounds: number, report: (result: CaptureResult) => void): Promise<CaptureResult[]> {
  return holdContest<Load>(
    {
      plan: twoHosts(),
      loads: LOADS,
      capturers: [capturer('to a file', 'capture.pcap', []), capturer('with triggers', 'flight.pcapng', FLIGHT)],
      prepare: ({ frameLength }, folder) =>
        makeRecording(folder.file(RECORDING), { frames: FRAMES_IN_FILE, frameLength }),
      send: async (lab, _, folder) => {
        const words = ['--top-speed', '--loop', String(LOOPS), folder.file(RECORDING)];
        const { sent, framesPerSecond } = await replayFrom(lab.host('left'), words);
        return { frames: sent, wanted: sent, framesPerSecond };
      },
      count: (_, standardError) => printedCount(standardError, 'captured'),
    },
    rounds,
    report,
  );
}
