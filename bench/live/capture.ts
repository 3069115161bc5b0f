/**
 * `tapline capture -w` beside tcpdump and netsniff-ng, in turn on the same traffic: CPU nanoseconds a frame and frames
 * lost. The generator (trafgen) runs on one core, the capturer on another, in namespaces of the bench's own. Frames go
 * to a foreign MAC address, so that no kernel answers them. @module
 */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLab, type Lab, twoHosts } from '../../src/lab/index.ts';
import { openFile } from '../../src/pcap/index.ts';
import { LabProgram, pause } from './lab-program.ts';

const GENERATOR_CORE = 0;
const CAPTURE_CORE = 1;
/** Milliseconds for a capturer to settle after it started. */
const START_UP = 1000;
const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

interface Capturer {
  readonly name: string;
  /** What it says once it captures; netsniff-ng keeps silent and is given a second. */
  readonly said: string;
  words(file: string, bufferMebibytes: number, filter: string): readonly string[];
}

function tapline(file: string, buffer: number, filter: string): readonly string[] {
  return [process.execPath, MAIN, 'capture', '-i', 'eth0', '-w', file, '-B', String(buffer), filter];
}

const CAPTURERS: readonly Capturer[] = [
  {
    name: 'tcpdump',
    said: 'listening on',
    words: (file, buffer, filter) => [
      'tcpdump',
      '-i',
      'eth0',
      '-w',
      file,
      '-B',
      String(buffer * 1024),
      '-Z',
      'root',
      filter,
    ],
  },
  {
    name: 'tapline',
    said: 'listening on',
    words: (file, buffer, filter) => tapline(file, buffer, filter),
  },
  {
    name: 'tapline, PCAPNG',
    said: 'listening on',
    words: (file, buffer, filter) => tapline(`${file}ng`, buffer, filter),
  },
  {
    name: 'netsniff-ng',
    said: '',
    words: (file, buffer, filter) => [
      'netsniff-ng',
      '--in',
      'eth0',
      '--out',
      file,
      '--silent',
      '--ring-size',
      `${buffer}MiB`,
      '--filter',
      filter,
    ],
  },
];

/** UDP ports of the frames that a filter is to let through, and of the others. */
const MATCHING_PORT = 7;
const OTHER_PORT = 9;

interface Workload {
  readonly name: string;
  readonly frames: number;
  readonly frameLength: number;
  readonly filter: string;
  readonly bufferMebibytes: number;
  /** One in so many frames matches the filter; all of them where none is given. */
  readonly oneIn?: number;
  /** Nanoseconds from frame to frame; none for the generator's full speed. */
  readonly gap?: number;
}

const WORKLOADS: readonly Workload[] = [
  { name: '100-byte frames, full speed', frames: 2_000_000, frameLength: 100, filter: 'udp', bufferMebibytes: 64 },
  { name: '1,400-byte frames, full speed', frames: 2_000_000, frameLength: 1400, filter: 'udp', bufferMebibytes: 64 },
  {
    name: '100-byte frames, 1 in 1,000 kept',
    frames: 2_000_000,
    frameLength: 100,
    filter: 'udp dst port 7',
    bufferMebibytes: 64,
    oneIn: 1_000,
  },
];

export interface CaptureResult {
  readonly workload: string;
  readonly capturer: string;
  readonly round: number;
  readonly sent: number;
  readonly recorded: number;
  /** Of the frames that match the filter. */
  readonly lostPercent: number;
  /** CPU nanoseconds of the capturing process for each frame sent, start-up not counted. */
  readonly nanosecondsPerFrame: number;
  readonly framesPerSecond: number;
  readonly fileBytes: number;
}

/** Runs every workload with every capturer, `rounds` times in turn. */
export async function benchCapture(rounds: number, report: (result: CaptureResult) => void): Promise<CaptureResult[]> {
  await using lab = await createLab(twoHosts());
  const folder = mkdtempSync(join(tmpdir(), 'tapline-bench-'));
  const results: CaptureResult[] = [];
  try {
    for (const workload of WORKLOADS) {
      for (let round = 1; round <= rounds; round += 1) {
        for (const capturer of CAPTURERS) {
          const result = await runOnce(lab, workload, capturer, folder, round);
          results.push(result);
          report(result);
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return results;
}

async function runOnce(
  lab: Lab,
  workload: Workload,
  capturer: Capturer,
  folder: string,
  round: number,
): Promise<CaptureResult> {
  const { bufferMebibytes, filter, frames, oneIn = 1 } = workload;
  const words = capturer.words(join(folder, 'capture.pcap'), bufferMebibytes, filter);
  const program = new LabProgram(lab.host('right'), CAPTURE_CORE, words);
  await program.said(capturer.said);
  await pause(START_UP);
  const before = program.processorTime();
  const started = performance.now();
  await generate(lab, workload, folder);
  const elapsed = performance.now() - started;
  await settle(program);
  const spent = program.processorTime() - before;
  program.interrupt();
  await program.ended();
  const file = join(folder, readdirSync(folder).find((name) => name.startsWith('capture.')) ?? '');
  const recorded = await countFrames(file);
  const fileBytes = statSync(file).size;
  const matching = frames / oneIn;
  rmSync(file);
  return {
    workload: workload.name,
    capturer: capturer.name,
    round,
    sent: frames,
    recorded,
    lostPercent: ((matching - recorded) / matching) * 100,
    nanosecondsPerFrame: spent / frames,
    framesPerSecond: (frames / elapsed) * 1000,
    fileBytes,
  };
}

/** Waits until the capturer has nothing left to do: no processor time for a while. */
async function settle(program: LabProgram): Promise<void> {
  let last = program.processorTime();
  for (let tries = 0; tries < 100; tries += 1) {
    await pause(300);
    const now = program.processorTime();
    if (now - last < 2_000_000) return;
    last = now;
  }
}

async function generate(lab: Lab, workload: Workload, folder: string): Promise<void> {
  const config = join(folder, 'frame.cfg');
  const { frameLength, oneIn = 1 } = workload;
  const frame = (port: number): string =>
    '{ eth(da=02:00:00:00:00:99, sa=02:00:00:00:00:01), ipv4(da=10.1.1.99, sa=10.1.1.1), ' +
    `udp(sp=4000, dp=${port}), fill(0x5a, ${frameLength - 42}) }\n`;
  writeFileSync(config, frame(OTHER_PORT).repeat(oneIn - 1) + frame(MATCHING_PORT));
  const words = ['trafgen', '--dev', 'eth0', '--conf', config, '--num', String(workload.frames), '--cpus', '1'];
  if (workload.gap !== undefined) words.push('--gap', `${workload.gap}ns`);
  const generator = new LabProgram(lab.host('left'), GENERATOR_CORE, words);
  const status = await generator.ended();
  if (status !== 0) throw new Error(`trafgen ended with ${status}: ${generator.standardError}`);
}

async function countFrames(file: string): Promise<number> {
  await using source = await openFile(file);
  let frames = 0;
  for await (const batch of source.batches()) frames += batch.size;
  return frames;
}
