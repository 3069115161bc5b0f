/**
 * Compares `tapline replay`, trafgen and tcpreplay: frames per second at top speed, counted by the receiving interface;
 * and the timing error of frames sent with the gaps of the recording, by the time stamps of the receiver. The
 * destination is a foreign MAC address, so that no kernel answers. @module
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { openLive } from '../../src/capture/live.ts';
import { createLab, type Lab, twoHosts } from '../../src/lab/index.ts';
import { BenchFolder } from '../support/bench-folder.ts';
import { BENCH_FILTER, makeRecording, trafgenFrame } from './generators.ts';
import { LabProgram, pause } from './lab-program.ts';
import { runForOutput } from './program-output.ts';
import { tapline } from './tapline.ts';

const SENDING_CORE = 1;
const FRAMES_IN_FILE = 100_000;
const LOOPS = 10;
/** Nanoseconds between frames in the recording. */
const GAP = 1_000_000;
/** Frames sent to measure the timing error. */
const TIMED_FRAMES = 5_000;

export interface ReplaySpeed {
  readonly sender: string;
  readonly frameLength: number;
  readonly framesPerSecond: number;
  /** Processor time of the whole program, with start-up; undefined when a child process sends. */
  readonly processorNanosecondsPerFrame: number | undefined;
}

export interface ReplayAccuracy {
  readonly sender: string;
  /** Microseconds between frames. */
  readonly gap: number;
  readonly frames: number;
  /** Microseconds between the arrival of a frame and its due time, relative to the first frame. */
  readonly medianError: number;
  readonly p99Error: number;
  readonly worstError: number;
}

interface Sender {
  readonly name: string;
  readonly sendsByChild?: boolean;
  speedWords(files: Files): readonly string[];
  /** Undefined when the program does not keep gaps. */
  timedWords?(file: string, speed: number): readonly string[];
}

interface Files {
  readonly recording: string;
  readonly trafgen: string;
}

const SENDERS: readonly Sender[] = [
  {
    name: 'tapline',
    speedWords: ({ recording }) => tapline(['replay', '-i', 'eth0', '--top-speed', '--loop', String(LOOPS), recording]),
    timedWords: (file, speed) =>
      tapline(['replay', '-i', 'eth0', '--multiplier', String(speed), '-c', String(TIMED_FRAMES), file]),
  },
  {
    name: 'trafgen',
    sendsByChild: true,
    speedWords: ({ trafgen }) => [
      ...['trafgen', '--dev', 'eth0', '--conf', trafgen],
      ...['--num', String(FRAMES_IN_FILE * LOOPS), '--cpus', '1'],
    ],
  },
  {
    name: 'tcpreplay',
    speedWords: ({ recording }) => [
      ...['tcpreplay', '-i', 'eth0', '-q', '--topspeed', '-K', '-l', String(LOOPS), recording],
    ],
    timedWords: (file, speed) => [
      ...['tcpreplay', '-i', 'eth0', '-q', '-K', '--multiplier', String(speed), '-L', String(TIMED_FRAMES), file],
    ],
  },
];

/** Returns the senders that are installed. */
function installed(): readonly Sender[] {
  return SENDERS.filter(
    ({ name }) => name === 'tapline' || spawnSync('sh', ['-c', 'command -v "$0"', name]).status === 0,
  );
}

export async function benchReplay(
  rounds: number,
  report: (result: ReplaySpeed | ReplayAccuracy) => void,
): Promise<(ReplaySpeed | ReplayAccuracy)[]> {
  await using lab = await createLab(twoHosts());
  using folder = new BenchFolder();
  const results: (ReplaySpeed | ReplayAccuracy)[] = [];
  const note = (result: ReplaySpeed | ReplayAccuracy): void => {
    results.push(result);
    report(result);
  };
  for (const frameLength of [100, 1400]) {
    const files = await makeFiles(folder, frameLength);
    for (let round = 0; round < rounds; round += 1) {
      for (const sender of installed()) note(await measureSpeed(lab, sender, files, frameLength));
    }
    if (frameLength !== 100) continue;
    for (const speed of [1, 10]) {
      for (const sender of installed()) {
        const words = sender.timedWords?.(files.recording, speed);
        if (words !== undefined) note(await measureAccuracy(lab, sender.name, words, GAP / 1000 / speed));
      }
    }
  }
  return results;
}

async function makeFiles(folder: BenchFolder, frameLength: number): Promise<Files> {
  const [recording, trafgen] = [folder.file('recording.pcap'), folder.file('trafgen.cfg')];
  await makeRecording(recording, { frames: FRAMES_IN_FILE, frameLength, gap: GAP });
  writeFileSync(trafgen, trafgenFrame(frameLength));
  return { recording, trafgen };
}

/** The receiver's own counter says when the first and the last frame came: start-up is not counted. */
async function measureSpeed(lab: Lab, sender: Sender, files: Files, frameLength: number): Promise<ReplaySpeed> {
  const before = receivedFrames(lab);
  const program = new LabProgram(lab.host('left'), SENDING_CORE, sender.speedWords(files));
  let isOver = false;
  const ended = program.ended().then(() => {
    isOver = true;
  });
  let first: number | undefined;
  let last = 0;
  let count = before;
  let processorTime = 0;
  while (!isOver) {
    const now = receivedFrames(lab);
    if (now > count) last = performance.now();
    if (now > before) first ??= last;
    count = now;
    processorTime = program.processorTime();
    await pause(2);
  }
  await ended;
  const frames = receivedFrames(lab) - before;
  return {
    sender: sender.name,
    frameLength,
    framesPerSecond: (frames * 1000) / (last - (first ?? last)),
    processorNanosecondsPerFrame: sender.sendsByChild === true ? undefined : processorTime / frames,
  };
}

function receivedFrames(lab: Lab): number {
  const table = lab.host('right').run(() => readFileSync('/proc/thread-self/net/dev', 'latin1'));
  return Number(/eth0:\s*\d+\s+(\d+)/.exec(table)?.[1]);
}

async function measureAccuracy(
  lab: Lab,
  sender: string,
  words: readonly string[],
  gap: number,
): Promise<ReplayAccuracy> {
  const source = lab.host('right').run(() => openLive('eth0', { filter: BENCH_FILTER, blockTimeout: 50 }));
  const stop = new AbortController();
  const times: number[] = [];
  const reading = (async () => {
    for await (const batch of source.batches({ signal: stop.signal })) {
      batch.forEach(({ seconds, nanoseconds }) => void times.push(seconds * 1e6 + nanoseconds / 1e3));
    }
  })();
  await runForOutput(lab.host('left'), SENDING_CORE, words);
  stop.abort();
  await reading;
  await source.close();
  const start = times[0] ?? 0;
  const errors = times.map((time, index) => Math.abs(time - start - index * gap)).sort((one, other) => one - other);
  const rank = (fraction: number): number => errors[Math.ceil(fraction * errors.length) - 1] ?? Number.NaN;
  return {
    sender,
    gap,
    frames: times.length,
    medianError: rank(0.5),
    p99Error: rank(0.99),
    worstError: rank(1),
  };
}
