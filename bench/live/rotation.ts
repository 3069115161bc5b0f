/** Compares `tapline capture -C` and `tcpdump -C` with small files. tcpdump counts sizes in millions of bytes. @module */
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { twoHosts } from '../../src/lab/index.ts';
import { type CaptureResult, type Capturer, countFrames, holdContest } from './capture-contest.ts';
import { generate, trafgenDatagram } from './generators.ts';
import { tapline } from './tapline.ts';

const FRAMES = 2_000_000;
const BUFFER_MEBIBYTES = 64;
const PORT = 9;

interface Load {
  readonly name: string;
  readonly frameLength: number;
}

const LOADS: readonly Load[] = [
  { name: '100-byte frames, full speed', frameLength: 100 },
  { name: '1,400-byte frames, full speed', frameLength: 1400 },
];

function taplineSeries(name: string, ...rotation: string[]): Capturer<Load> {
  return {
    name,
    file: 'capture.pcap',
    readyText: 'listening on',
    words: (file) => tapline(['capture', '-i', 'eth0', '-w', file, '-B', String(BUFFER_MEBIBYTES), ...rotation, 'udp']),
  };
}

const CAPTURERS: readonly Capturer<Load>[] = [
  {
    name: 'tcpdump -C 1',
    file: 'capture.pcap',
    readyText: 'listening on',
    words: (file) => [
      ...['tcpdump', '-i', 'eth0', '-w', file, '-C', '1'],
      ...['-B', String(BUFFER_MEBIBYTES * 1024), '-Z', 'root', 'udp'],
    ],
  },
  taplineSeries('tapline -C 1', '-C', '1'),
  taplineSeries('tapline -C 16M', '-C', '16M'),
  taplineSeries('tapline, one file'),
];

/** Runs every load with every capturer, `rounds` times in turn. */
export function benchRotation(rounds: number, report: (result: CaptureResult) => void): Promise<CaptureResult[]> {
  return holdContest<Load>(
    {
      plan: twoHosts(),
      loads: LOADS,
      capturers: CAPTURERS,
      send: async (lab, { frameLength }, folder) => {
        const frames = trafgenDatagram(frameLength, PORT);
        const started = performance.now();
        await generate(lab.host('left'), folder, { interface: 'eth0', frames, count: FRAMES });
        const framesPerSecond = (FRAMES / (performance.now() - started)) * 1000;
        return { frames: FRAMES, wanted: FRAMES, framesPerSecond };
      },
      count: countSeries,
    },
    rounds,
    report,
  );
}

/** Counts the frames of all files of the series `file`, and deletes the files. */
async function countSeries(file: string): Promise<number> {
  const folder = dirname(file);
  const beginning = basename(file, '.pcap');
  let frames = 0;
  for (const name of readdirSync(folder).filter((each) => each.startsWith(beginning))) {
    frames += await countFrames(join(folder, name));
    rmSync(join(folder, name));
  }
  return frames;
}
